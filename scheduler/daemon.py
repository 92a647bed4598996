"""The background service: recurring jobs, the crawl and the web page on one asyncio loop."""

import asyncio
import signal
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from alerts.delivery import Deliverer
from scheduler.push import Push
from scheduler.saving import Saver
from scheduler.upkeep import Upkeep
from scheduler.work import Tally, Work
from storage import feeds, queries
from storage.database import Database
from storage.due import Due, due_articles

log = structlog.get_logger()

AT_ONCE = 32  # feeds and articles under way together
AT_A_HOST = 4  # visits under way at one host, so that one with many articles due holds up no other
GRACE = timedelta(seconds=8)  # for what is in hand when the service is told to stop
PAUSE = timedelta(minutes=1)  # before something that failed on our side is tried again
REMEMBER = 5.0  # seconds between writing down how hosts are to be treated
RENEW = 5.0  # seconds between looks at what hubs are to be asked
SUBMIT = 5.0  # seconds between looks at what the Internet Archive is to save
TICK = 1.0  # seconds between looks at what is due


@dataclass
class Daemon:
    """Looks every second for what is due and keeps a bounded number of polls, visits and deliveries under way."""

    database: Database
    work: Work
    deliverer: Deliverer
    upkeep: Upkeep
    serve: Callable[[asyncio.Event], Awaitable[None]]
    push: Push | None = None
    saver: Saver | None = None
    now: Callable[[], datetime] = lambda: datetime.now(UTC)

    def __post_init__(self) -> None:
        self._stop = asyncio.Event()
        self._under_way: dict[tuple[str, int], asyncio.Task[None]] = {}
        self._hosts: dict[int, str] = {}  # of the articles being visited
        self.tally = Tally()

    async def run(self) -> None:
        """Until SIGTERM or SIGINT; a second signal ends what is in hand at once."""
        self._listen_for_signals()
        jobs = self._schedule()
        web = asyncio.ensure_future(self.serve(self._stop))
        stopping = asyncio.ensure_future(self._stop.wait())
        try:
            await asyncio.wait({web, stopping}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._stop.set()
            jobs.shutdown(wait=False)
            await self._finish()
            await web
            stopping.cancel()
        log.info("stopped; nothing is lost")

    def stop(self) -> None:
        if self._stop.is_set():
            for task in self._under_way.values():
                task.cancel()
            return
        log.info("stopping: finishing what is in hand", under_way=len(self._under_way))
        self._stop.set()

    def _listen_for_signals(self) -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.stop)

    def _schedule(self) -> AsyncIOScheduler:
        jobs = AsyncIOScheduler(timezone=UTC)
        recurring = {"poll": self._poll, "visit": self._visit, "deliver": self._deliver}
        for name, job in recurring.items():
            jobs.add_job(
                job, "interval", seconds=TICK, id=name, next_run_time=datetime.now(UTC), coalesce=True, max_instances=1
            )
        jobs.add_job(self.upkeep.look, "interval", minutes=1, id="upkeep", coalesce=True, max_instances=1)
        jobs.add_job(self.work.remember, "interval", seconds=REMEMBER, id="hosts", coalesce=True, max_instances=1)
        if self.push:
            jobs.add_job(self.push.renew, "interval", seconds=RENEW, id="push", coalesce=True, max_instances=1)
        if self.saver:
            jobs.add_job(self.saver.submit, "interval", seconds=SUBMIT, id="save", coalesce=True, max_instances=1)
        jobs.add_job(self._weigh_hosts, "interval", minutes=10, id="weigh", coalesce=True, max_instances=1)
        jobs.add_job(self._report, "interval", minutes=10, id="report", coalesce=True, max_instances=1)
        jobs.start()
        return jobs

    async def _poll(self) -> None:
        for feed in await asyncio.to_thread(feeds.due_feeds, self.database, self.now()):
            assert feed.id is not None
            self._begin("feed", feed.id, self.work.poll(feed, self.tally))

    async def _visit(self) -> None:
        busy = [number for kind, number in self._under_way if kind == "article"]
        room = AT_ONCE - len(busy)
        if room <= 0 or self._stop.is_set():
            return
        self._hosts = {number: self._hosts[number] for number in busy}
        visits = Counter(self._hosts.values())
        full = [host for host, count in visits.items() if count >= AT_A_HOST]
        due = await asyncio.to_thread(due_articles, self.database, self.now(), limit=room, but=busy, but_hosts=full)
        for article in due:
            if visits[article.host] < AT_A_HOST:
                visits[article.host] += 1
                self._hosts[article.id] = article.host
                self._begin("article", article.id, self._visit_and_tell(article))

    async def _visit_and_tell(self, article: Due) -> None:
        """What a visit found is told at once, not at the next look at the outbox."""
        if await self.work.visit(article, self.tally):
            await self._deliver()

    async def _deliver(self) -> None:
        self._begin("delivery", self._rounds(), self._one_round())

    def _rounds(self) -> int:
        """Rounds overlap, so that a channel that hangs holds up only itself; each skips the channels still busy."""
        under_way = [number for kind, number in self._under_way if kind == "delivery"]
        return max(under_way, default=0) + 1

    async def _one_round(self) -> None:
        await self.deliverer.deliver_due()

    def _begin(self, kind: str, number: int, work: Coroutine[Any, Any, None]) -> None:
        """Start work that is not under way yet; an error in it is told and the work is due again."""
        if (kind, number) in self._under_way or self._stop.is_set():
            work.close()
            return
        task = asyncio.ensure_future(work)
        self._under_way[kind, number] = task
        task.add_done_callback(lambda done: self._ended(kind, number, done))

    def _ended(self, kind: str, number: int, task: asyncio.Task[None]) -> None:
        """What failed stays on the list for a while, so that nobody is asked every second for the same thing."""
        if task.cancelled() or not (error := task.exception()):
            self._under_way.pop((kind, number), None)
            return
        log.error(f"{kind} failed and will be tried again", number=number, error=str(error), exc_info=error)
        asyncio.get_running_loop().call_later(PAUSE.total_seconds(), self._under_way.pop, (kind, number), None)

    async def _finish(self) -> None:
        tasks = list(self._under_way.values())
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=GRACE.total_seconds())
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        await self.deliverer.release()
        await self.work.remember()

    async def _weigh_hosts(self) -> None:
        await asyncio.to_thread(self.work.weigh_hosts)

    async def _report(self) -> None:
        record = await asyncio.to_thread(queries.count_record, self.database)
        log.info("still watching", **record)
