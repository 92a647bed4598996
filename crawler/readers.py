"""Processes that read pages and large feeds, so that reading one holds up neither the network nor the other pages."""

import asyncio
import multiprocessing
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeVar

import structlog
from pebble import ProcessExpired, ProcessPool

from crawler.feeds import Feed, read_feed
from crawler.page import Page
from crawler.reader import MOST_MEMORY, begin, read, read_as_begun
from crawler.reading import Reading, Unread
from crawler.region import Region
from revisions.errors import FeedError
from revisions.topic import Speaker

log = structlog.get_logger()
T = TypeVar("T")

LONGEST = timedelta(seconds=60)  # for one page, after which its process is ended
IDLE = 60.0  # s without a page, after which the processes are ended: a service at rest is a small one
MOST_PAGES = 2000  # read by one process, before a new one takes its place
WAITING = 2  # pages handed to each process at once
SMALL_FEED = 200_000  # bytes; however it is made, reading it takes some seconds and lets others have their turn


class Unreadable(Exception):
    """Something took too long to read, or ended the process that read it."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass
class Readers:
    """Up to `count` processes, begun when there is something to read; with 0 a thread of this process reads."""

    count: int
    speakers: tuple[Speaker, ...] = ()
    longest: timedelta = LONGEST
    idle: float = IDLE

    def __post_init__(self) -> None:
        self._pool: ProcessPool | None = None
        self._room = asyncio.Semaphore(max(1, self.count) * WAITING)
        self._waiting = 0
        self._end: asyncio.TimerHandle | None = None
        self._endings: set[asyncio.Future[None]] = set()

    async def read(self, page: Page, requested: str, before: Region | None = None) -> Reading | Unread:
        """What the page says. A page that ends its process, or takes too long, is said to be unreadable."""
        if not self.count:
            async with self._turn():
                return await asyncio.to_thread(read, page, requested, before, self.speakers)
        plain = Page(page.url, page.body, page.content_type)  # without what was worked out of it here
        try:
            return await self._elsewhere(page.url, read_as_begun, plain, requested, before)
        except Unreadable as error:
            return Unread(error.reason)

    async def read_feed(self, body: bytes, url: str, headers: Mapping[str, str]) -> Feed:
        """The entries of a feed; a large one is read like a page. Raises `FeedError`."""
        if not self.count or len(body) <= SMALL_FEED:
            return await asyncio.to_thread(read_feed, body, url, headers)
        try:
            return await self._elsewhere(url, read_feed, body, url, dict(headers))
        except Unreadable as error:
            raise FeedError(error.reason, url) from error

    @asynccontextmanager
    async def _turn(self) -> AsyncIterator[None]:
        self._waiting += 1
        try:
            async with self._room:
                yield
        finally:
            self._waiting -= 1
            self._end_when_idle()

    async def _elsewhere(self, url: str, function: Callable[..., T], *arguments: Any) -> T:
        """Have one of the processes do it. Raises `Unreadable` where that took too long, or ended the process."""
        seconds = self.longest.total_seconds()
        async with self._turn():
            future = self._started().schedule(function, args=arguments, timeout=seconds)
            cause: Exception
            try:
                found: T = await asyncio.wrap_future(future)
            except TimeoutError as error:
                reason, cause = f"reading it took more than {int(seconds)} s", error
            except MemoryError as error:
                reason, cause = f"reading it took more than {MOST_MEMORY:,} bytes of memory", error
            except ProcessExpired as error:
                reason, cause = f"reading it ended the process that read it (exit status {error.exitcode})", error
            else:
                return found
        log.warning("what cannot be read is left alone", url=url, reason=reason)
        raise Unreadable(reason) from cause

    def _started(self) -> ProcessPool:
        if self._pool is None:
            self._pool = ProcessPool(
                max_workers=self.count,
                max_tasks=MOST_PAGES,
                initializer=begin,
                initargs=(self.speakers,),
                context=multiprocessing.get_context("spawn"),
            )
        return self._pool

    def _end_when_idle(self) -> None:
        if self._end:
            self._end.cancel()
        if not self._waiting and self._pool:
            self._end = asyncio.get_running_loop().call_later(self.idle, self._let_go)

    def _let_go(self) -> None:
        """End the processes, whatever they are reading; what is read next begins new ones."""
        pool, self._pool = self._pool, None
        if pool:
            ending = asyncio.ensure_future(asyncio.to_thread(_end, pool))
            self._endings.add(ending)
            ending.add_done_callback(self._endings.discard)

    async def close(self) -> None:
        """Returns when no process is left."""
        if self._end:
            self._end.cancel()
        self._let_go()
        await asyncio.gather(*self._endings)


def _end(pool: ProcessPool) -> None:
    pool.stop()  # type: ignore[no-untyped-call]
    pool.join()
