"""Unchanged visits recorded many at a time leave what visits recorded one by one leave, on both databases."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import col, select

from revisions.text import Paragraph, Text
from revisions.topic import Topic
from scheduler.plan import plan
from scheduler.revisit import Limits
from storage.database import Database
from storage.due import due_articles
from storage.facts import FoundArticle, VisitFacts
from storage.feeds import add_articles
from storage.record import Recorder
from storage.tables import Article, Outlet, Visit

NOW = datetime(2021, 7, 18, 16, tzinfo=UTC)
LIMITS = Limits(
    min=timedelta(minutes=2), max=timedelta(days=30), feed_min=timedelta(minutes=1), feed_max=timedelta(hours=6)
)


def text(number: int) -> Text:
    words = f"The ministry in town {number} bought the software and would not say for how much it did so."
    return Text(f"Town {number}", (Paragraph(words), Paragraph(f"Nobody in town {number} was told of it at all.")))


def facts(after: int, outcome: str = "unchanged", **more: Any) -> VisitFacts:
    at = NOW + timedelta(minutes=after)
    return VisitFacts(at, at, outcome, status=304 if outcome == "not modified" else 200, **more)


@pytest.fixture
def recorder(database: Database) -> Recorder:
    found = [FoundArticle(f"https://courier.example/{number}", f"Town {number}", True) for number in range(1, 5)]
    add_articles(database, found, "Courier", NOW)
    recorder = Recorder(database, Topic("Pegasus", ("Pegasus",)), lambda _: [], lambda course: plan(course, LIMITS))
    for number in range(1, 4):
        recorder.visit(number, facts(0, "text", text=text(number), region=b"[1]", etag='"a"'))
    return recorder


def rows(database: Database) -> list[dict[str, Any]]:
    with database.read() as session:
        return [row.model_dump(exclude={"seen"}) for row in session.exec(select(Article).order_by(col(Article.id)))]


def one_by_one(recorder: Recorder, visits: list[tuple[int, VisitFacts]]) -> None:
    for number, found in visits:
        recorder.visit(number, found)


def together(recorder: Recorder, visits: list[tuple[int, VisitFacts]]) -> None:
    recorder.confirm(visits)


def test_visits_recorded_together_leave_what_visits_recorded_alone_leave(
    database: Database, recorder: Recorder
) -> None:
    def outcome(record: Callable[[Recorder, list[tuple[int, VisitFacts]]], None], after: int) -> list[dict[str, Any]]:
        record(recorder, [(1, facts(after, etag='"b"')), (2, facts(after, "not modified")), (3, facts(after))])
        return rows(database)

    first = outcome(together, 30)
    assert [row["etag"] for row in first[:3]] == ['"b"', '"a"', ""]
    assert {row["last_read_at"] for row in first[:3]} == {NOW + timedelta(minutes=30)}
    assert all(row["next_visit_at"] > NOW + timedelta(minutes=30) and row["due_why"] for row in first[:3])
    for row in first[:3]:
        planned = row["next_visit_at"] - row["last_visit_at"]
        assert timedelta(minutes=2) <= planned <= timedelta(days=30)
    with database.read() as session:
        visits = session.exec(select(Visit).where(Visit.at == NOW + timedelta(minutes=30))).all()
        assert sorted((v.article_id, v.outcome, v.status) for v in visits) == [
            (1, "unchanged", 200),
            (2, "not modified", 304),
            (3, "unchanged", 200),
        ]
        outlet = session.exec(select(Outlet)).one()
        assert outlet.expected > 0
    second = outcome(one_by_one, 60)
    assert first[3] == second[3], "nobody visited it"
    assert set(first[0]) == set(second[0])
    assert [row["expected"] > before["expected"] for row, before in zip(second[:3], first[:3], strict=True)] == [
        True
    ] * 3


def test_one_alone_and_one_among_others_are_planned_alike(database: Database, recorder: Recorder) -> None:
    recorder.confirm([(1, facts(30))])
    recorder.visit(2, facts(30))
    first, second, *_ = rows(database)
    same = ("last_visit_at", "last_read_at", "failures", "error", "etag", "echoes", "signal")
    assert {name: first[name] for name in same} == {name: second[name] for name in same}
    assert first["expected"] == pytest.approx(second["expected"], rel=0.05)


def test_an_article_that_was_gone_is_told_as_restored_though_it_stands_in_a_batch(
    database: Database, recorder: Recorder
) -> None:
    recorder.visit(1, VisitFacts(NOW + timedelta(minutes=5), NOW + timedelta(minutes=5), "gone", status=410))
    results = recorder.confirm([(1, facts(30, "not modified")), (2, facts(30, "not modified"))])
    assert results[0].summary == "article restored"
    assert (results[1].article_id, results[1].outcome) == (2, "not modified")
    assert [row["status"] for row in rows(database)[:2]] == ["followed", "followed"]


def test_a_visit_asked_for_before_the_last_one_recorded_changes_nothing(database: Database, recorder: Recorder) -> None:
    recorder.confirm([(1, facts(30))])
    before = rows(database)[0]
    recorder.confirm([(1, replace(facts(40), requested_at=facts(20).requested_at))])
    assert rows(database)[0] == before


def test_what_is_due_brings_its_region_along_until_the_article_is_read_differently(
    database: Database, recorder: Recorder
) -> None:
    def regions() -> dict[int, bytes | None]:
        return {due.id: due.region for due in due_articles(database, NOW, every=True)}

    assert regions() == {1: b"[1]", 2: b"[1]", 3: b"[1]", 4: None}
    recorder.visit(1, facts(30, "text", text=text(9), region=b""))
    recorder.visit(2, facts(30, "failed", error="no answer"))
    recorder.visit(3, facts(30, "text", text=text(3), region=b"[2]"))
    assert regions() == {1: None, 2: b"[1]", 3: b"[2]", 4: None}
