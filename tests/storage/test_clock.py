"""A clock that was hours ahead and was put right: nothing waits until it is where it was."""

from datetime import datetime, timedelta

from sqlmodel import select

from storage import feeds, outbox, queries, stream
from storage.clock import bring_back
from storage.database import Database
from storage.due import due_articles
from storage.facts import PollFacts
from storage.stream import ChangeFilter
from storage.tables import Alert, Article, Feed
from tests.storage.test_record import START, found, poll, text, visit

AHEAD = 300  # minutes by which the clock is ahead


def now(minutes: float) -> datetime:
    return START + timedelta(minutes=minutes)


def article(database: Database) -> Article:
    return queries.get_article(database, "1")


def test_what_was_planned_comes_as_long_after_now_as_it_was_to_come_after_then(database: Database) -> None:
    poll(database, found())
    visit(database, 0, text())
    visit(database, AHEAD, text())
    assert article(database).next_visit_at == now(AHEAD + 60)
    assert bring_back(database, now(10)) == timedelta(minutes=AHEAD - 10)
    assert article(database).next_visit_at == now(70)
    assert article(database).last_read_at == now(0), "what a change is said to come after is never made later"
    assert bring_back(database, now(11)) is None, "doing it again changes nothing"
    assert article(database).next_visit_at == now(70)


def test_an_edit_is_recorded_though_the_article_was_visited_later(database: Database) -> None:
    """With what is brought back, and without: the next visit may come first."""
    poll(database, found())
    visit(database, 0, text())
    visit(database, AHEAD, text())
    assert visit(database, 10, text("NSO said no.")).version == 2
    (record,) = stream.list_changes(database, ChangeFilter())
    assert record.change.detected_at == now(10)


def test_what_is_right_stays_as_it_is(database: Database) -> None:
    poll(database, found())
    visit(database, 0, text())
    assert bring_back(database, now(0.5)) is None
    assert bring_back(database, now(0)) is None
    assert article(database).next_visit_at == now(60)


def test_feeds_are_polled_and_alerts_delivered(database: Database) -> None:
    poll(database, found())
    visit(database, 0, text())
    (feed,) = feeds.list_feeds(database)
    at = now(AHEAD)
    feeds.record_poll(database, feed.id or 0, PollFacts(at, at + timedelta(minutes=20), read=True), [])
    visit(database, AHEAD, text("NSO said no."))
    with database.write() as session:
        alert = session.exec(select(Alert)).one()
        alert.claimed_by, alert.claimed_until = "elsewhere:1:0.0", at + timedelta(minutes=2)
        session.add(alert)
    assert outbox.due_channels(database, now(10)) == set()
    bring_back(database, now(10))
    assert outbox.due_channels(database, now(10)) == {"desk"}
    with database.read() as session:
        assert session.exec(select(Feed.next_poll_at)).one() == now(30)
        claimed = session.exec(select(Alert.claimed_until)).one()
        assert claimed is not None
        assert claimed <= now(16)


def test_what_was_found_by_the_wrong_clock_is_visited(database: Database) -> None:
    poll(database, found())
    with database.write() as session:
        article = session.exec(select(Article)).one()
        article.first_seen_at = article.next_visit_at = now(AHEAD)
        feed = session.exec(select(Feed)).one()
        feed.last_polled_at = now(AHEAD)
        session.add_all([article, feed])
    assert due_articles(database, now(10)) == []
    bring_back(database, now(10))
    assert [due.id for due in due_articles(database, now(10))] == [1]
