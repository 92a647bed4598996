"""Copies are linked to their original; one that catches up is not told again."""

from datetime import UTC, datetime, timedelta

from revisions.text import Paragraph, Text
from revisions.topic import Speaker, Topic
from storage import outbox, queries, stream
from storage.copies import list_copies
from storage.database import Database
from storage.facts import Course, Draft, Event, Planned, VisitFacts, VisitResult
from storage.record import Recorder
from storage.stream import ChangeFilter
from storage.tables import Article
from tests.revisions.test_copies import OWN

START = datetime(2021, 7, 18, 16, tzinfo=UTC)
TOPIC = Topic("Pegasus", ("Pegasus",), ("spyware",), speakers=(Speaker("NSO Group", ("NSO",)),))
COMMENT = "NSO said it had read none of it and knew of no lamp."


def found(database: Database, *outlets: str) -> None:
    """An article at each outlet, published an hour apart."""
    with database.write() as session:
        for number, outlet in enumerate(outlets, 1):
            session.add(
                Article(
                    url=f"https://{number}.example/list",
                    outlet=outlet,
                    first_seen_at=START,
                    published_at=START - timedelta(hours=9 - number),
                    quiet=True,
                )
            )


def visit(
    database: Database,
    number: int,
    minutes: int,
    *paragraphs: str,
    headline: str = "The ledger",
    channels: str = "desk",
) -> VisitResult:
    at = START + timedelta(minutes=minutes)

    def route(event: Event) -> list[Draft]:
        return [Draft(name, ("everything",)) for name in channels.split()]

    def plan(course: Course) -> Planned:
        return Planned(course.now + timedelta(hours=1))

    text = Text(headline, tuple(Paragraph(p) for p in paragraphs))
    facts = VisitFacts(at, at, "text", text=text, status=200)
    return Recorder(database, TOPIC, route, plan).visit(number, facts)


def test_the_one_published_first_is_the_original_whichever_was_read_first(database: Database) -> None:
    found(database, "The Courier", "The Wire", "The Echo")
    visit(database, 3, 0, *OWN, headline="Lamps!")
    visit(database, 2, 1, *OWN)
    visit(database, 1, 2, *OWN[:5], "The Courier's own last line about the lamp in the window of the town hall.")
    family = list_copies(database, queries.get_article(database, "2"))
    assert [(r.article.id, r.is_original) for r in family] == [(1, True), (2, False), (3, False)]
    assert all(record.likeness > 0.7 for record in family)


def test_an_article_without_copies_stands_alone(database: Database) -> None:
    found(database, "The Courier", "The Wire")
    visit(database, 1, 0, *OWN)
    visit(database, 2, 0, *(p.replace("lamps", "ships").replace("says", "denies") for p in OWN))
    assert [r.article.id for r in list_copies(database, queries.get_article(database, "1"))] == [1]


def test_a_change_says_which_copies_carry_the_old_words_and_a_copy_that_catches_up_is_not_told_again(
    database: Database,
) -> None:
    found(database, "The Courier", "The Wire", "The Echo")
    for number in (1, 2, 3):
        visit(database, number, number, *OWN)
    visit(database, 1, 60, *OWN, COMMENT)
    (change,) = stream.list_changes(database, ChangeFilter())
    assert {(a.outlet, c.value) for a, c in change.copies} == {("The Wire", "old"), ("The Echo", "old")}

    visit(database, 2, 90, *OWN, COMMENT)
    visit(database, 3, 95, *OWN, COMMENT, "The Echo has asked the clerk, who has not answered any of our letters.")
    told = {alert.change_id for alert, _ in outbox.list_alerts(database)}
    assert told == {1, 3}, "what the Echo says beyond the original is news"
    assert stream.get_change(database, 2).change.untold == "it catches up with change 1 of another copy"
    assert [r.change.id for r in stream.list_changes(database, ChangeFilter())] == [3, 1]
    assert len(stream.list_changes(database, ChangeFilter(each=True))) == 3


def test_a_channel_that_did_not_hear_of_the_original_hears_of_the_copy(database: Database) -> None:
    found(database, "The Courier", "The Wire")
    visit(database, 1, 0, *OWN)
    visit(database, 2, 0, *OWN)
    visit(database, 1, 60, *OWN, COMMENT, channels="paris")
    visit(database, 2, 90, *OWN, COMMENT, channels="paris rome")
    assert {(alert.channel, alert.change_id) for alert, _ in outbox.list_alerts(database)} == {
        ("paris", 1),
        ("rome", 2),
    }


def test_the_original_that_changes_after_its_copy_is_news_of_its_own(database: Database) -> None:
    found(database, "The Courier", "The Wire")
    visit(database, 1, 0, *OWN)
    visit(database, 2, 0, *OWN)
    visit(database, 2, 60, *OWN, COMMENT)
    visit(database, 1, 90, *OWN, COMMENT)
    assert {alert.change_id for alert, _ in outbox.list_alerts(database)} == {1, 2}
    ((copy, carries),) = stream.get_change(database, 2).copies
    assert (copy.outlet, carries.value) == ("The Wire", "new")


def test_the_same_edit_of_a_passage_in_another_article_of_the_outlet_is_told_once(database: Database) -> None:
    found(database, "The Courier", "The Courier", "The Wire")
    shared = "Readers who know a lamp of the ledger are asked to write to the desk under the arches."
    others = {
        1: OWN[:4],
        2: [p.replace("lamps", "ships").replace("says", "denies") for p in OWN[:4]],
        3: [p.replace("lamps", "bells").replace("says", "shouts") for p in OWN[:4]],
    }
    for number, own in others.items():
        visit(database, number, 0, *own, shared)
    for number, own in others.items():
        visit(database, number, 60, *own, shared.replace("write", "telephone"))
    assert {alert.change_id for alert, _ in outbox.list_alerts(database)} == {1, 3}
    (other,) = stream.get_change(database, 1).together
    assert (other.article.id, other.change_id) == (2, 2)
