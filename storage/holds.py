"""Alerts of an outlet whose pages changed shape are held back: one message to the operator, who can release them."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlmodel import Session, col, func, select

from revisions.errors import AddendumError
from revisions.shape import Reading, changed_shape
from storage.database import Database
from storage.facts import Event
from storage.groups import group_alerts
from storage.operator import Trouble, tell_operator
from storage.tables import Alert, Article, Change, OutletHold, Visit

WINDOW = timedelta(hours=1)  # in which a jump is looked for
BEFORE = timedelta(days=30)  # what is usual at the outlet
LASTS = timedelta(days=7)  # without another article found changed


def is_held(session: Session, event: Event, at: datetime, operator: Sequence[str]) -> bool:
    """Is an article's change held back because its outlet's pages changed shape? Call after the change is written.

    What a new page shape cannot invent is told all the same: words of a speaker, or a notice that no other article of
    the outlet got in the same days. Nor is an article's second change held: it was read in its new shape.
    """
    if event.type != "updated":
        return False
    outlet = event.article.outlet
    hold = _active(session, outlet, at)
    since = hold.since if hold else at - WINDOW
    if _has_words_of_its_own(session, event, since) or _changed_before(session, event, since):
        return False
    if hold is None:
        found = _reading(session, outlet, at)
        if not changed_shape(found):
            return False
        hold = _begin(session, outlet, at, found, operator)
    hold.until = at + LASTS
    session.add(hold)
    return True


def list_holds(database: Database, now: datetime) -> list[tuple[OutletHold, int]]:
    """Holds in force or with alerts still held, with the number of those."""
    with database.read() as session:
        held = (
            select(Article.outlet, func.count())
            .join(Alert, col(Alert.article_id) == Article.id)
            .where(Alert.state == "held")
            .group_by(col(Article.outlet))
        )
        counts = dict(session.exec(held).all())
        newest = select(OutletHold).where(col(OutletHold.released_at).is_(None)).order_by(col(OutletHold.id))
        holds = {hold.outlet: hold for hold in session.exec(newest) if hold.until > now or counts.get(hold.outlet)}
        return [(hold, counts.get(outlet, 0)) for outlet, hold in holds.items()]


def release(database: Database, outlet: str, now: datetime) -> int:
    """Tell what was held at the outlet, one grouped alert a channel, and hold no more; returns how many alerts.

    Raises `AddendumError` where nothing is held.
    """
    with database.write() as session:
        open_holds = select(OutletHold).where(OutletHold.outlet == outlet, col(OutletHold.released_at).is_(None))
        holds = session.exec(open_holds).all()
        held = select(Alert).join(Article, col(Article.id) == Alert.article_id)
        alerts = session.exec(held.where(Article.outlet == outlet, Alert.state == "held").order_by(col(Alert.id))).all()
        if not holds and not alerts:
            raise AddendumError("nothing is held at this outlet; `addendum alerts held` lists the outlets", outlet)
        for hold in holds:
            hold.released_at = now
            session.add(hold)
        for channel in sorted({alert.channel for alert in alerts}):
            group_alerts(session, channel, [a for a in alerts if a.channel == channel], now, "released")
        return len(alerts)


def _active(session: Session, outlet: str, at: datetime) -> OutletHold | None:
    in_force = select(OutletHold).where(OutletHold.outlet == outlet, OutletHold.until > at)
    return session.exec(in_force.where(col(OutletHold.released_at).is_(None)).limit(1)).first()


def _reading(session: Session, outlet: str, at: datetime) -> Reading:
    """Counted within the last hour, and within the thirty days before it."""
    start = at - WINDOW
    here = select(func.count()).select_from(Article).where(Article.outlet == outlet)
    visits = select(func.count()).select_from(Visit).join(Article).where(Article.outlet == outlet)
    edits = (col(Change.to_version).is_not(None), Article.outlet == outlet)
    changed = select(func.count(func.distinct(col(Change.article_id)))).join(Article).where(*edits)
    changes = select(func.count()).select_from(Change).join(Article).where(*edits)
    return Reading(
        articles=session.exec(here.where(col(Article.last_read_at) >= start)).one(),
        changed=session.exec(changed.where(Change.detected_at >= start)).one(),
        visits=session.exec(visits.where(Visit.at >= start)).one(),
        visits_before=session.exec(visits.where(Visit.at >= at - BEFORE, Visit.at < start)).one(),
        changed_before=session.exec(changes.where(Change.detected_at >= at - BEFORE, Change.detected_at < start)).one(),
    )


def _begin(session: Session, outlet: str, at: datetime, found: Reading, operator: Sequence[str]) -> OutletHold:
    """Hold what waits of the last hour, too, and tell the operator."""
    reason = f"{found.changed} of {found.articles} articles read within the hour had changed"
    hold = OutletHold(outlet=outlet, since=at - WINDOW, until=at + LASTS, reason=reason)
    session.add(hold)
    waiting = select(Alert, Article).join(Article, col(Article.id) == Alert.article_id)
    waiting = waiting.where(Article.outlet == outlet, Alert.state == "waiting", Alert.event == "updated")
    waiting = waiting.where(col(Alert.offered_at).is_(None), Alert.created_at >= hold.since)
    for alert, article in session.exec(waiting).all():
        assert alert.change_id is not None
        event = Event.of_row(article, session.get_one(Change, alert.change_id))
        if not _has_words_of_its_own(session, event, hold.since):
            alert.state = "held"
            session.add(alert)
    trouble = Trouble(
        kind="outlet",
        key=f"shape:{outlet}:{hold.since.isoformat()}",
        subject=f"{outlet}: this outlet's pages changed shape",
        text=f"{reason}, which looks like a new page template and not like edits. The changes are recorded and their "
        f"alerts held back. Look at some of them, and if they are edits, send them with "
        f"`addendum alerts release {_quoted(outlet)}`. What brings a speaker's words, or a notice of its own, is told "
        f"all the same.",
    )
    tell_operator(session, operator, trouble, at)
    return hold


def _quoted(outlet: str) -> str:
    return f'"{outlet}"' if " " in outlet else outlet


def _has_words_of_its_own(session: Session, event: Event, since: datetime) -> bool:
    if event.said or not event.noticed:
        return bool(event.said)
    rows = select(Change).join(Article, col(Article.id) == Change.article_id)
    rows = rows.where(Article.outlet == event.article.outlet, Change.detected_at >= since)
    elsewhere = session.exec(rows.where(Change.article_id != event.article.id)).all()
    return not event.noticed <= set().union(*(Event.of_row(event.article, change).noticed for change in elsewhere))


def _changed_before(session: Session, event: Event, since: datetime) -> bool:
    earlier = select(func.count()).select_from(Change).where(Change.article_id == event.article.id)
    return session.exec(earlier.where(Change.detected_at >= since)).one() > 1
