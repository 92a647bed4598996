"""How turns come to the hands that do them: in the same process, or through a queue to several (`scheduler.queue`)."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

import structlog

from scheduler.hands import PAUSE, Hands
from scheduler.turns import Kind, Standing, Turn

log = structlog.get_logger()

AT_ONCE = 32  # hosts visited together


class Handover(Protocol):
    async def look(self) -> Standing:
        """What is handed out and not done yet."""

    async def hand_out(self, turns: Sequence[Turn]) -> None:
        """Let these be done; one that is handed out already is not handed out twice."""

    async def close(self, grace: timedelta) -> None:
        """Nothing more is handed out. What is in this process's hands is finished, within so long."""


@dataclass
class Embedded:
    """Turns are done in this process, beside each other."""

    hands: Hands

    def __post_init__(self) -> None:
        self._under_way: dict[Turn, asyncio.Task[None]] = {}
        self._again: set[Turn] = set()
        self._closed = False

    async def look(self) -> Standing:
        turns = frozenset(self._under_way)
        visits = sum(turn.kind is Kind.VISIT for turn in turns)
        return Standing(under_way=turns, room=0 if self._closed else AT_ONCE - visits)

    async def hand_out(self, turns: Sequence[Turn]) -> None:
        for turn in turns:
            if self._closed:
                return
            if _same(turn) in self._under_way:
                self._again.add(_same(turn))
            else:
                self._begin(_same(turn))

    def _begin(self, turn: Turn) -> None:
        task = asyncio.ensure_future(self.hands.do(turn))
        self._under_way[turn] = task
        task.add_done_callback(lambda done: self._ended(turn, done))

    def _ended(self, turn: Turn, task: asyncio.Task[None]) -> None:
        """What failed stays on the list for a while, so that nothing is tried every second."""
        if task.cancelled() or not (error := task.exception()):
            self._under_way.pop(turn, None)
            if turn in self._again and not self._closed:
                self._again.discard(turn)
                self._begin(turn)
            return
        log.error(f"{turn.kind} failed and will be tried again", at=turn.key, error=str(error), exc_info=error)
        asyncio.get_running_loop().call_later(PAUSE.total_seconds(), self._under_way.pop, turn, None)

    async def close(self, grace: timedelta) -> None:
        self._closed = True
        self.hands.stop()
        tasks = list(self._under_way.values())
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=grace.total_seconds())
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)


def _same(turn: Turn) -> Turn:
    """Turns that differ in their priority alone are one."""
    return Turn(turn.kind, turn.key)
