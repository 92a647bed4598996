"""The outbox: alerts that wait to be delivered, claimed by one process at a time."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import col, func, or_, select, update

from revisions.errors import AddendumError
from storage.database import Database
from storage.tables import Alert, Article, ChannelState, Delivery


@dataclass(frozen=True)
class Attempt:
    """What came of handing an alert over. `next_at` None after a failure: it will not be tried again."""

    ok: bool
    at: datetime
    status: int | None = None
    detail: str = ""
    next_at: datetime | None = None
    closes_channel: bool = False


def claim(
    database: Database,
    channel: str,
    now: datetime,
    owner: str,
    lease: timedelta,
    *,
    limit: int,
    dead_owners: Collection[str] = (),
) -> list[Alert]:
    """A channel's alerts due for delivery, oldest first, claimed for `owner` until the lease ends.

    A claim by one of `dead_owners`, or whose lease is over, counts for nothing. At most one alert of an article at a
    time, the oldest that still waits, so that a reader is told things in the order they happened.
    """
    waiting = (Alert.channel == channel, Alert.state == "waiting")
    first_of_article = select(func.min(Alert.id)).where(*waiting).group_by(col(Alert.article_id))
    free = or_(
        col(Alert.claimed_until).is_(None),
        col(Alert.claimed_until) <= now,
        col(Alert.claimed_by).in_(list(dead_owners)),
    )
    due = select(Alert).where(col(Alert.id).in_(first_of_article), col(Alert.next_attempt_at) <= now, free)
    with database.write() as session:
        alerts = list(session.exec(due.order_by(col(Alert.id)).limit(limit).with_for_update(skip_locked=True)))
        for alert in alerts:
            alert.claimed_by, alert.claimed_until = owner, now + lease
            session.add(alert)
        return alerts


def owners(database: Database) -> set[str]:
    """Every process that holds a claim."""
    with database.read() as session:
        return set(session.exec(select(Alert.claimed_by).where(Alert.state == "waiting", Alert.claimed_by != "")))


def settle(database: Database, alert_id: int, attempt: Attempt) -> None:
    """Write down an attempt and what it means for the alert and its channel."""
    with database.write() as session:
        alert = session.get_one(Alert, alert_id)
        session.add(
            Delivery(alert_id=alert_id, at=attempt.at, ok=attempt.ok, status=attempt.status, detail=attempt.detail)
        )
        alert.attempts += 1
        alert.claimed_by, alert.claimed_until = "", None
        alert.error = "" if attempt.ok else attempt.detail
        alert.next_attempt_at = attempt.next_at
        if attempt.ok:
            alert.state, alert.sent_at = "sent", attempt.at
        elif attempt.next_at is None:
            alert.state = "failed"
        session.add(alert)
        if attempt.closes_channel:
            session.merge(ChannelState(name=alert.channel, closed_at=attempt.at, reason=attempt.detail))


def release(database: Database, owner: str) -> None:
    """Give back what `owner` has claimed and not settled, as when it stops."""
    with database.write() as session:
        held = update(Alert).where(col(Alert.claimed_by) == owner, col(Alert.state) == "waiting")
        session.exec(held.values(claimed_by="", claimed_until=None))


def closed_channels(database: Database) -> dict[str, str]:
    """Channels that are switched off, with the reason."""
    with database.read() as session:
        states = session.exec(select(ChannelState).where(col(ChannelState.closed_at).is_not(None)))
        return {state.name: state.reason for state in states}


def counts(database: Database) -> dict[str, int]:
    """How many alerts are waiting, sent and failed."""
    with database.read() as session:
        states = session.exec(select(Alert.state)).all()
        return {state: states.count(state) for state in ("waiting", "sent", "failed")}


def retry(database: Database, now: datetime, alert_ids: Sequence[int] = ()) -> int:
    """Put failed alerts (all, or those named) back in line; returns how many. A closed channel is opened again."""
    with database.write() as session:
        which = select(Alert).where(or_(col(Alert.state) == "failed", col(Alert.state) == "waiting"))
        which = which.where(col(Alert.id).in_(alert_ids)) if alert_ids else which.where(Alert.state == "failed")
        alerts = session.exec(which).all()
        if missing := set(alert_ids) - {alert.id for alert in alerts}:
            named = ", ".join(map(str, sorted(missing)))
            raise AddendumError("no such alert, or already sent; see `addendum alerts list`", named)
        for alert in alerts:
            alert.state, alert.next_attempt_at, alert.attempts = "waiting", now, 0
            session.add(alert)
            if state := session.get(ChannelState, alert.channel):
                session.delete(state)
        return len(alerts)


def list_alerts(database: Database, *, state: str = "", limit: int = 50) -> list[tuple[Alert, Article]]:
    """Alerts with their articles, newest first."""
    rows = select(Alert, Article).join(Article, col(Article.id) == Alert.article_id)
    if state:
        rows = rows.where(Alert.state == state)
    with database.read() as session:
        return list(session.exec(rows.order_by(col(Alert.id).desc()).limit(limit)))
