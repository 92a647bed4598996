"""The write path: one transaction, one numbering, one article for all its addresses."""

import re
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from revisions.text import Paragraph, Text
from revisions.topic import Speaker, Topic
from storage import feeds, outbox, queries, stream
from storage.database import Database
from storage.due import due_articles
from storage.facts import Course, Draft, Event, FoundArticle, Planned, PollFacts, VisitFacts, VisitResult
from storage.feeds import FeedSpec
from storage.record import GONE_AFTER, Recorder
from storage.stream import ChangeFilter

START = datetime(2021, 7, 18, 16, tzinfo=UTC)
TOPIC = Topic("Pegasus", ("Pegasus",), ("spyware",), speakers=(Speaker("NSO Group", ("NSO",)),))
URL = "https://news.example/list"


def text(*more: str, headline: str = "Inspectors on the Pegasus list") -> Text:
    body = ("Forty inspectors stand on a list of numbers.", "A laboratory examined their handsets for spyware.", *more)
    return Text(headline, tuple(Paragraph(p) for p in body))


def found(url: str = URL, *, certain: bool = True) -> FoundArticle:
    return FoundArticle(url, "Inspectors", certain)


def poll(database: Database, *articles: FoundArticle) -> int:
    (feed, *_) = feeds.list_feeds(database) or [
        feeds.add_feed(database, FeedSpec("courier", "https://news.example/feed"))
    ]
    assert feed.id is not None
    return feeds.record_poll(database, feed.id, PollFacts(START, START, read=True), articles)


def recorder(database: Database, route: object = None) -> Recorder:
    def everybody(_event: Event) -> list[Draft]:
        return [Draft("desk", ("everything",))]

    def plan(course: Course) -> Planned:
        return Planned(course.now + timedelta(hours=1))

    return Recorder(database, TOPIC, route or everybody, plan)  # type: ignore[arg-type]


def visit(
    database: Database, minutes: int, seen: Text | None = None, *, number: int = 1, **fields: object
) -> VisitResult:
    at = START + timedelta(minutes=minutes)
    facts = VisitFacts(at, at, "text" if seen else "failed", text=seen, canonical=URL, status=200)
    return recorder(database).visit(number, replace(facts, **fields))


def test_articles_of_the_first_poll_make_no_alert_and_later_ones_do(database: Database) -> None:
    assert poll(database, found()) == 1
    visit(database, 0, text())
    assert outbox.counts(database)["waiting"] == 0
    assert poll(database, found(), found("https://news.example/b")) == 1
    visit(database, 1, text(headline="Another Pegasus story"), number=2, canonical="https://news.example/b")
    ((alert, _article),) = outbox.list_alerts(database)
    assert (alert.event, alert.channel, alert.rules) == ("discovered", "desk", ["everything"])


def test_version_change_and_alert_are_written_together(database: Database) -> None:
    poll(database, found())
    visit(database, 0, text())
    assert visit(database, 5, text()).outcome == "unchanged"
    result = visit(database, 10, text("NSO said no."))

    (record,) = stream.list_changes(database, ChangeFilter(speaker="nso group", kind="statement"))
    assert (result.version, result.change_id) == (2, record.change.id)
    assert record.source is not None
    assert record.target is not None
    assert (record.source.number, record.target.number) == (1, 2)
    assert record.change.last_unchanged_at == START + timedelta(minutes=5)
    assert record.change.detected_at == START + timedelta(minutes=10)
    assert [a.event for a, _ in outbox.list_alerts(database)] == ["updated"]


def test_when_the_alert_cannot_be_written_nothing_is(database: Database) -> None:
    poll(database, found())
    visit(database, 0, text())

    def broken(_event: Event) -> list[Draft]:
        raise RuntimeError("no rules today")

    at = START + timedelta(minutes=10)
    facts = VisitFacts(at, at, "text", text=text("NSO said no."), canonical=URL, status=200)
    with pytest.raises(RuntimeError):
        recorder(database, broken).visit(1, facts)
    assert stream.list_changes(database, ChangeFilter()) == []
    assert len(queries.get_history(database, 1)) == 1
    assert visit(database, 11, text("NSO said no.")).version == 2


