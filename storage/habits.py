"""What visits teach of articles and outlets, and signals that an article may have changed."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from math import prod
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select, update

from storage.facts import Course, IsWorth, Plan, Planned, Signal
from storage.tables import Article, Host, Outlet

SIBLING = "a copy of it, or an article with the same box, was changed"
FEED = "its feed says it was updated"
EVERY = "*"  # in place of a host: all of them


@dataclass(frozen=True)
class Habits:
    """What is known of articles' outlets and hosts, read once for all of them, and what visits teach meanwhile."""

    outlets: dict[tuple[str, str], tuple[float, float]]  # by name and kind: expected, came
    dearness: dict[str, float]
    gains: dict[tuple[str, str], dict[str, float]] = field(default_factory=dict)

    @classmethod
    def of(cls, session: Session, articles: Iterable[Any]) -> "Habits":
        """`articles`: rows of them, with outlet and host at the least."""
        names, hosts = {a.outlet for a in articles}, {a.host for a in articles}
        rows = select(Outlet.name, Outlet.kind, Outlet.expected, Outlet.came).where(col(Outlet.name).in_(names))
        dear = session.exec(select(Host.name, Host.dearness).where(col(Host.name).in_({*hosts, EVERY}))).all()
        return cls({(name, kind): (expected, came) for name, kind, expected, came in session.exec(rows)}, dict(dear))

    def plan(
        self, article: Any, now: datetime, plan: Plan, *, changed: bool, failed: bool, read_before: datetime | None
    ) -> Planned:
        """Let the visit of an article (or a row of it) at `now` teach, and plan the next one.

        `read_before`: when the page was read before this visit.
        """
        outlet = article.outlet, article.kind
        expected, came = self.outlets.get(outlet, (0.0, 0.0))
        planned = plan(
            Course(
                now=now,
                since=article.first_seen_at,
                last_read_at=read_before,
                changed=changed,
                failed=failed,
                failures=article.failures,
                expected=article.expected,
                came=article.came,
                echoes=tuple(article.echoes or ()),
                outlet_expected=expected,
                outlet_came=came,
                awaited_since=article.changed_at if article.awaits_answer else None,
                dearness=self.dearness.get(article.host, 1.0) * self.dearness.get(EVERY, 1.0),
            )
        )
        if not failed:
            was_signalled = article.signal == FEED
            gains = self.gains.setdefault(outlet, defaultdict(float))
            gains["expected"] += planned.expected
            gains["came"] += planned.came
            gains["signals_followed"] += was_signalled
            gains["signals_true"] += was_signalled and changed
        return planned

    def save(self, session: Session) -> None:
        """Add what was learned to the outlets."""
        for (name, kind), gains in sorted(self.gains.items()):
            values = {column: col(getattr(Outlet, column)) + gain for column, gain in gains.items()}
            rows = update(Outlet).where(col(Outlet.name) == name, col(Outlet.kind) == kind).values(values)
            if values and not session.exec(rows).rowcount:
                _begin(session, name, kind)
                session.exec(rows)
        self.gains.clear()


def learned(article: Any, planned: Planned, *, failed: bool) -> dict[str, Any]:
    """What an article's row is to hold of a plan, but for the time itself."""
    return {
        "expected": article.expected + planned.expected,
        "came": article.came + planned.came,
        "echoes": list(planned.echoes) or None,
        "signal": article.signal if failed else "",
        "due_why": planned.why,
    }


def _begin(session: Session, name: str, kind: str) -> None:
    try:
        with session.begin_nested():
            session.add(Outlet(name=name, kind=kind))
            session.flush()
    except IntegrityError:  # another worker was first
        pass


def look_soon(session: Session, article: Article, now: datetime, is_worth: IsWorth | None, why: str) -> None:
    """Put an article's next visit forward to now, if the signal is worth following; without `is_worth` it always is."""
    if article.next_visit_at is None or article.next_visit_at <= now:
        return
    outlet = session.get(Outlet, (article.outlet, article.kind))
    signal = Signal(
        ahead=article.next_visit_at - now,
        true=outlet.signals_true if outlet else 0,
        followed=outlet.signals_followed if outlet else 0,
        dearness=dearness_at(session, article.host),
    )
    if is_worth is None or is_worth(signal):
        article.next_visit_at, article.due_why, article.signal = now, why, why
        session.add(article)


def dearness_at(session: Session, host: str) -> float:
    """How many times as much as usual a request there costs: its budget is short, or visits come late everywhere."""
    rows = session.exec(select(Host.dearness).where(col(Host.name).in_((host, EVERY))))
    return prod(rows)


def host_of(url: str) -> str:
    return urlsplit(url).hostname or ""
