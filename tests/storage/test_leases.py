"""What one process has in hand: taken, kept, given back, and free when its process is heard of no more."""

from datetime import UTC, datetime, timedelta

from storage import leases
from storage.database import Database
from storage.leases import Taken

NOW = datetime(2021, 7, 18, 16, tzinfo=UTC)
LENGTH = timedelta(seconds=20)


def take(database: Database, holder: str, now: datetime = NOW, dead: tuple[str, ...] = ()) -> Taken | None:
    with database.write() as session:
        return leases.take(session, "host:n.example", holder, now, LENGTH, dead)


def test_only_one_has_it_and_it_is_clean_when_given_back(database: Database) -> None:
    assert take(database, "a") == Taken("host:n.example", clean=True)
    assert take(database, "b") is None
    assert leases.holder_of(database, "host:n.example", NOW) == "a"
    with database.write() as session:
        leases.give_back(session, ["host:n.example"], "a")
    assert take(database, "b") == Taken("host:n.example", clean=True)


def test_what_was_cut_off_is_taken_over_and_known_to_be(database: Database) -> None:
    take(database, "a")
    assert take(database, "b", NOW + LENGTH - timedelta(seconds=1)) is None
    assert take(database, "b", NOW + LENGTH) == Taken("host:n.example", clean=False)


def test_what_a_dead_process_holds_is_free_at_once(database: Database) -> None:
    take(database, "a")
    assert take(database, "b", dead=("a",)) == Taken("host:n.example", clean=False)


def test_renewing_keeps_what_is_still_ours(database: Database) -> None:
    take(database, "a")
    later = NOW + timedelta(seconds=15)
    with database.write() as session:
        assert leases.renew(session, ["host:n.example", "host:other"], "a", later, LENGTH) == {"host:n.example"}
    assert take(database, "b", NOW + LENGTH) is None
    take(database, "b", later + LENGTH)
    with database.write() as session:
        assert leases.renew(session, ["host:n.example"], "a", later + LENGTH, LENGTH) == set()


def test_giving_back_what_another_took_over_changes_nothing(database: Database) -> None:
    take(database, "a")
    take(database, "b", NOW + LENGTH)
    with database.write() as session:
        leases.give_back(session, ["host:n.example"], "a")
    assert leases.holder_of(database, "host:n.example", NOW + LENGTH) == "b"