def test_visits_that_finish_at_once_never_number_twice(database: Database) -> None:
    poll(database, found())
    visit(database, 0, text())
    barrier = threading.Barrier(6)
    errors: list[Exception] = []

    def go(n: int) -> None:
        barrier.wait()
        try:
            visit(database, 10, text(f"Sentence {n % 3} was added to the text."))
        except Exception as error:  # noqa: BLE001 shown below
            errors.append(error)

    threads = [threading.Thread(target=go, args=(n,)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    history = queries.get_history(database, 1)
    assert [version.number for version, _ in history] == list(range(1, len(history) + 1))
    assert all(change is not None for version, change in history if version.number > 1)


def test_an_answer_asked_for_earlier_does_not_undo_a_later_one(database: Database) -> None:
    poll(database, found())
    visit(database, 0, text())
    visit(database, 10, text("NSO said no."))
    assert visit(database, 11, text(), requested_at=START + timedelta(minutes=9)).outcome == "unchanged"
    assert len(queries.get_history(database, 1)) == 2


def test_a_text_that_goes_back_and_forth_is_recorded_each_time_and_told_once_each_way(database: Database) -> None:
    poll(database, found())
    here, there = text(headline="Inspectors on the list"), text(headline="Inspectors and pilots on the list")
    visit(database, 0, here)
    for minutes in range(1, 7):
        visit(database, minutes, there if minutes % 2 else here)
    summaries = [r.change.summary for r in reversed(stream.list_changes(database, ChangeFilter()))]
    assert len(summaries) == 6
    assert summaries[1].startswith("back to version 1; headline changed")
    assert len(outbox.list_alerts(database)) == 2

    later = 5 * 24 * 60
    visit(database, later, there)
    assert len(outbox.list_alerts(database)) == 3


def test_gone_is_believed_after_two_looks_ten_minutes_apart_or_one_410(database: Database) -> None:
    poll(database, found(), found("https://news.example/b"))
    visit(database, 0, text())
    minutes = int(GONE_AFTER.total_seconds() // 60)
    assert visit(database, 1, outcome="gone", status=404).change_id is None
    missing = queries.get_article(database, "1")
    assert missing.last_visit_at
    assert missing.next_visit_at == missing.last_visit_at + GONE_AFTER
    assert visit(database, minutes, outcome="gone", status=404).change_id is None
    assert visit(database, minutes + 1, outcome="gone", status=404).change_id is not None
    assert visit(database, minutes + 2, outcome="gone", status=404).change_id is None
    back = visit(database, minutes + 3, text())
    (newest, oldest) = stream.list_changes(database, ChangeFilter())
    assert (oldest.change.kinds, newest.change.kinds, newest.change.id) == (["gone"], ["restored"], back.change_id)
    assert (oldest.target, newest.change.to_version) == (None, 1)
    visit(database, 0, text(headline="Second Pegasus story"), number=2, canonical="https://news.example/b")
    assert visit(database, 5, number=2, outcome="gone", status=410).change_id is not None


def test_a_page_that_shows_something_else_entirely_is_no_version(database: Database) -> None:
    poll(database, found())
    visit(database, 0, text())
    other = Text("Weather for the week", (Paragraph("Sunny spells and a light breeze from the west."),))
    assert visit(database, 5, other).outcome == "wall"
    assert queries.get_article(database, "1").versions == 1


def test_a_paywall_that_shows_less_is_no_removal_but_a_page_that_loses_its_end_is(database: Database) -> None:
    poll(database, found())
    whole = text("The third paragraph says more about the pilot.", "The fourth paragraph ends the article.")
    visit(database, 0, whole)
    cut = text("The third paragraph says more")
    assert visit(database, 5, cut, limited=True).outcome == "wall"
    assert visit(database, 6, text(), limited=True).outcome == "wall"
    assert visit(database, 7, text("A new paragraph takes its place."), limited=True).outcome == "changed"
    assert visit(database, 8, text()).outcome == "changed"


def test_the_text_decides_where_the_title_could_not(database: Database) -> None:
    poll(database, found(certain=False), found("https://news.example/horse", certain=False))
    visit(database, 0, text())
    horse = Text("Pegasus wins", (Paragraph("The horse won by a length in the rain."),))
    visit(database, 0, horse, number=2, canonical="https://news.example/horse")
    assert [a.id for a in queries.list_articles(database)] == [1]
    assert due_articles(database, START, every=True)[0].id == 1


def test_two_addresses_of_one_article_become_one(database: Database) -> None:
    poll(database, found(), found("https://news.example/amp/list"))
    visit(database, 0, text())
    result = visit(database, 1, text(), number=2, canonical=URL)
    assert (result.article_id, result.outcome) == (1, "unchanged")
    assert queries.get_article(database, "https://news.example/amp/list").id == 1
    assert queries.get_article(database, "2").id == 1
    assert poll(database, found("https://news.example/amp/list")) == 0


def test_a_feed_may_hold_more_entries_than_one_query_can_name(database: Database) -> None:
    many = [found(f"https://news.example/{n}") for n in range(1200)]
    assert poll(database, *many) == 1200
    assert poll(database, *many, found("https://news.example/new")) == 1


def test_an_article_that_names_a_better_address_takes_it_and_keeps_the_old_one(database: Database) -> None:
    poll(database, found("https://news.example/?p=12"))
    visit(database, 0, text())
    assert queries.get_article(database, "1").url == URL
    assert queries.get_article(database, "https://news.example/?p=12").id == 1


def test_a_site_that_gives_every_page_one_address_does_not_swallow_its_articles(database: Database) -> None:
    poll(database, found(), found("https://news.example/other"))
    visit(database, 0, text())
    other = Text("Pegasus on Mars", (Paragraph("A rover found traces of water and of spyware."),))
    assert visit(database, 1, other, number=2, canonical=URL).article_id == 2
    assert len(queries.list_articles(database)) == 2


def test_migrations_bring_the_schema_to_the_tables(database: Database) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext
    from sqlmodel import SQLModel

    from storage.database import known_revisions

    with database.engine.connect() as connection:
        by_month_or_index = re.compile("visit_|(line|statement)_words")
        options = {"include_name": lambda name, kind, _: kind != "table" or not by_month_or_index.match(name)}
        assert compare_metadata(MigrationContext.configure(connection, opts=options), SQLModel.metadata) == []
    assert database.revision() == known_revisions()[-1]
