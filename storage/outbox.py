"""The outbox: alerts that wait to be delivered, claimed by one process at a time."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, and_, col, func, or_, select, update

from revisions.errors import AddendumError
from storage.database import Database, estimate
from storage.groups import EVENT as GROUP
from storage.operator import EVENT as OPERATOR
from storage.tables import Alert, Article, ChannelState, Delivery

STATES = ("waiting", "sent", "failed")
WAITING = ("waiting", "grouped", "held")  # states in which an alert is still to be told


@dataclass(frozen=True)
class Attempt:
    """What came of handing an alert over. `next_at` None after a failure: it will not be tried again.

    `pause_until`: until when the whole channel is left alone.
    """

    ok: bool
    at: datetime
    status: int | None = None
    detail: str = ""
    next_at: datetime | None = None
    closes_channel: bool = False
    pause_until: datetime | None = None


def claim(
    database: Database,
    channel: str,
    now: datetime,
    owner: str,
    lease: timedelta,
    *,
    limit: int,
    dead_owners: Collection[str] = (),
    created_before: datetime | None = None,
) -> list[Alert]:
    """A channel's alerts due for delivery, claimed for `owner` until the lease ends.

    A claim by one of `dead_owners`, or whose lease is over, counts for nothing. At most one alert of an article at a
    time, the oldest that still waits, so that a reader is told things in the order they happened. The oldest first, and
    before those that failed already, so that one the receiver chokes on holds up no other; but where more than `limit`
    wait, half of them are the newest, so that a backlog holds up no news.
    With `created_before`, what is younger and was never offered waits, but for grouped alerts and the operator's.
    """
    unsettled = (Alert.channel == channel, col(Alert.state).in_(("waiting", "grouped")))
    first_of_article = select(func.min(Alert.id)).where(*unsettled).group_by(col(Alert.article_id))
    in_order = or_(col(Alert.article_id).is_(None), col(Alert.id).in_(first_of_article))
    free = or_(
        col(Alert.claimed_until).is_(None),
        col(Alert.claimed_until) <= now,
        col(Alert.claimed_by).in_(list(dead_owners)),
    )
    due = select(Alert).where(Alert.channel == channel, Alert.state == "waiting", in_order, free)
    due = due.where(col(Alert.next_attempt_at) <= now)
    if created_before is not None:
        is_exempt = or_(col(Alert.event).in_((GROUP, OPERATOR)), col(Alert.offered_at).is_not(None))
        due = due.where(or_(is_exempt, Alert.created_at <= created_before))
    due = due.with_for_update(skip_locked=True)
    with database.write() as session:
        alerts = list(session.exec(due.order_by(col(Alert.attempts) > 0, col(Alert.id)).limit(limit)))
        if len(alerts) == limit:
            newest = session.exec(due.order_by(col(Alert.id).desc()).limit((limit + 1) // 2))
            alerts = list({alert.id: alert for alert in (*newest, *alerts)}.values())[:limit]
        for alert in alerts:
            alert.claimed_by, alert.claimed_until = owner, now + lease
            alert.offered_at = alert.offered_at or now
            session.add(alert)
        return alerts


def due_channels(database: Database, now: datetime) -> set[str]:
    """Channels for which something is due, those left alone for now excepted."""
    due = select(Alert.channel).where(Alert.state == "waiting", col(Alert.next_attempt_at) <= now).distinct()
    with database.read() as session:
        resting = session.exec(
            select(ChannelState.name).where(
                or_(col(ChannelState.paused_until) > now, col(ChannelState.closed_at).is_not(None))
            )
        )
        return set(session.exec(due)) - set(resting)


def owners(database: Database) -> set[str]:
    """Every process that holds a claim."""
    with database.read() as session:
        return set(session.exec(select(Alert.claimed_by).where(Alert.state == "waiting", Alert.claimed_by != "")))


def settle(database: Database, attempts: Iterable[tuple[int, Attempt]]) -> None:
    """Write down attempts by their alerts' numbers, and what they mean for the alerts and their channel."""
    with database.write() as session:
        for alert_id, attempt in attempts:
            alert = session.get_one(Alert, alert_id)
            session.add(
                Delivery(alert_id=alert_id, at=attempt.at, ok=attempt.ok, status=attempt.status, detail=attempt.detail)
            )
            _settle_alert(session, alert, attempt)
            _settle_channel(session, alert.channel, attempt)


def _settle_alert(session: Session, alert: Alert, attempt: Attempt) -> None:
    alert.attempts += 1
    alert.claimed_by, alert.claimed_until = "", None
    alert.error = "" if attempt.ok else attempt.detail
    alert.next_attempt_at = attempt.next_at
    if attempt.ok:
        alert.state, alert.sent_at = "sent", attempt.at
    elif attempt.next_at is None:
        alert.state = "failed"
    session.add(alert)
    if alert.event == GROUP and alert.state != "waiting":
        fate = update(Alert).where(col(Alert.group_id) == alert.id)
        session.exec(fate.values(state=alert.state, sent_at=alert.sent_at, error=alert.error))


