"""Several alerts of a channel told as one: the alert they are grouped in is delivered in their place."""

import uuid
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime, timedelta

from sqlmodel import Session, and_, col, or_, select

from storage.database import Database
from storage.operator import EVENT as OPERATOR
from storage.tables import Alert

EVENT = "group"
MOST_IN_ONE = 100  # alerts, but for those of one article; what is beyond goes into another group
HOUR = timedelta(hours=1)


def fresh_alerts(
    database: Database, channel: str, now: datetime, created_before: datetime | None = None
) -> list[Alert]:
    """What waits on a channel and was never offered to its receiver, oldest first.

    Not among them: alerts of an article of which an earlier one is still under way, for order's sake, and the
    operator's own, which are told one by one.
    """
    unsettled = (Alert.channel == channel, col(Alert.state).in_(("waiting", "grouped")))
    with database.read() as session:
        under_way = select(Alert.article_id).where(
            *unsettled, or_(col(Alert.offered_at).is_not(None), Alert.state == "grouped")
        )
        busy = set(session.exec(under_way))
        rows = select(Alert).where(*unsettled, Alert.state == "waiting", col(Alert.offered_at).is_(None))
        rows = rows.where(col(Alert.event).not_in((EVENT, OPERATOR)), col(Alert.next_attempt_at) <= now)
        if created_before is not None:
            rows = rows.where(Alert.created_at <= created_before)
        return [alert for alert in session.exec(rows.order_by(col(Alert.id))) if alert.article_id not in busy]


def told_within_an_hour(database: Database, channel: str, now: datetime) -> list[datetime]:
    """When messages went out on a channel lately, oldest first; a grouped one counts once."""
    sent = select(Alert.sent_at).where(Alert.channel == channel, col(Alert.sent_at) > now - HOUR)
    with database.read() as session:
        times = session.exec(sent.where(col(Alert.group_id).is_(None)).order_by(col(Alert.sent_at))).all()
        return [at for at in times if at is not None]


def group(database: Database, channel: str, alert_ids: Collection[int], now: datetime, reason: str) -> None:
    """Put alerts together that nobody has taken up meanwhile."""
    with database.write() as session:
        free = and_(Alert.state == "waiting", col(Alert.offered_at).is_(None), Alert.channel == channel)
        rows = select(Alert).where(free, col(Alert.id).in_(list(alert_ids))).order_by(col(Alert.id))
        group_alerts(session, channel, session.exec(rows.with_for_update(skip_locked=True)).all(), now, reason)


def group_alerts(session: Session, channel: str, alerts: Sequence[Alert], now: datetime, reason: str) -> None:
    """Alerts of one channel, oldest first, as one, or as few as it takes. A single one is told as it is."""
    for members in _batches(alerts):
        if len(members) == 1:
            members[0].state, members[0].next_attempt_at = "waiting", now
            session.add(members[0])
            continue
        head = Alert(
            uid=f"msg_{uuid.uuid4().hex}",
            channel=channel,
            event=EVENT,
            content={"reason": reason},
            created_at=now,
            next_attempt_at=now,
        )
        session.add(head)
        session.flush()
        for member in members:
            member.state, member.group_id, member.next_attempt_at = "grouped", head.id, None
            session.add(member)


def _batches(alerts: Sequence[Alert]) -> Iterator[list[Alert]]:
    """At most `MOST_IN_ONE` together, all of an article in one: groups are delivered beside each other."""
    by_article: dict[int | None, list[Alert]] = {}
    for alert in alerts:
        by_article.setdefault(alert.article_id, []).append(alert)
    batch: list[Alert] = []
    for some in by_article.values():
        if batch and len(batch) + len(some) > MOST_IN_ONE:
            yield batch
            batch = []
        batch = [*batch, *some]
    if batch:
        yield batch


def members_of(database: Database, group_id: int) -> list[Alert]:
    """The alerts a grouped one tells, oldest first."""
    with database.read() as session:
        return list(session.exec(select(Alert).where(Alert.group_id == group_id).order_by(col(Alert.id))))
