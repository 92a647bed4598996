"""What only PostgreSQL does: visits by month, limits on what takes too long, sizes estimated."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from revisions.errors import StorageError
from storage import postgres, queries
from storage.database import Database, open_database
from storage.tables import Article, Visit

NOW = datetime.now(UTC)


pytestmark = pytest.mark.parametrize("new_url", ["postgresql"], indirect=True)


def places(database: Database) -> dict[str, int]:
    """How many visits are in which partition."""
    with database.read() as session:
        return dict(session.execute(text("SELECT tableoid::regclass::text, count(*) FROM visit GROUP BY 1")).all())


def visit(database: Database, *times: datetime) -> None:
    with database.write() as session:
        session.merge(Article(id=1, url="u", first_seen_at=NOW))
        session.flush()
        session.add_all([Visit(article_id=1, at=at, outcome="unchanged") for at in times])


def test_visits_go_into_the_table_of_their_month_and_none_is_lost(database: Database) -> None:
    past, future = datetime(2019, 2, 3, tzinfo=UTC), NOW + timedelta(days=400)
    visit(database, NOW, past, future)
    assert places(database) == {f"visit_{NOW:%Y_%m}": 1, "visit_other": 2}
    assert len(queries.get_visits(database, 1)) == 3
    database.make_room(future)
    assert places(database) == {f"visit_{NOW:%Y_%m}": 1, f"visit_{future:%Y_%m}": 1, "visit_other": 1}
    database.make_room(NOW, past)
    assert "visit_other" not in places(database)


def test_a_statement_that_takes_too_long_is_ended_and_says_so(new_url: str) -> None:
    hurried = open_database(new_url, statement=1)
    with pytest.raises(StorageError, match="took too long"), hurried.read() as session:
        session.execute(text("SELECT pg_sleep(3)"))
    hurried.close()


def test_a_large_table_is_estimated(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    visit(database)
    assert queries.count_record(database)["articles"] == 1
    monkeypatch.setattr(postgres, "LARGE", 0)
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE article"))
    assert queries.count_record(database)["articles"] == 1