def _settle_channel(session: Session, name: str, attempt: Attempt) -> None:
    """One delivery that works ends a channel's trouble; one that fails begins or prolongs it."""
    state = session.get(ChannelState, name)
    if attempt.ok:
        if state and state.closed_at is None:
            session.delete(state)
        return
    state = state or ChannelState(name=name, failing_since=attempt.at)
    state.failures += 1
    state.failing_since = state.failing_since or attempt.at
    state.reason = attempt.detail
    state.paused_until = attempt.pause_until
    if attempt.closes_channel:
        state.closed_at = attempt.at
    session.add(state)


def release(database: Database, owner: str) -> None:
    """Give back what `owner` has claimed and not settled, as when it stops."""
    with database.write() as session:
        held = update(Alert).where(col(Alert.claimed_by) == owner, col(Alert.state) == "waiting")
        session.exec(held.values(claimed_by="", claimed_until=None))


def closed_channels(database: Database) -> dict[str, str]:
    """Channels that are switched off, with the reason."""
    return {state.name: state.reason for state in troubled_channels(database) if state.closed_at}


def troubled_channels(database: Database) -> list[ChannelState]:
    """Channels that are switched off or failing."""
    with database.read() as session:
        return list(session.exec(select(ChannelState).order_by(col(ChannelState.name))))


def channel_failures(database: Database, channel: str) -> int:
    """How many deliveries in a row have failed on a channel."""
    with database.read() as session:
        state = session.get(ChannelState, channel)
        return state.failures if state else 0


def counts(database: Database) -> dict[str, int]:
    """How many alerts are waiting, sent and failed; those of a grouped alert count, not the group.

    Of very many on PostgreSQL, those sent are an estimate.
    """
    rows = select(Alert.state, func.count()).where(Alert.event != GROUP).group_by(col(Alert.state))
    with database.read() as session:
        known = estimate(session, Alert)
        unsent = rows.where(Alert.state != "sent") if known is not None else rows
        found = dict(session.exec(unsent).all())
        if known is not None:
            found["sent"] = max(0, known - sum(found.values()))
        return {
            "waiting": sum(found.get(state, 0) for state in WAITING),
            "sent": found.get("sent", 0),
            "failed": found.get("failed", 0),
        }


def longest_waiting(database: Database, now: datetime) -> timedelta:
    """For how long the alert is due that waits the longest to be delivered."""
    due = select(func.min(Alert.next_attempt_at)).where(Alert.state == "waiting", col(Alert.next_attempt_at) <= now)
    with database.read() as session:
        first = session.exec(due).one()
    return now - first if first else timedelta(0)


def waiting_by_channel(database: Database) -> dict[str, int]:
    """How many alerts wait on each channel."""
    with database.read() as session:
        rows = select(Alert.channel, func.count()).where(col(Alert.state).in_(WAITING), Alert.event != GROUP)
        return dict(session.exec(rows.group_by(col(Alert.channel))).all())


def retry(database: Database, now: datetime, alert_ids: Sequence[int] = ()) -> int:
    """Put failed alerts (all, or those named) back in line; returns how many. A closed channel is opened again.

    Naming a waiting alert makes it due at once. One that was told in a grouped alert brings back the whole group.
    """
    with database.write() as session:
        heads = _to_retry(session, alert_ids)
        for alert in heads:
            alert.state, alert.next_attempt_at, alert.attempts = "waiting", now, 0
            session.add(alert)
            session.exec(update(Alert).where(col(Alert.group_id) == alert.id).values(state="grouped"))
            if state := session.get(ChannelState, alert.channel):
                session.delete(state)
                session.flush()
        return len(heads)


def _to_retry(session: Session, alert_ids: Sequence[int]) -> list[Alert]:
    if not alert_ids:
        return list(session.exec(select(Alert).where(Alert.state == "failed", col(Alert.group_id).is_(None))))
    named = {alert.id: alert for alert in session.exec(select(Alert).where(col(Alert.id).in_(alert_ids)))}
    heads = {a.group_id or a.id for a in named.values()}
    can_be = and_(col(Alert.id).in_(heads), col(Alert.state).in_(("waiting", "failed")))
    found = {alert.id: alert for alert in session.exec(select(Alert).where(can_be))}
    if missing := {n for n in alert_ids if n not in named or (named[n].group_id or n) not in found}:
        which = ", ".join(map(str, sorted(missing)))
        raise AddendumError("no such alert, already sent, or held; see `addendum alerts list`", which)
    return list(found.values())


def list_alerts(
    database: Database, *, state: str = "", change_id: int | None = None, limit: int = 50
) -> list[tuple[Alert, Article | None]]:
    """Alerts with their articles, newest first; a grouped alert and one for the operator have none."""
    rows = select(Alert, Article).join(Article, col(Article.id) == Alert.article_id, isouter=True)
    if state:
        rows = rows.where(Alert.state == state)
    if change_id is not None:
        rows = rows.where(Alert.change_id == change_id)
    with database.read() as session:
        found = session.exec(rows.order_by(col(Alert.id).desc()).limit(limit))
        return [(alert, article) for alert, article in found]
