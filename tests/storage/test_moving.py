"""A record copied into another database: whole, resumable, verified."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text

from revisions.errors import StorageError
from storage import moving
from storage.database import Database, open_database
from storage.moving import move
from storage.tables import Alert, Article, Change, Feed, Host, Outlet, Version, Visit
from tests.databases import empty_database

AT = datetime(2021, 7, 18, 16, 0, 0, 123456, tzinfo=UTC)


@pytest.fixture
def source(tmp_path: Path) -> Iterator[Database]:
    (tmp_path / "old").mkdir()
    opened = open_database(f"sqlite:///{tmp_path}/old/record.db")
    fill(opened)
    yield opened
    opened.close()


@pytest.fixture(params=["postgresql", "sqlite"])
def target(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    with empty_database(request.param, tmp_path) as url:
        opened = open_database(url)
        yield opened
        opened.close()


def fill(database: Database) -> None:
    """Rows with references forward, bytes, JSON, emptiness, and text that is not Latin."""
    with database.write() as session:
        session.add(Feed(id=3, name="f", url="https://n.example/feed", hours=[0.1, 2.5], first_polled_at=AT))
        session.flush()
        for number in range(1, 8):
            session.add(
                Article(
                    id=number,
                    url=f"https://n.example/{number}",
                    title="פגסוס बीस 🐎",
                    feed_id=3,
                    first_seen_at=AT,
                    seen=bytes(range(256)) if number % 2 else None,
                )
            )
        session.flush()
        session.get_one(Article, 1).copy_of = 7
        session.add(Version(article_id=1, number=1, captured_at=AT, sha256="x", headline="h", words=1))
        session.add(Visit(article_id=1, at=AT, outcome="changed"))
        session.add(Change(id=5, article_id=1, detected_at=AT, significance="minor", summary="s", kinds=["body"]))
        session.add(Outlet(name="o", expected=0.1 + 0.2))
        session.add(Host(name="n.example", asked=[1.5, 2.25], rest_until=AT))
        session.flush()
        session.add(Alert(id=2, uid="b", channel="desk", event="updated", created_at=AT, change_id=5))
        session.flush()
        session.add(Alert(id=9, uid="c", channel="desk", event="grouped", created_at=AT, content={"a": [1, None]}))
        session.flush()
        session.get_one(Alert, 2).group_id = 9


def interrupt(source: Database, target: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """A copy that is stopped when four articles are there."""
    monkeypatch.setattr(moving, "TOGETHER", 2)

    def stop(table: str, done: int, _: int) -> None:
        if (table, done) == ("article", 4):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        move(source, target, stop)


def test_everything_arrives_and_numbers_go_on(source: Database, target: Database) -> None:
    told: list[tuple[str, int, int]] = []
    moved = move(source, target, lambda *step: told.append(step))
    assert moved.rows["article"] == 7
    assert ("article", 7, 7) in told
    with target.read() as session:
        article = session.get_one(Article, 1)
        assert (article.copy_of, article.seen, article.title) == (7, bytes(range(256)), "פגסוס बीस 🐎")
        assert session.get_one(Alert, 2).group_id == 9
        assert session.get_one(Host, "n.example").asked == [1.5, 2.25]
    with target.write() as session:
        session.add(Article(url="https://n.example/new", first_seen_at=AT))
        session.flush()
        assert session.execute(text("SELECT max(id) FROM article")).scalar() == 8
    with pytest.raises(StorageError, match="holds a record already"):
        move(source, target)


def test_an_interrupted_copy_goes_on_where_it_was(
    source: Database, target: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    interrupt(source, target, monkeypatch)
    told: list[tuple[str, int]] = []
    move(source, target, lambda table, done, _: told.append((table, done)))
    assert [done for table, done in told if table == "article"] == [4, 6, 7]


def test_a_source_that_was_written_to_meanwhile_is_copied_anew(
    source: Database, target: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    interrupt(source, target, monkeypatch)
    with source.write() as session:
        session.get_one(Article, 1).title = "changed"
        session.add(Visit(article_id=1, at=AT, outcome="changed"))
    move(source, target)
    with target.read() as session:
        assert session.get_one(Article, 1).title == "changed"


def test_a_copy_that_differs_is_noticed(source: Database, target: Database) -> None:
    def spoil(table: str, done: int, _: int) -> None:
        if (table, done) == ("verifying", 0):
            with target.write() as session:
                session.get_one(Article, 1).title = "something else"

    with pytest.raises(StorageError, match="the table article differs"):
        move(source, target, spoil)


def test_visits_of_all_months_find_their_place(source: Database, target: Database) -> None:
    move(source, target)
    if target.is_shared:
        with target.read() as session:
            assert session.execute(text("SELECT count(*) FROM visit_2021_07")).scalar() == 1
            assert session.execute(text("SELECT count(*) FROM visit_other")).scalar() == 0
