"""What visits teach, and signals that put a visit forward, on both databases."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import select

from storage import feeds, hosts
from storage.database import Database
from storage.facts import FoundArticle, PollFacts, Signal
from storage.feeds import FeedSpec
from storage.habits import FEED, dearness_at
from storage.tables import Article, Host, Outlet, Visit

NOW = datetime(2021, 7, 18, 16, tzinfo=UTC)


def found(updated: datetime | None = None) -> list[FoundArticle]:
    return [FoundArticle("https://courier.example/list", "The list", True, updated_at=updated)]


@pytest.fixture
def feed(database: Database) -> int:
    added = feeds.add_feed(database, FeedSpec("courier", "https://courier.example/feed"))
    assert added.id is not None
    feeds.record_poll(database, added.id, PollFacts(NOW, NOW, read=True), found())
    with database.write() as session:
        article = session.exec(select(Article)).one()
        article.last_visit_at, article.next_visit_at = NOW, NOW + timedelta(hours=5)
        session.add(article)
    return added.id


def article(database: Database) -> Article:
    with database.read() as session:
        return session.exec(select(Article)).one()


def test_a_feed_that_names_a_newer_date_puts_the_visit_forward_where_it_is_worth_it(
    database: Database, feed: int
) -> None:
    later = NOW + timedelta(hours=1)
    asked: list[Signal] = []

    def is_worth(signal: Signal) -> bool:
        asked.append(signal)
        return len(asked) > 1

    for _ in range(2):
        feeds.record_poll(database, feed, PollFacts(later, later, read=True), found(later), is_worth)
    assert asked == [Signal(timedelta(hours=4))] * 2
    assert (article(database).next_visit_at, article(database).due_why) == (later, FEED)
    assert article(database).host == "courier.example"


def test_a_signal_is_judged_by_what_became_of_earlier_ones(database: Database, feed: int) -> None:
    with database.write() as session:
        session.add(Outlet(name="courier", signals_followed=9, signals_true=2))
        session.add(Host(name="courier.example", dearness=4.0))
    asked: list[Signal] = []
    later = NOW + timedelta(hours=1)
    facts = PollFacts(later, later, read=True)
    feeds.record_poll(database, feed, facts, found(later), lambda signal: bool(asked.append(signal)))
    assert asked == [Signal(timedelta(hours=4), true=2, followed=9, dearness=4.0)]
    assert article(database).next_visit_at == NOW + timedelta(hours=5)


def test_hosts_keep_their_state_and_how_dear_their_requests_are(database: Database, feed: int) -> None:
    stamp = NOW.timestamp()
    hosts.save_hosts(database, [Host(name="courier.example", asked=[stamp - 4000, stamp - 10, stamp - 5])])
    late = NOW + timedelta(hours=6)
    wanted: list[tuple[float, int, int]] = []

    def dearer(*given: float) -> float:
        wanted.append(given)  # type: ignore[arg-type]
        return 3.0

    hosts.set_dearness(database, 300, dearer, NOW)
    assert wanted == [(1.0, 2, 300)]
    hosts.save_hosts(database, [Host(name="courier.example", asked=[stamp], latency=0.5)])
    (host,) = hosts.load_hosts(database)
    assert (host.asked, host.latency, host.dearness) == ([stamp], 0.5, 3.0)
    (record,) = hosts.list_hosts(database, late)
    assert (record.articles, record.due) == (1, 1)


def test_an_article_passed_over_is_followed_once_it_is_named(database: Database, feed: int) -> None:
    with database.write() as session:
        row = session.exec(select(Article)).one()
        row.status, row.next_visit_at = "ignored", None
        session.add(row)
    assert feeds.add_articles(database, found(), "", NOW) == 1
    assert (article(database).status, article(database).next_visit_at) == ("followed", NOW)
    assert feeds.add_articles(database, found(), "", NOW) == 0


def test_live_blogs_of_an_outlet_teach_nothing_of_its_other_articles(database: Database, feed: int) -> None:
    with database.write() as session:
        session.add(Outlet(name="courier", kind="live", signals_followed=9, signals_true=2))
    asked: list[Signal] = []
    later = NOW + timedelta(hours=1)
    facts = PollFacts(later, later, read=True)

    def is_worth(signal: Signal) -> bool:
        asked.append(signal)
        return False

    feeds.record_poll(database, feed, facts, found(later), is_worth)
    with database.write() as session:
        row = session.exec(select(Article)).one()
        row.kind = "live"
        session.add(row)
    feeds.record_poll(database, feed, facts, found(later), is_worth)
    assert [signal.followed for signal in asked] == [0, 9]


def test_a_newer_date_is_news_once_however_long_its_article_waits_for_a_visit(database: Database, feed: int) -> None:
    first, second = NOW + timedelta(hours=1), NOW + timedelta(hours=2)
    assert feeds.news_among(database, found(first), NOW, first) == found(first)
    assert feeds.news_among(database, found(first), first, second) == []
    assert feeds.news_among(database, found(NOW), None, second) == [], "it was visited since"
    future = found(NOW + timedelta(days=400))
    assert feeds.news_among(database, future, first, second) == [], "a date that is not yet says nothing"
    other = [FoundArticle("https://courier.example/other", "Another", True)]
    assert feeds.news_among(database, other, first, second) == other


def test_where_visits_come_late_all_of_them_are_planned_more_rarely(database: Database, feed: int) -> None:
    with database.write() as session:
        session.add(Host(name="courier.example", dearness=2.0))
        session.add(Visit(article_id=1, at=NOW - timedelta(minutes=1), outcome="unchanged"))
    seen: list[tuple[float, int, int]] = []

    def dearer(*given: float) -> float:
        seen.append(given)  # type: ignore[arg-type]
        return 3.0

    assert hosts.set_dearness_everywhere(database, dearer, NOW) == 3.0
    assert seen == [(1.0, 0, 1)], "nothing is late"
    hosts.set_dearness_everywhere(database, dearer, NOW + timedelta(hours=5, minutes=3))
    assert seen[-1] == (3.0, 1, 1)
    with database.read() as session:
        assert dearness_at(session, "courier.example") == 6.0
        assert dearness_at(session, "other.example") == 3.0
    assert [record.host.name for record in hosts.list_hosts(database, NOW)] == ["courier.example"]
    hosts.set_dearness(database, 300, lambda *_: 1.0, NOW)
    with database.read() as session:
        assert dearness_at(session, "other.example") == 3.0, "a host's own budget is another matter"
