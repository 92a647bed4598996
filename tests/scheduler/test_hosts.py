"""Hosts that several processes work at: each is in the hands of one of them, with all that is known of it."""

import asyncio
import threading
from datetime import UTC, datetime, timedelta

import pytest

from crawler.politeness import HostWaits, Politeness
from scheduler import hosts
from scheduler.hosts import BORROWED, LEASE, SharedHosts
from storage.database import Database
from storage.tables import Lease
from tests.alerts.outbox import Clock

HOST = "n.example"


class Process:
    """What one process knows of its hosts."""

    def __init__(self, database: Database, name: str, clock: Clock) -> None:
        self.politeness = Politeness(2, lambda: clock.now.timestamp(), min_delay=timedelta(seconds=2))
        self.hosts = SharedHosts(database, self.politeness, clock, name)
        self.released: list[str] = []
        self.politeness.on_release.append(self.released.append)

    def ask(self) -> None:
        self.politeness.ask(HOST)
        self.politeness.sent(HOST)
        self.politeness.ended(HOST)


@pytest.fixture
def clock() -> Clock:
    return Clock(datetime(2021, 7, 18, 16, tzinfo=UTC))


@pytest.fixture
def one(database: Database, clock: Clock) -> Process:
    return Process(database, "one", clock)


@pytest.fixture
def other(database: Database, clock: Clock) -> Process:
    return Process(database, "other", clock)


def test_a_host_passes_on_with_its_delay_its_budget_and_its_back_off(one: Process, other: Process) -> None:
    async def story() -> None:
        async with one.hosts.turn(HOST) as is_ours:
            assert is_ours
            one.ask()
            one.politeness.answered(HOST, 429, timedelta(minutes=5))
            async with other.hosts.turn(HOST) as is_theirs:
                assert not is_theirs
                assert not other.hosts.has(HOST)
        assert one.released[0] == HOST, "its connections are let go of"
        async with other.hosts.turn(HOST) as is_theirs:
            assert is_theirs
            assert other.politeness.pause(HOST) == pytest.approx(2, abs=0.01)
            assert other.politeness.left(HOST) == pytest.approx(2, abs=0.01)
            assert other.politeness.wait(HOST) == timedelta(minutes=5)

    asyncio.run(story())


def test_a_host_that_was_cut_off_is_taken_over_as_if_it_had_just_been_asked(
    one: Process, other: Process, clock: Clock
) -> None:
    async def story() -> None:
        await one.hosts._enter(HOST)
        one.ask()
        await one.hosts.keep()
        clock.forward(seconds=LEASE.total_seconds())
        assert not one.hosts.has(HOST), "it asks for nothing once its lease is over"
        async with other.hosts.turn(HOST) as is_theirs:
            assert is_theirs
            assert other.politeness.pause(HOST) == pytest.approx(2, abs=0.01)
            assert other.politeness.wait(HOST) is not None, "both requests count"
        await one.hosts.keep()
        assert one.hosts._held == {}

    asyncio.run(story())


def test_what_is_kept_in_hand_is_nobody_elses(one: Process, other: Process, clock: Clock) -> None:
    async def story() -> None:
        async with one.hosts.turn(HOST):
            for _ in range(5):
                clock.forward(seconds=15)
                await one.hosts.keep()
            async with other.hosts.turn(HOST) as is_theirs:
                assert not is_theirs

    asyncio.run(story())


def test_a_host_that_a_redirect_led_to_is_borrowed(
    one: Process, other: Process, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hosts, "PATIENCE", 0.1)

    async def story() -> None:
        await one.hosts._enter(HOST)
        one.politeness.ask(HOST)
        one.politeness.sent(HOST)
        clock.forward(seconds=BORROWED.total_seconds() + 1)
        await one.hosts.keep()
        with pytest.raises(HostWaits, match="another worker is at it"):
            await other.hosts._enter(HOST)
        one.politeness.ended(HOST)
        await one.hosts.keep()
        await other.hosts._enter(HOST)
        assert other.hosts.has(HOST)

    asyncio.run(story())


def test_all_is_given_back_at_the_end(one: Process, other: Process) -> None:
    async def story() -> None:
        await one.hosts._enter(HOST)
        await one.hosts.close()
        async with other.hosts.turn(HOST) as is_theirs:
            assert is_theirs

    asyncio.run(story())


def test_of_several_that_take_a_host_at_once_one_has_it(database: Database, clock: Clock) -> None:
    several = [Process(database, f"process {n}", clock) for n in range(4)]
    together = threading.Barrier(len(several))
    had: list[list[str]] = []

    def take(process: Process) -> None:
        for turn in range(15):
            together.wait(30)
            if process.hosts._lease(f"h{turn}.example", clock.now) is not None:
                had[turn].append(process.hosts._name)

    with database.write() as session:
        for turn in range(15):
            had.append([])
            session.add(Lease(name=f"host:h{turn}.example", holder="", until=clock.now))
    threads = [threading.Thread(target=take, args=(process,)) for process in several]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [len(names) for names in had] == [1] * 15
