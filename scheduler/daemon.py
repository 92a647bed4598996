"""The background service: its parts' recurring jobs and the web page on one asyncio loop, until it is told to stop."""

import asyncio
import signal
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from revisions.errors import StorageError
from scheduler.parts import GRACE, Job, Part
from scheduler.watchdog import Stuck, Watchdog

log = structlog.get_logger()

JUMP = 2.0  # seconds by which the clock and the time that passed may disagree between two looks
LATEST_START = 60.0  # seconds after which every job is done for the first time


@dataclass
class Daemon:
    """`parts` are started in this order and stopped in the reverse one. `serve` serves pages until the event is set.

    `watchdog` watches over the jobs.
    """

    parts: Sequence[Part]
    serve: Callable[[asyncio.Event], Awaitable[None]]
    watchdog: Watchdog = field(default_factory=Watchdog)

    def __post_init__(self) -> None:
        self._stop = asyncio.Event()
        self._kept: set[asyncio.Task[None] | None] = set()  # tasks that are not cancelled when it has to be quick

    async def run(self) -> None:
        """Until SIGTERM or SIGINT; a second signal ends what is in hand at once."""
        self._listen_for_signals()
        web = asyncio.ensure_future(self.serve(self._stop))
        stopping = asyncio.ensure_future(self._stop.wait())
        self._kept = {asyncio.current_task(), web}
        jobs = AsyncIOScheduler(timezone=UTC)
        started: list[Part] = []
        watching: asyncio.Task[None] | None = None
        try:
            for part in (self.watchdog, *self.parts):
                await part.start()
                started.append(part)
            self._schedule(jobs)
            watching = asyncio.ensure_future(_watch_clock(jobs))
            self._kept.add(watching)
            await asyncio.wait({web, stopping}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._stop.set()
            if watching:
                watching.cancel()
            if jobs.running:
                jobs.shutdown(wait=False)
            for part in reversed(started):
                await _end(part)
            await asyncio.wait({web})
            stopping.cancel()
        if not web.cancelled() and (error := web.exception()):
            raise error
        log.info("stopped; nothing is lost")

    def stop(self) -> None:
        if self._stop.is_set():
            for task in asyncio.all_tasks() - self._kept:
                task.cancel()
            return
        log.info("stopping: finishing what is in hand")
        self._stop.set()

    def _listen_for_signals(self) -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.stop)

    def _schedule(self, jobs: AsyncIOScheduler) -> None:
        for part in (self.watchdog, *self.parts):
            for job in part.jobs():
                first = timedelta(seconds=min(job.seconds, LATEST_START))
                jobs.add_job(
                    _without_failing(job, self.watchdog),
                    "interval",
                    seconds=job.seconds,
                    id=job.name,
                    next_run_time=datetime.now(UTC) + first,
                    coalesce=True,
                    max_instances=1,
                    misfire_grace_time=None,
                )
        jobs.start()


async def _watch_clock(jobs: AsyncIOScheduler) -> None:
    """Jobs are planned by the clock: where it was put back, none would come until it is where it was before."""
    ahead = time.time() - time.monotonic()
    while True:
        await asyncio.sleep(1.0)
        before, ahead = ahead, time.time() - time.monotonic()
        if abs(ahead - before) > JUMP:
            log.warning("the clock jumped; everything is looked at again", seconds=round(ahead - before))
            for job in jobs.get_jobs():
                job.modify(next_run_time=datetime.now(UTC))


async def _end(part: Part) -> None:
    try:
        await part.stop(GRACE)
    except StorageError as error:
        log.warning("the record could not be told of the end; leases end by themselves", reason=str(error))


def _without_failing(job: Job, watchdog: Watchdog) -> Callable[[], Awaitable[None]]:
    """A job that meets a database that is gone or locked says so, and is tried again when its time comes.

    So is one that does not come to its end.
    """

    async def run() -> None:
        try:
            async with watchdog.over(job.name):
                await job.do()
        except (StorageError, Stuck) as error:
            log.warning(f"“{job.name}” could not be done; it is tried again", reason=str(error), seconds=job.seconds)

    return run
