"""The ground under the record gives way: a full disk, a file system that is read-only, a lock that is not given back."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.faults import fill, mount, small_disk
from tests.newsroom import Newsroom
from tests.program import OFTEN, SECRET, Daemon, Program, wait_for
from tests.receivers import Receiver

pytestmark = pytest.mark.slow

SLUG = "harbour-list"
LOCKED = 31  # s; a little longer than SQLite waits for a lock


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of its own, of 12 MB."""
    with small_disk(tmp_path / "disk", 12) as problem:
        if problem:
            pytest.skip(f"no file system can be mounted here ({problem})")
        yield tmp_path / "disk"


def configure(program: Program, newsroom: Newsroom, receiver: Receiver) -> Program:
    hook = f'[[channels]]\nname = "hook"\ntype = "webhook"\nurl = "{receiver.url}/hook"\nsecret = "{SECRET}"'
    program.configure({"courier": newsroom.feed_url("courier")}, hook, revisit=OFTEN)
    return program


def is_recorded(program: Program, newsroom: Newsroom) -> bool:
    return any(a["versions"] == 2 for a in program.json("articles") if a["url"] == newsroom.article_url(SLUG))


def goes_on(daemon: Daemon, program: Program, newsroom: Newsroom, receiver: Receiver) -> None:
    """The edit made meanwhile is recorded and told, by itself; and everything fits."""
    wait_for(lambda: is_recorded(program, newsroom), 100)
    wait_for(lambda: receiver.received, 100)
    assert daemon.terminate() == 0
    program.run("check")
    assert program.json("verify")[0]["fits"]


def test_a_full_disk_is_told_and_nothing_is_lost(
    disk: Path, tmp_path: Path, newsroom: Newsroom, receiver: Receiver
) -> None:
    program = configure(Program(tmp_path, f"sqlite:///{disk}/addendum.db"), newsroom, receiver)
    program.check()
    filler = disk / "filler"
    with program.daemon() as daemon:
        wait_for(lambda: "web page" in daemon.log)
        fill(filler)
        newsroom.advance(SLUG)
        wait_for(lambda: "the disk is full; free some space, nothing recorded so far is lost" in daemon.log, 60)
        assert all(process.poll() is None for process in daemon.processes)
        assert not is_recorded(program, newsroom), "the record can still be read"
        filler.unlink()
        goes_on(daemon, program, newsroom, receiver)
    with closing(sqlite3.connect(disk / "addendum.db")) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_a_full_disk_ends_a_pass_with_a_remedy(
    disk: Path, tmp_path: Path, newsroom: Newsroom, receiver: Receiver
) -> None:
    program = configure(Program(tmp_path, f"sqlite:///{disk}/addendum.db"), newsroom, receiver)
    program.check()
    newsroom.advance(SLUG)
    fill(disk / "filler")
    said = program.run("check", "--all", expect=1)
    assert "the disk is full" in said
    assert "free some space" in said
    (disk / "filler").unlink()
    assert program.check("--all")["changes"] == 1
    assert program.json("verify")[0]["fits"]


def test_a_backup_that_finds_no_room_leaves_nothing_behind(
    disk: Path, tmp_path: Path, newsroom: Newsroom, receiver: Receiver
) -> None:
    program = configure(Program(tmp_path), newsroom, receiver)
    program.check()
    fill(disk / "filler")
    assert "full" in program.run("backup", str(disk / "backup.db"), expect=1)
    assert [path.name for path in disk.iterdir()] == ["filler"]


def test_a_file_system_that_is_read_only_is_named(
    disk: Path, tmp_path: Path, newsroom: Newsroom, receiver: Receiver
) -> None:
    program = configure(Program(tmp_path, f"sqlite:///{disk}/addendum.db"), newsroom, receiver)
    program.check()
    newsroom.advance(SLUG)
    assert mount("-o", "remount,ro", str(disk)) == ""
    said = program.run("check", "--all", expect=1)
    assert "may not be written; check its permissions" in said or "cannot be opened; check that its folder" in said
    assert "Traceback" not in said
    assert mount("-o", "remount,rw", str(disk)) == ""
    assert program.check("--all")["changes"] == 1


def test_a_lock_that_another_process_keeps_is_waited_for(
    tmp_path: Path, newsroom: Newsroom, receiver: Receiver
) -> None:
    program = configure(Program(tmp_path), newsroom, receiver)
    program.check()
    with program.daemon() as daemon, closing(sqlite3.connect(tmp_path / "addendum.db", isolation_level=None)) as other:
        wait_for(lambda: "web page" in daemon.log)
        other.execute("BEGIN IMMEDIATE")
        newsroom.advance(SLUG)
        wait_for(lambda: "another process holds the database" in daemon.log, 2 * LOCKED + 20)
        assert '"versions":2' in daemon.get("/healthz"), "pages are read all the while"
        other.execute("ROLLBACK")
        goes_on(daemon, program, newsroom, receiver)
