"""What stands in the way of the service, in words."""

from datetime import UTC, datetime, timedelta

from storage import leases
from storage.condition import troubles
from storage.database import Database
from storage.tables import Alert, Article, ChannelState, Feed

NOW = datetime(2021, 7, 18, 16, tzinfo=UTC)


def lead(database: Database, at: datetime = NOW) -> None:
    with database.write() as session:
        leases.take(session, "scheduler", "somebody", at, timedelta(seconds=15))


def test_all_is_well(database: Database) -> None:
    lead(database)
    assert troubles(database, NOW) == []


def test_nobody_hands_out_the_work(database: Database) -> None:
    assert "no service has run" in troubles(database, NOW)[0]
    lead(database, NOW - timedelta(minutes=1))
    (said,) = troubles(database, NOW)
    assert said == "nobody hands out the work since 18 July 2021, 15:59:15 UTC; start `addendum run`"


def test_visits_alerts_channels_and_feeds_that_are_in_trouble(database: Database) -> None:
    lead(database)
    with database.write() as session:
        late = NOW - timedelta(minutes=34)
        session.add(Article(url="u", host="n.example", first_seen_at=late, next_visit_at=late))
        session.add(Alert(uid="a", channel="desk", event="updated", created_at=late, next_attempt_at=late))
        session.add(Alert(uid="b", channel="hook", event="updated", created_at=late, next_attempt_at=late))
        session.add(ChannelState(name="hook", reason="the receiver answered 503", failing_since=late, failures=3))
        session.add(Feed(name="f", url="f", failing_since=NOW - timedelta(hours=7)))
        session.add(Feed(name="g", url="g"))
    said = troubles(database, NOW)
    assert said == [
        "the channel “hook” does not take its alerts: the receiver answered 503",
        "alerts wait to be delivered, the oldest for 34 minutes",
        "1 of 2 feeds could not be read for 6 hours or more; see `addendum feeds list`",
        "visits come late, the latest by 34 minutes: it needs more workers, or more time between",
    ]
