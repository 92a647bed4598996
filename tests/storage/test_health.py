"""What the operator hears of: dead feeds, rising walls, failing channels, a full disk; once each."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from storage import feeds, health, outbox
from storage.database import Database
from storage.facts import PollFacts
from storage.feeds import FeedSpec
from storage.outbox import Attempt
from storage.tables import Alert, Article, Visit

NOW = datetime(2021, 7, 19, 12, tzinfo=UTC)


def look(database: Database, now: datetime = NOW) -> list[str]:
    """Subjects of the alerts that are new, with their channels."""
    before = {alert.id for alert, _ in outbox.list_alerts(database)}
    health.look_for_trouble(database, ["ops"], ["ops", "desk", "mail"], now)
    new = [alert for alert, _ in outbox.list_alerts(database) if alert.id not in before]
    return [f"{alert.channel}: {(alert.content or {})['subject']}" for alert in new]


@pytest.fixture(autouse=True)
def plenty_of_space(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "free_space", lambda _: 10 * health.LITTLE_SPACE)


def poll(database: Database, feed_id: int, at: datetime, error: str = "") -> None:
    feeds.record_poll(database, feed_id, PollFacts(at, at, read=not error, error=error), [])


def test_a_feed_dead_for_a_day_is_told_once_and_again_when_it_dies_again(database: Database) -> None:
    feed = feeds.add_feed(database, FeedSpec("courier", "https://n.example/feed"))
    assert feed.id is not None
    poll(database, feed.id, NOW - timedelta(hours=25), "404 Not Found")
    poll(database, feed.id, NOW - timedelta(hours=2), "404 Not Found")
    assert look(database, NOW - timedelta(hours=2)) == []
    assert look(database) == ["ops: The feed “courier” cannot be read"]
    assert look(database, NOW + timedelta(hours=1)) == []
    poll(database, feed.id, NOW + timedelta(hours=2))
    poll(database, feed.id, NOW + timedelta(hours=3), "gone")
    assert look(database, NOW + timedelta(hours=4)) == []
    assert look(database, NOW + timedelta(hours=28)) == ["ops: The feed “courier” cannot be read"]


def test_a_paused_feed_is_not_dead(database: Database) -> None:
    feed = feeds.add_feed(database, FeedSpec("courier", "https://n.example/feed"))
    assert feed.id is not None
    poll(database, feed.id, NOW - timedelta(hours=25), "404 Not Found")
    feeds.pause_feed(database, "courier", paused=True)
    assert look(database) == []


def visits(database: Database, outlet: str, at: datetime, walls: int, reads: int) -> None:
    with database.write() as session:
        for number in range(walls + reads):
            article = Article(url=f"https://{outlet}.example/{at:%d%H}/{number}", outlet=outlet, first_seen_at=at)
            session.add(article)
            session.flush()
            session.add(Visit(article_id=article.id, at=at, outcome="wall" if number < walls else "unchanged"))


def test_walls_that_rise_at_an_outlet_are_told_and_those_that_always_stood_there_are_not(database: Database) -> None:
    for outlet, walls_before in (("courier", 0), ("wire", 8)):
        visits(database, outlet, NOW - timedelta(days=4), walls_before, 10 - walls_before)
        visits(database, outlet, NOW - timedelta(hours=3), 8, 2)
    visits(database, "echo", NOW - timedelta(hours=3), 2, 8)
    assert look(database) == ["ops: courier shows walls instead of articles"]
    assert look(database, NOW + timedelta(hours=1)) == []


def test_a_disk_nearly_full_is_told_once_a_day(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "free_space", lambda _: 5_000_000)
    assert look(database) == ["ops: The disk is nearly full"]
    assert look(database, NOW + timedelta(hours=1)) == []
    assert look(database, NOW + timedelta(days=1)) == ["ops: The disk is nearly full"]


def test_space_is_that_of_the_records_disk(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    found = health.free_space(database)
    assert (found is None) is (database.engine.dialect.name != "sqlite")
    assert found is None or found > 0


def fail(database: Database, channel: str, at: datetime, *, for_good: bool = False, closes: bool = False) -> None:
    with database.write() as session:
        if session.get(Article, 1) is None:
            session.add(Article(id=1, url="https://n.example/1", first_seen_at=NOW))
            session.flush()
        alert = Alert(uid=f"{channel}{at}", channel=channel, event="updated", article_id=1, created_at=at)
        session.add(alert)
        session.flush()
        number = alert.id
    assert number is not None
    next_at = None if for_good or closes else at + timedelta(minutes=5)
    attempt = Attempt(False, at, 503, "the receiver answered 503", next_at, closes_channel=closes)
    outbox.settle(database, [(number, attempt)])


def test_a_channel_that_keeps_failing_is_reported_on_another_once(database: Database) -> None:
    fail(database, "desk", NOW - timedelta(minutes=20))
    assert look(database) == [], "it may be a hiccup"
    assert look(database, NOW + timedelta(minutes=11)) == ["ops: The channel “desk” does not take its alerts"]
    fail(database, "desk", NOW + timedelta(minutes=12))
    assert look(database, NOW + timedelta(hours=1)) == []


def test_the_operators_own_channel_is_reported_on_one_that_works(database: Database) -> None:
    fail(database, "ops", NOW, closes=True)
    fail(database, "desk", NOW)
    assert look(database) == ["mail: The channel “ops” is switched off"]


def test_an_alert_that_is_lost_for_good_is_reason_enough(database: Database) -> None:
    fail(database, "desk", NOW, for_good=True)
    assert look(database) == ["ops: The channel “desk” does not take its alerts"]


def test_a_channel_that_works_again_and_fails_again_is_reported_again(database: Database) -> None:
    fail(database, "desk", NOW, for_good=True)
    look(database)
    fail(database, "desk", NOW + timedelta(hours=1))
    with database.read() as session:
        number = session.get_one(Alert, 3).id
    assert number is not None
    outbox.settle(database, [(number, Attempt(True, NOW + timedelta(hours=2), 200))])
    assert outbox.troubled_channels(database) == []
    fail(database, "desk", NOW + timedelta(hours=3), for_good=True)
    assert look(database, NOW + timedelta(hours=4)) == ["ops: The channel “desk” does not take its alerts"]
