"""Visits that found nothing new, gathered so that many are recorded in one transaction."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from storage.database import patiently
from storage.facts import VisitFacts, VisitResult

LINGER = 0.2  # s a visit waits for others at the longest
MOST = 100  # visits recorded at once

Confirm = Callable[[Sequence[tuple[int, VisitFacts]]], list[VisitResult]]
_Waiting = tuple[int, VisitFacts, asyncio.Future[VisitResult]]


@dataclass
class Confirming:
    """Nobody waits when there is nobody to wait for: what is gathered is recorded as soon as no visit is under way."""

    confirm: Confirm
    under_way: int = 0
    _waiting: list[_Waiting] = field(default_factory=list)
    _timer: asyncio.TimerHandle | None = None
    _writing: asyncio.Lock = field(default_factory=asyncio.Lock)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    def begin(self) -> None:
        """A visit is under way, which may come to be recorded with those that wait."""
        self.under_way += 1

    def end(self) -> None:
        """It is recorded, or there is nothing to record of it."""
        self.under_way -= 1
        self._write_if_alone()

    async def record(self, article_id: int, facts: VisitFacts) -> VisitResult:
        """What became of a visit that is under way, once it is in the record."""
        loop = asyncio.get_running_loop()
        done: asyncio.Future[VisitResult] = loop.create_future()
        self._waiting.append((article_id, facts, done))
        if len(self._waiting) >= MOST:
            self._write()
        elif self._timer is None:
            self._timer = loop.call_later(LINGER, self._write)
        self._write_if_alone()
        return await done

    def _write_if_alone(self) -> None:
        if self._waiting and len(self._waiting) >= self.under_way and not self._writing.locked():
            self._write()

    def _write(self) -> None:
        if self._timer:
            self._timer.cancel()
            self._timer = None
        batch, self._waiting = self._waiting, []
        if batch:
            task = asyncio.ensure_future(self._record(batch))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _record(self, batch: list[_Waiting]) -> None:
        visits = [(article_id, facts) for article_id, facts, _ in batch]
        try:
            async with self._writing:
                results = await asyncio.to_thread(patiently, lambda: self.confirm(visits))
        except BaseException as error:
            for *_, done in batch:
                if not done.done():
                    done.set_exception(error if isinstance(error, Exception) else asyncio.CancelledError())
            if not isinstance(error, Exception):
                raise
        else:
            for (*_, done), result in zip(batch, results, strict=True):
                if not done.done():
                    done.set_result(result)
        finally:
            self._write_if_alone()
