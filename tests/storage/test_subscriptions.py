"""Subscriptions at hubs in the record, with times the test chooses."""

from datetime import UTC, datetime, timedelta

from sqlmodel import col, update

from storage import feeds
from storage import subscriptions as subs
from storage.database import Database
from storage.tables import Feed

NOW = datetime(2021, 7, 18, 16, tzinfo=UTC)
CALLBACK = "https://addendum.example/websub/"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def feed_with_hub(database: Database, hub: str = "https://hub.example/") -> int:
    feed = feeds.add_feed(database, feeds.FeedSpec("f", "https://news.example/feed"))
    assert feed.id is not None
    change_feed(database, feed.id, hub=hub, topic_url=feed.url)
    return feed.id


def change_feed(database: Database, number: int, **values: object) -> None:
    with database.write() as session:
        session.exec(update(Feed).where(col(Feed.id) == number).values(**values))


def test_a_hub_is_asked_once_and_again_before_its_lease_runs_out(database: Database) -> None:
    feed_with_hub(database)
    (asked,) = subs.due_subscriptions(database, CALLBACK, NOW)
    subs.note_asked(database, asked.token, NOW, NOW + HOUR, "")
    assert subs.due_subscriptions(database, CALLBACK, NOW) == []
    subs.confirm(database, asked.token, NOW + 10 * DAY, NOW + 7 * DAY)
    assert subs.due_subscriptions(database, CALLBACK, NOW + 6 * DAY) == []
    (again,) = subs.due_subscriptions(database, CALLBACK, NOW + 7 * DAY)
    assert (again.token, again.secret) == (asked.token, asked.secret)


def test_a_hub_that_confirms_before_it_answers_is_not_asked_sooner_for_it(database: Database) -> None:
    feed_with_hub(database)
    (asked,) = subs.due_subscriptions(database, CALLBACK, NOW)
    subs.confirm(database, asked.token, NOW + 10 * DAY, NOW + 7 * DAY)
    subs.note_asked(database, asked.token, NOW, NOW + HOUR, "")
    assert subs.due_subscriptions(database, CALLBACK, NOW + DAY) == []


def test_a_feed_whose_hub_or_address_is_another_is_subscribed_anew(database: Database) -> None:
    number = feed_with_hub(database)
    (first,) = subs.due_subscriptions(database, CALLBACK, NOW)
    change_feed(database, number, hub="https://other.example/")
    (second,) = subs.due_subscriptions(database, CALLBACK, NOW)
    assert second.hub == "https://other.example/"
    assert subs.find_subscription(database, first.token) is None
    (third,) = subs.due_subscriptions(database, "https://new.example/websub/", NOW)
    assert third.callback.startswith("https://new.example/websub/")


def test_what_is_no_longer_watched_is_dropped(database: Database) -> None:
    number = feed_with_hub(database)
    (asked,) = subs.due_subscriptions(database, CALLBACK, NOW)
    feeds.pause_feed(database, str(number), paused=True)
    assert subs.due_subscriptions(database, CALLBACK, NOW) == []
    assert subs.find_subscription(database, asked.token) is None


def test_a_feed_counts_as_pushed_once_something_came_and_while_the_lease_lasts(database: Database) -> None:
    number = feed_with_hub(database)
    (asked,) = subs.due_subscriptions(database, CALLBACK, NOW)
    subs.confirm(database, asked.token, NOW + DAY, NOW + DAY)
    assert not subs.is_pushed(database, number, NOW)
    subs.note_push(database, number, NOW)
    assert subs.is_pushed(database, number, NOW)
    assert not subs.is_pushed(database, number, NOW + 2 * DAY)
    subs.refuse(database, asked.token, "no")
    assert not subs.is_pushed(database, number, NOW)


def test_a_lease_that_ran_out_is_no_longer_shown_as_active(database: Database) -> None:
    number = feed_with_hub(database)
    (asked,) = subs.due_subscriptions(database, CALLBACK, NOW)
    subs.confirm(database, asked.token, NOW + DAY, NOW + DAY)
    later = NOW + 2 * DAY
    subs.note_asked(database, asked.token, later, later + HOUR, "the server answered 503")
    lapsed = subs.list_subscriptions(database)[number]
    assert (lapsed.state, lapsed.lease_until, lapsed.reason) == ("asked", None, "the server answered 503")
