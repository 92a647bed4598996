"""Turns through the queue on PostgreSQL: handed out once, the urgent first, taken over from the dead."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from scheduler import queue
from scheduler.queue import Queue
from scheduler.turns import DELIVER, POLL, TAIL, URGENT, Kind, Turn
from tests.databases import empty_database

GRACE = timedelta(seconds=1)


@pytest.fixture
def url(tmp_path: Path) -> Iterator[str]:
    with empty_database("postgresql", tmp_path) as found:
        yield found


def play(url: str, story: Callable[[Queue], Awaitable[None]]) -> None:
    async def run() -> None:
        opened = Queue(url)
        await opened.open()
        try:
            await story(opened)
        finally:
            await opened.close(GRACE)

    asyncio.run(run())


class Hands:
    """Remembers what was done; a turn goes on until `release` is set."""

    def __init__(self, *, hold: bool = False) -> None:
        self.done: list[Turn] = []
        self.at_once: dict[str, int] = {}
        self.release = asyncio.Event()
        if not hold:
            self.release.set()

    async def do(self, turn: Turn) -> None:
        self.at_once[turn.key] = self.at_once.get(turn.key, 0) + 1
        assert self.at_once[turn.key] == 1, "two turns at one host"
        self.done.append(turn)
        await self.release.wait()
        self.at_once[turn.key] -= 1


async def done(hands: Hands, count: int) -> None:
    for _ in range(200):
        if len(hands.done) >= count:
            return
        await asyncio.sleep(0.05)
    raise AssertionError(f"only {hands.done}")


def test_a_turn_is_handed_out_once_and_sooner_when_it_becomes_urgent(url: str) -> None:
    async def story(queue: Queue) -> None:
        tail = Turn(Kind.VISIT, "a.example", TAIL)
        await queue.hand_out([tail])
        await queue.hand_out([tail, Turn(Kind.VISIT, "b.example", TAIL)])
        standing = await queue.look()
        assert standing.waiting == {tail, Turn(Kind.VISIT, "b.example", TAIL)}
        await queue.hand_out([Turn(Kind.VISIT, "a.example", URGENT)])
        standing = await queue.look()
        assert standing.waiting == {Turn(Kind.VISIT, "a.example", URGENT), Turn(Kind.VISIT, "b.example", TAIL)}
        assert standing.keys(Kind.VISIT, URGENT) == {"a.example"}

    play(url, story)


def test_two_that_hand_out_at_once_hand_out_each_turn_once(url: str) -> None:
    async def story(one: Queue) -> None:
        other = Queue(url)
        await other.open()
        turns = [Turn(Kind.VISIT, f"{n}.example") for n in range(50)]
        await asyncio.gather(one.hand_out(turns), other.hand_out(turns[25:] + turns[:25]), one.hand_out(turns))
        assert (await one.look()).waiting == set(turns)
        await other.close(GRACE)

    play(url, story)


def test_deliveries_polls_and_urgent_visits_come_before_the_long_tail_and_one_at_a_time_for_a_host(url: str) -> None:
    async def story(queue: Queue) -> None:
        hands = Hands()
        await queue.hand_out(
            [
                Turn(Kind.VISIT, "tail.example", TAIL),
                Turn(Kind.VISIT, "a.example", URGENT),
                Turn(Kind.POLL, "a.example", POLL),
                Turn(Kind.DELIVER, "desk", DELIVER),
            ]
        )
        working = asyncio.ensure_future(queue.work(hands, 1, GRACE))  # type: ignore[arg-type]
        await done(hands, 4)
        working.cancel()
        at_hosts = [
            turn for turn in hands.done if turn.kind is not Kind.DELIVER
        ]  # deliveries have workers of their own
        assert [(turn.kind, turn.key) for turn in at_hosts] == [
            (Kind.POLL, "a.example"),
            (Kind.VISIT, "a.example"),
            (Kind.VISIT, "tail.example"),
        ]
        assert (await queue.look()).waiting == frozenset()

    play(url, story)


def test_what_a_dead_worker_had_is_handed_out_again(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queue, "STALLED", 0.5)

    async def story(alive: Queue) -> None:
        turn = Turn(Kind.VISIT, "a.example")
        dying = Queue(url)
        await dying.open()
        hands = Hands(hold=True)
        await dying.hand_out([turn])
        working = asyncio.ensure_future(dying.work(hands, 4, GRACE))  # type: ignore[arg-type]
        await done(hands, 1)
        await alive.hand_out([turn])
        assert await alive.rescue() == 0, "its worker is alive"
        await silence(dying)
        await asyncio.sleep(0.7)
        assert await alive.rescue() == 1
        successor = Hands()
        working_again = asyncio.ensure_future(alive.work(successor, 4, GRACE))  # type: ignore[arg-type]
        await done(successor, 1)
        assert (await alive.figures()).workers == 1
        working_again.cancel()
        working.cancel()
        hands.release.set()

    play(url, story)


async def silence(queue: Any) -> None:
    """As if its process had died: its workers are heard of no more."""
    connector = queue._app.connector
    await connector.execute_query_async("UPDATE procrastinate_workers SET last_heartbeat = now() - interval '1 hour'")
