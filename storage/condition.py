"""What stands in the way of the service right now, in words: it works, but not as it should."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlmodel import Session, col, func, or_, select

from storage import health, postgres
from storage.database import Database
from storage.due import longest_overdue
from storage.tables import Alert, ChannelState, Feed, Lease

LATE_VISIT = timedelta(minutes=15)  # overdue by so long, where the host need not be left alone
LATE_ALERT = timedelta(minutes=10)
LATE_REPLICA = timedelta(minutes=1)
DEAD_FEED = timedelta(hours=6)  # not read for so long
CLOCKS = timedelta(seconds=2)  # by which the database's clock and ours may disagree


def troubles(database: Database, now: datetime, replica: Database | None = None) -> list[str]:
    """Empty when all is well. `replica`: the copy of the record that pages are read from."""
    with database.read() as session:
        found = [*_lead(session, now), *_alerts(session, now), *_feeds(session, now)]
    overdue = longest_overdue(database, now)
    if overdue > LATE_VISIT:
        found.append(f"visits come late, the latest by {_long(overdue)}: it needs more workers, or more time between")
    free = health.free_space(database)
    if free is not None and free < health.LITTLE_SPACE:
        found.append(f"the disk is nearly full: {free / 1e6:.0f} MB are left")
    if database.is_shared:
        found += _servers(database, replica)
    return found


def _lead(session: Session, now: datetime) -> Iterator[str]:
    lease = session.get(Lease, "scheduler")
    if lease is None:
        yield "no service has run on this record yet; start `addendum run`"
    elif not lease.holder or lease.until <= now:
        yield f"nobody hands out the work since {lease.until:%-d %B %Y, %H:%M:%S UTC}; start `addendum run`"


def _alerts(session: Session, now: datetime) -> Iterator[str]:
    troubled = session.exec(select(ChannelState).order_by(col(ChannelState.name))).all()
    for state in troubled:
        fate = "is switched off" if state.closed_at else "does not take its alerts"
        yield f"the channel “{state.name}” {fate}: {state.reason}"
    due = select(func.min(Alert.next_attempt_at)).where(
        Alert.state == "waiting", col(Alert.channel).not_in([state.name for state in troubled])
    )
    claimed = or_(col(Alert.claimed_until).is_(None), col(Alert.claimed_until) <= now)
    first = session.exec(due.where(claimed)).one()
    if first and now - first > LATE_ALERT:
        yield f"alerts wait to be delivered, the oldest for {_long(now - first)}"


def _feeds(session: Session, now: datetime) -> Iterator[str]:
    watched = (~col(Feed.removed), ~col(Feed.paused))
    dead = select(func.count()).select_from(Feed).where(*watched, col(Feed.failing_since) <= now - DEAD_FEED)
    if count := session.exec(dead).one():
        of = session.exec(select(func.count()).select_from(Feed).where(*watched)).one()
        yield f"{count} of {of} feeds could not be read for {_long(DEAD_FEED)} or more; see `addendum feeds list`"


def _servers(database: Database, replica: Database | None) -> Iterator[str]:
    with database.engine.connect() as connection:
        ahead = postgres.clock_difference(connection)
    if abs(ahead) > CLOCKS:
        way = "ahead of" if ahead > timedelta(0) else "behind"
        yield f"the database's clock is {_long(abs(ahead))} {way} this machine's; see that both are kept by NTP"
    if replica is not None:
        with replica.engine.connect() as connection:
            behind = postgres.replica_lag(connection)
        if behind and behind > LATE_REPLICA:
            yield f"the replica that the pages are read from is {_long(behind)} behind"


def _long(time: timedelta) -> str:
    seconds = time.total_seconds()
    for unit, length in (("days", 86400), ("hours", 3600), ("minutes", 60)):
        if seconds >= 2 * length:
            return f"{seconds / length:.0f} {unit}"
    return f"{seconds:.0f} seconds"
