"""Processes that read pages in full, so that reading one holds up neither the network nor the other pages."""

import asyncio
import multiprocessing
from dataclasses import dataclass
from datetime import timedelta

import structlog
from pebble import ProcessExpired, ProcessPool

from crawler.page import Page
from crawler.reader import begin, read, read_as_begun
from crawler.reading import Reading, Unread
from crawler.region import Region
from revisions.topic import Speaker

log = structlog.get_logger()

LONGEST = timedelta(seconds=60)  # for one page, after which its process is ended
IDLE = 60.0  # s without a page, after which the processes are ended: a service at rest is a small one
MOST_PAGES = 2000  # read by one process, before a new one takes its place
WAITING = 2  # pages handed to each process at once


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
        self._waiting += 1
        try:
            async with self._room:
                if not self.count:
                    return await asyncio.to_thread(read, page, requested, before, self.speakers)
                return await self._read_elsewhere(page, requested, before)
        finally:
            self._waiting -= 1
            self._end_when_idle()

    async def _read_elsewhere(self, page: Page, requested: str, before: Region | None) -> Reading | Unread:
        plain = Page(page.url, page.body, page.content_type)  # without what was worked out of it here
        future = self._started().schedule(
            read_as_begun, args=(plain, requested, before), timeout=self.longest.total_seconds()
        )
        try:
            found: Reading | Unread = await asyncio.wrap_future(future)
        except TimeoutError:
            seconds = int(self.longest.total_seconds())
            log.warning("a page took too long to read and was left alone", url=page.url, seconds=seconds)
            return Unread(f"reading the page took more than {seconds} s")
        except ProcessExpired as error:
            log.warning("reading a page ended the process that read it", url=page.url, exit_status=error.exitcode)
            return Unread(f"reading the page ended the process that read it (exit status {error.exitcode})")
        return found

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
