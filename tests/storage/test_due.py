"""At which hosts there is something to do, and in which order."""

from datetime import UTC, datetime, timedelta

import pytest

from storage import due
from storage.database import Database
from storage.due import DueHost, due_articles, due_hosts, longest_overdue
from storage.hosts import rest
from storage.tables import Article

NOW = datetime(2021, 7, 18, 16, tzinfo=UTC)
OLD = NOW - timedelta(days=30)


def follow(
    database: Database, host: str, *, due_for: float, found: datetime = OLD, signal: str = "", count: int = 1
) -> None:
    """Articles at a host, due for so many minutes (negative: in so many)."""
    with database.write() as session:
        for number in range(count):
            session.add(
                Article(
                    url=f"https://{host}/{due_for}/{number}/{signal}",
                    host=host,
                    first_seen_at=found,
                    signal=signal,
                    next_visit_at=NOW - timedelta(minutes=due_for),
                )
            )


def test_hosts_with_something_urgent_come_first_then_the_longest_overdue(database: Database) -> None:
    follow(database, "late.example", due_for=60)
    follow(database, "later.example", due_for=90)
    follow(database, "fresh.example", due_for=1, found=NOW - timedelta(hours=3))
    follow(database, "signalled.example", due_for=2, signal="its feed says so")
    follow(database, "not-yet.example", due_for=-1)
    assert due_hosts(database, NOW, limit=10) == [
        DueHost("signalled.example", True),
        DueHost("fresh.example", True),
        DueHost("later.example", False),
        DueHost("late.example", False),
    ]
    assert [host.name for host in due_hosts(database, NOW, limit=1)] == ["signalled.example"]


def test_what_is_urgent_is_found_behind_however_much_is_overdue(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(due, "WINDOW", 5)
    follow(database, "tail.example", due_for=600, count=20)
    follow(database, "fresh.example", due_for=1, found=NOW)
    follow(database, "signalled.example", due_for=2, signal="its feed says so")
    found = {host.name: host.urgent for host in due_hosts(database, NOW, limit=10)}
    assert found == {"signalled.example": True, "fresh.example": True, "tail.example": False}


def test_a_host_under_way_is_left_out_unless_it_has_become_urgent(database: Database) -> None:
    follow(database, "n.example", due_for=60)
    assert due_hosts(database, NOW, limit=10, but=["n.example"]) == []
    follow(database, "n.example", due_for=1, found=NOW)
    assert due_hosts(database, NOW, limit=10, but=["n.example"]) == [DueHost("n.example", True)]
    assert due_hosts(database, NOW, limit=10, but=["n.example"], but_urgent=["n.example"]) == []


def test_a_host_at_rest_is_left_alone_and_counts_as_late_no_more(database: Database) -> None:
    follow(database, "n.example", due_for=60)
    assert longest_overdue(database, NOW) == timedelta(hours=1)
    rest(database, "n.example", NOW + timedelta(minutes=5))
    assert due_hosts(database, NOW, limit=10) == []
    assert longest_overdue(database, NOW) == timedelta(0)
    assert due_hosts(database, NOW + timedelta(minutes=5), limit=10) == [DueHost("n.example", False)]


def test_at_a_host_the_urgent_are_visited_first(database: Database) -> None:
    follow(database, "n.example", due_for=60, count=3)
    follow(database, "n.example", due_for=1, found=NOW)
    assert [article.id for article in due_articles(database, NOW, host="n.example", limit=2)] == [4, 1]
