"""The hands that do a turn: poll or visit what is due at a host, or deliver what waits for a channel."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import structlog

from alerts.delivery import Deliverer
from revisions.errors import StorageError
from scheduler.counters import TURNS, VISIT_LAG
from scheduler.hosts import OwnHosts, SharedHosts
from scheduler.turns import Kind, Turn
from scheduler.watchdog import Watchdog
from scheduler.work import Tally, Work
from storage import feeds
from storage.database import Database
from storage.due import Due, due_articles
from storage.hosts import rest

log = structlog.get_logger()

LENGTH = 20.0  # seconds a turn at a host goes on while there is something to do, before another may have one
AT_A_HOST = 4  # visits under way at one host: one is downloaded while others are read, looked at again and recorded
TOGETHER = 20  # articles looked up at once
PAUSE = timedelta(minutes=1)  # before something that failed on our side is tried again


async def _nothing_to_announce() -> None:
    """Nobody is waiting to be told."""


@dataclass
class Hands:
    """Does turns, one at a time for each host and channel. `announce` is awaited when there is something to deliver."""

    database: Database
    work: Work
    deliverer: Deliverer
    hosts: OwnHosts | SharedHosts
    announce: Callable[[], Awaitable[None]] = _nothing_to_announce
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    tally: Tally = field(default_factory=Tally)
    watchdog: Watchdog = field(default_factory=Watchdog)

    def __post_init__(self) -> None:
        self._stopping = False
        self._failed: dict[tuple[Kind, int], datetime] = {}  # until when to leave what failed on our side alone

    def stop(self) -> None:
        """Begin nothing more; what is in hand is finished."""
        self._stopping = True

    async def do(self, turn: Turn) -> None:
        with TURNS.labels(turn.kind.value).track_inprogress():
            await self._do(turn)

    async def _do(self, turn: Turn) -> None:
        match turn.kind:
            case Kind.POLL:
                await self._at(turn.key, self._poll)
            case Kind.VISIT:
                await self._at(turn.key, self._visit)
            case Kind.DELIVER:
                await self.deliverer.deliver(turn.key)

    async def _at(self, host: str, do: Callable[[str], Awaitable[None]]) -> None:
        async with self.hosts.turn(host) as is_ours:
            if not is_ours:
                log.info("another process is at the host; it comes later", host=host)
                return
            await do(host)
            if wait := self.work.must_wait(host):
                await asyncio.to_thread(rest, self.database, host, self.now() + wait)

    async def _poll(self, host: str) -> None:
        due = await asyncio.to_thread(feeds.due_feeds, self.database, self.now(), host=host)
        for feed in due:
            if feed.id is not None and self._may(Kind.POLL, feed.id, host):
                await self._try(Kind.POLL, feed.id, feed.url, self.work.poll(feed, self.tally))

    async def _visit(self, host: str) -> None:
        """What is due, the urgent first, until nothing is or the turn is over."""
        loop = asyncio.get_running_loop()
        end = loop.time() + LENGTH
        room = asyncio.Semaphore(AT_A_HOST)

        async def one(article: Due) -> None:
            async with room:
                if loop.time() < end and self._may(Kind.VISIT, article.id, host):
                    await self._try(Kind.VISIT, article.id, article.url, self._visit_and_tell(article))

        while loop.time() < end and not self._stopping:
            self._failed = {work: until for work, until in self._failed.items() if self._rests(until)}
            failed = [number for kind, number in self._failed if kind is Kind.VISIT]
            due = await asyncio.to_thread(
                due_articles, self.database, self.now(), limit=TOGETHER, but=failed, host=host
            )
            if not due or not self._goes_on(host):
                return
            async with asyncio.TaskGroup() as group:
                for article in due:
                    group.create_task(one(article))

    async def _visit_and_tell(self, article: Due) -> None:
        """What a visit found is told at once, not at the next look at the outbox."""
        has_news = await self.work.visit(article, self.tally)
        if article.next_visit_at is not None:
            VISIT_LAG.observe(max(0.0, (self.now() - article.next_visit_at).total_seconds()))
        if has_news:
            await self._tell()

    async def _tell(self) -> None:
        try:
            await self.announce()
        except StorageError as error:
            log.warning("what was found is told at the next look at what is due", reason=str(error))

    def _may(self, kind: Kind, number: int, host: str) -> bool:
        return self._goes_on(host) and self._may_try(kind, number)

    def _goes_on(self, host: str) -> bool:
        return not self._stopping and self.hosts.has(host) and self.work.must_wait(host) is None

    def _may_try(self, kind: Kind, number: int) -> bool:
        return not self._rests(self._failed.get((kind, number), self.now()))

    def _rests(self, until: datetime) -> bool:
        """What rests for longer than it was to was left alone by a clock that was ahead."""
        return self.now() < until <= self.now() + PAUSE

    async def _try(self, kind: Kind, number: int, url: str, work: Awaitable[None]) -> None:
        """An error on our side is told, and the work left alone for a while: nobody is asked again every second."""
        try:
            async with self.watchdog.over(f"{kind} {url}"):
                await work
        except Exception as error:
            log.exception(f"{kind} failed and will be tried again", number=number, url=url, error=str(error))
            self._failed[kind, number] = self.now() + PAUSE
