"""The chain's head is stamped by an authority (RFC 3161), and stamps are checked with everything else."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text as sql
from sqlmodel import select

from revisions.errors import ConfigError, StorageError
from scheduler.stamping import PAUSE, Stamping
from storage import stamps
from storage.captures import Head, link_captures
from storage.database import Database
from storage.proving import verify
from storage.stamps import read_roots
from storage.tables import Stamp
from tests.authority import Authority
from tests.receivers import LOOPBACK
from tests.storage.test_captures import found, poll, text, visit


@pytest.fixture
def authority(tmp_path: Path) -> Iterator[Authority]:
    with Authority(tmp_path / "authority") as running:
        yield running


class Clock:
    def __init__(self) -> None:
        self.now = datetime.now(UTC)

    def passes(self, time: timedelta) -> None:
        self.now += time


def stamped(database: Database) -> list[Stamp]:
    with database.read() as session:
        return list(session.exec(select(Stamp)))


def test_the_head_is_stamped_once_in_so_long_and_only_where_it_moved(database: Database, authority: Authority) -> None:
    clock = Clock()
    stamping = Stamping(database, authority.url, timedelta(days=1), LOOPBACK, lambda: clock.now)
    asyncio.run(stamping.look())
    assert authority.asked == 0, "there is nothing to stamp"
    poll(database, found())
    visit(database, 0, text())
    link_captures(database)
    asyncio.run(stamping.look())
    visit(database, 10, text("NSO said no."))
    link_captures(database)
    asyncio.run(stamping.look())
    assert [stamp.link for stamp in stamped(database)] == [1]
    clock.passes(timedelta(days=1))
    asyncio.run(stamping.look())
    clock.passes(timedelta(days=2))
    asyncio.run(stamping.look())
    assert [stamp.link for stamp in stamped(database)] == [1, 2]

    proof = verify(database, roots=read_roots(str(authority.roots)))
    assert (proof.misfit, proof.stamps, proof.is_signed) == (None, 2, True)
    assert proof.stamped is not None
    assert proof.stamped[0] == 2


def test_an_authority_that_fails_is_left_alone_for_a_while(database: Database, authority: Authority) -> None:
    clock = Clock()
    stamping = Stamping(database, authority.url, timedelta(hours=1), LOOPBACK, lambda: clock.now)
    poll(database, found())
    visit(database, 0, text())
    link_captures(database)
    authority.refuses = True
    asyncio.run(stamping.look())
    asyncio.run(stamping.look())
    assert authority.asked == 1
    authority.refuses = False
    clock.passes(PAUSE)
    asyncio.run(stamping.look())
    assert len(stamped(database)) == 1


def test_stamps_do_not_let_the_end_of_the_chain_be_cut_off(database: Database, authority: Authority) -> None:
    poll(database, found())
    visit(database, 0, text())
    visit(database, 10, text("NSO said no."))
    link_captures(database)
    asyncio.run(Stamping(database, authority.url, timedelta(hours=1), LOOPBACK).look())
    with database.writer.begin() as connection:
        for statement in (
            "DELETE FROM raw_page WHERE capture_id = 2",
            "DELETE FROM capture WHERE id = 2",
            "DELETE FROM version_text WHERE number = 2",
            "DELETE FROM version WHERE number = 2",
            "DELETE FROM alert",
            "DELETE FROM change_kind",
            "DELETE FROM change_speaker",
            "DELETE FROM change",
            "UPDATE article SET versions = 1",
        ):
            connection.execute(sql(statement))
    assert str(verify(database).misfit) == "stamp 1: link 2 of the chain is not the one that was stamped"


def test_a_stamp_of_somebody_else_does_not_hold(database: Database, authority: Authority, tmp_path: Path) -> None:
    poll(database, found())
    visit(database, 0, text())
    link_captures(database)
    asyncio.run(Stamping(database, authority.url, timedelta(hours=1), LOOPBACK).look())
    assert verify(database).misfit is None, "no roots are named: the signature is not looked at"
    other = Authority(tmp_path / "other")
    assert "stamp 1: its signature does not hold" in str(verify(database, roots=read_roots(str(other.roots))).misfit)


def test_an_answer_to_another_request_is_not_kept(database: Database, authority: Authority) -> None:
    mine = stamps.request_for(Head(1, "a" * 64))
    others = stamps.request_for(Head(1, "b" * 64))
    for answer, reason in (
        (authority.stamp(others.body), "of something else"),
        (authority.stamp(stamps.request_for(mine.head).body), "of another request"),
        (b"<html>", "no time stamp"),
    ):
        with pytest.raises(StorageError, match=reason):
            stamps.keep_stamp(database, mine, answer, authority.url, datetime.now(UTC))
    assert stamped(database) == []


def test_roots_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    (tmp_path / "empty.pem").write_text("nothing")
    for name in ("empty.pem", "missing.pem"):
        with pytest.raises(ConfigError, match=name):
            read_roots(str(tmp_path / name))
