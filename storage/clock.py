"""A clock that was ahead and was put right: what was planned by it is brought back.

Else nothing would be done until the clock has come to where it was before. What was recorded keeps the times that were
recorded: what is known to be wrong is told to the operator, not made up.
"""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, or_, select, update
from sqlmodel import Session, col, exists

from storage import postgres
from storage.database import Database
from storage.facts import AHEAD
from storage.leases import FORGOTTEN
from storage.tables import Alert, Article, ChannelState, Delivery, Feed, Lease, OutletHold, Visit

READ = ("changed", "unchanged", "not modified")


def bring_back(database: Database, now: datetime) -> timedelta | None:
    """By how much the clock was ahead when something was recorded last; None where it was not.

    What was planned then comes as long after now as it was to come after then. Doing it again changes nothing.
    """
    ahead = clock_was_ahead(database, now)
    if ahead is None:
        return None
    with database.write() as session:
        planned = ((Article, Article.last_visit_at, Article.next_visit_at), *_PLANNED)
        moved = sum(_shift(session, table, col(last), col(due), now) for table, last, due in planned)
        if not moved:
            return None
        _articles(session, now)
        _alerts(session, now)
        session.execute(update(Lease).where(col(Lease.until) > now + FORGOTTEN).values(holder=""))
        paused = update(ChannelState).where(col(ChannelState.failing_since) > now + AHEAD)
        session.execute(paused.values(failing_since=now, paused_until=None))
    return ahead


def clock_was_ahead(database: Database, now: datetime) -> timedelta | None:
    """By how much, when something was recorded last; None where it was not."""
    with database.read() as session:
        newest = _newest(session)
    return newest - now if newest is not None and newest > now + AHEAD else None


def clock_difference(database: Database) -> timedelta:
    """By how much the database's clock is ahead of this machine's; they are one where the record is a file."""
    if not database.is_shared:
        return timedelta(0)
    with database.read() as session:
        return postgres.clock_difference(session.connection())


_PLANNED = ((Feed, Feed.last_polled_at, Feed.next_poll_at), (OutletHold, OutletHold.since, OutletHold.until))


def _newest(session: Session) -> datetime | None:
    """The latest time at which something was done, as the clock then had it, that plans were made by."""
    found = [session.execute(select(func.max(mark))).scalar() for mark in (Visit.at, Feed.last_polled_at)]
    return max((time for time in found if time), default=None)


def _shift(session: Session, table: Any, last: Any, due: Any, now: datetime) -> int:
    """How many rows were done at a time that has not come yet."""
    (key,) = table.__table__.primary_key.columns
    rows = session.execute(select(key, last, due).where(last > now + AHEAD)).all()
    for number, before, planned in rows:
        values = {last.key: now}
        if planned is not None:
            values[due.key] = now + max(timedelta(0), planned - before)
        session.execute(update(table).where(key == number).values(values))
    return len(rows)


def _articles(session: Session, now: datetime) -> None:
    """When an article was last read is what its next change is said to come after, so that is never made later."""
    ahead = now + AHEAD
    read = select(func.max(Visit.at)).where(
        col(Visit.article_id) == Article.id, col(Visit.at) <= now, col(Visit.outcome).in_(READ)
    )
    session.execute(
        update(Article).where(col(Article.last_read_at) > ahead).values(last_read_at=read.scalar_subquery())
    )
    columns: tuple[Any, ...] = (Article.last_requested_at, Article.changed_at, Article.missing_since)
    for column in columns:
        session.execute(update(Article).where(column > ahead).values({column.key: now}))
    is_new = col(Article.last_visit_at).is_(None) & (col(Article.first_seen_at) > ahead)
    soon = update(Article).where(or_(is_new, col(Article.signal) != ""), col(Article.next_visit_at) > ahead)
    session.execute(soon.values(next_visit_at=now))


def _alerts(session: Session, now: datetime) -> None:
    """What was written, or tried, by the wrong clock is handed over now; what is claimed until then is nobody's."""
    ahead = now + AHEAD
    tried = exists().where(col(Delivery.alert_id) == Alert.id, col(Delivery.at) > ahead)
    waiting = update(Alert).where(col(Alert.state) == "waiting", col(Alert.next_attempt_at) > ahead)
    session.execute(waiting.where(or_(col(Alert.created_at) > ahead, tried)).values(next_attempt_at=now))
    claimed = update(Alert).where(col(Alert.claimed_until) > now + FORGOTTEN)
    session.execute(claimed.values(claimed_until=now + FORGOTTEN))
