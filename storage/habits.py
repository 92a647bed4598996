"""What visits teach of articles and outlets, and signals that an article may have changed."""

from datetime import datetime
from math import prod
from urllib.parse import urlsplit

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select, update

from storage.facts import Course, IsWorth, Plan, Planned, Signal
from storage.tables import Article, Host, Outlet

SIBLING = "a copy of it, or an article with the same box, was changed"
FEED = "its feed says it was updated"
EVERY = "*"  # in place of a host: all of them


def plan_next(
    session: Session,
    article: Article,
    now: datetime,
    plan: Plan,
    *,
    changed: bool,
    failed: bool,
    read_before: datetime | None,
) -> datetime:
    """Let the visit at `now` teach, and plan the next one. `read_before`: when the page was read before this visit."""
    outlet = session.get(Outlet, (article.outlet, article.kind)) or Outlet(name=article.outlet)
    course = Course(
        now=now,
        since=article.first_seen_at,
        last_read_at=read_before,
        changed=changed,
        failed=failed,
        failures=article.failures,
        expected=article.expected,
        came=article.came,
        echoes=tuple(article.echoes or ()),
        outlet_expected=outlet.expected,
        outlet_came=outlet.came,
        awaited_since=article.changed_at if article.awaits_answer else None,
        dearness=dearness_at(session, article.host),
    )
    planned = plan(course)
    _learn(session, article, planned, changed=changed, failed=failed)
    article.due_why = planned.why
    return planned.at


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


def _learn(session: Session, article: Article, planned: Planned, *, changed: bool, failed: bool) -> None:
    article.expected += planned.expected
    article.came += planned.came
    article.echoes = list(planned.echoes) or None
    if failed:
        return
    was_signalled = article.signal == FEED
    article.signal = ""
    gain = {
        "expected": col(Outlet.expected) + planned.expected,
        "came": col(Outlet.came) + planned.came,
        "signals_followed": col(Outlet.signals_followed) + int(was_signalled),
        "signals_true": col(Outlet.signals_true) + int(was_signalled and changed),
    }
    rows = update(Outlet).where(col(Outlet.name) == article.outlet, col(Outlet.kind) == article.kind).values(gain)
    if not session.exec(rows).rowcount:
        try:
            with session.begin_nested():
                session.add(Outlet(name=article.outlet, kind=article.kind))
                session.flush()
        except IntegrityError:  # another worker was first
            pass
        session.exec(rows)
