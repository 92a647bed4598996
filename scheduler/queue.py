"""Turns handed out to several processes, by Procrastinate on the PostgreSQL that holds the record.

A turn is a job. Its lock is the host or channel it is for, so that two processes never have one of them together; its
queueing lock lets it wait only once, so that the queue never holds more turns than there are hosts and channels. Jobs
hold nothing that the record does not: what is due is looked up when a turn begins, and a job that is lost with its
worker is simply handed out again.
"""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import procrastinate
import psycopg
import structlog
from procrastinate.exceptions import AlreadyEnqueued, ProcrastinateException
from procrastinate.jobs import Job, Status
from sqlalchemy import make_url

from revisions.errors import StorageError
from scheduler.hands import Hands
from scheduler.turns import Kind, Standing, Turn
from storage.postgres import KEEPALIVES

log = structlog.get_logger()

UNREACHABLE = (ProcrastinateException, psycopg.Error, OSError)  # what a queue that is not there raises
MOST_WAITING = 1000  # visits that wait; beyond that the record keeps what is due
HEARTBEAT, STALLED = 3.0, 15.0  # seconds between a worker's signs of life, and without one until it counts as dead
POLLING = 2.0  # seconds until a worker looks for turns it was not told of
RESTART = 5.0  # seconds after which a worker that lost the database tries again
DELIVERIES = 8  # channels delivered to at once by one worker
SCHEMA = f"addendum_queue_{procrastinate.__version__.replace('.', '_')}"  # each version of Procrastinate has its own
_JOBS = "SELECT task_name, args->>'key' AS key, priority, status::text FROM procrastinate_jobs"
_RAISE = (
    "UPDATE procrastinate_jobs SET priority = %(priority)s "
    "WHERE queueing_lock = ANY(%(locks)s) AND status = 'todo' AND priority < %(priority)s"
)
_FIGURES = (
    "SELECT job.task_name AS kind, job.status::text AS status, count(*) AS jobs, "
    "coalesce(extract(epoch FROM now() - min(event.at)), 0)::float AS oldest FROM procrastinate_jobs job "
    "JOIN procrastinate_events event ON event.job_id = job.id AND event.type = 'deferred' GROUP BY 1, 2"
)
_WORKERS = "SELECT count(*) AS n FROM procrastinate_workers WHERE last_heartbeat > now() - interval '15 seconds'"


@dataclass(frozen=True)
class Figures:
    """How the queue fares: turns by kind and whether they wait; for how long the oldest has waited, in seconds."""

    turns: dict[tuple[str, str], int]
    oldest: dict[str, float]
    workers: int


class Queue:
    """Hands out turns; `work` does those that are handed out to anybody. Open it before anything else."""

    def __init__(self, url: str, connections: int = 4) -> None:
        """`connections`: to PostgreSQL, at most; where turns are done, two of them are for being told of new ones."""
        self.name = make_url(url).render_as_string(hide_password=True)
        self._app = procrastinate.App(connector=_connector(url, connections))

    async def open(self) -> None:
        """Raises `StorageError` where the database cannot be reached."""
        with self._reaching():
            await self._app.open_async()
            await self._make_schema()

    @contextmanager
    def _reaching(self) -> Iterator[None]:
        try:
            yield
        except UNREACHABLE as error:
            raise StorageError(f"the queue cannot be reached: {_cause(error)}", self.name) from error

    async def look(self) -> Standing:
        with self._reaching():
            rows = await self._app.connector.execute_query_all_async(_JOBS)
        turns = [(Turn(Kind(row["task_name"]), row["key"], row["priority"]), row["status"]) for row in rows]
        waiting = frozenset(turn for turn, status in turns if status == "todo")
        under_way = frozenset(turn for turn, status in turns if status == "doing")
        visits = sum(turn.kind is Kind.VISIT for turn in waiting)
        return Standing(waiting, under_way, MOST_WAITING - visits)

    async def hand_out(self, turns: Sequence[Turn]) -> None:
        """Those that wait already are not handed out again, but sooner where they are more urgent now."""
        if not turns:
            return
        standing = await self.look()
        known = {(turn.kind, turn.key) for turn in standing.waiting}
        new = [turn for turn in turns if (turn.kind, turn.key) not in known]
        for priority in {turn.priority for turn in turns}:
            locks = [_queueing_lock(t) for t in turns if t.priority == priority and (t.kind, t.key) in known]
            if locks:
                with self._reaching():
                    await self._app.connector.execute_query_async(_RAISE, locks=locks, priority=priority)
        with self._reaching():
            await self._defer(sorted(new, key=_queueing_lock))  # in one order, so that no two wait for each other

    async def _defer(self, turns: Sequence[Turn]) -> None:
        if not turns:
            return
        try:
            await self._app.job_manager.batch_defer_jobs_async([_job(turn) for turn in turns])
        except AlreadyEnqueued:  # another process handed out one of them at this moment
            if len(turns) > 1:
                half = len(turns) // 2
                await self._defer(turns[:half])
                await self._defer(turns[half:])

    async def rescue(self) -> int:
        """Turns in the hands of workers that died are free to be handed out again; returns how many there were."""
        jobs = self._app.job_manager
        with self._reaching():
            stalled = list(await jobs.get_stalled_jobs(seconds_since_heartbeat=STALLED))
            for job in stalled:
                if job.id is not None:
                    await jobs.finish_job_by_id_async(job.id, Status.FAILED, delete_job=True)
            await jobs.prune_stalled_workers(STALLED)
        if stalled:
            log.warning("a worker died; what it had in hand is handed out again", turns=len(stalled))
        return len(stalled)

    async def figures(self) -> Figures:
        with self._reaching():
            rows = await self._app.connector.execute_query_all_async(_FIGURES)
            workers = await self._app.connector.execute_query_one_async(_WORKERS)
        turns = {(row["kind"], "waiting" if row["status"] == "todo" else "under way"): row["jobs"] for row in rows}
        oldest = {row["kind"]: row["oldest"] for row in rows if row["status"] == "todo"}
        return Figures(turns, oldest, int(workers["n"]) // 2)  # a process is two workers: for hosts and for channels

    async def work(self, hands: Hands, concurrency: int, grace: timedelta) -> None:
        """Do turns until cancelled; then finish what is in hand within `grace`."""

        async def do(task: str, key: str) -> None:
            await hands.do(Turn(Kind(task), key))

        for kind in Kind:
            self._app.task(name=kind.value, pass_context=True)(_named(do))
        await asyncio.gather(
            self._keep_working((Kind.POLL, Kind.VISIT), concurrency, grace),
            self._keep_working((Kind.DELIVER,), DELIVERIES, grace),
        )

    async def _keep_working(self, kinds: Sequence[Kind], concurrency: int, grace: timedelta) -> None:
        while True:
            try:
                await self._app.run_worker_async(
                    queues=[kind.value for kind in kinds],
                    concurrency=concurrency,
                    fetch_job_polling_interval=POLLING,
                    update_heartbeat_interval=HEARTBEAT,
                    stalled_worker_timeout=STALLED,
                    shutdown_graceful_timeout=grace.total_seconds(),
                    delete_jobs="always",
                    install_signal_handlers=False,
                )
                log.error("the worker lost the queue; it tries again", seconds=RESTART)
            except UNREACHABLE as error:
                log.warning("the worker lost the queue; it tries again", seconds=RESTART, reason=_cause(error))
            except Exception:
                log.exception("the worker failed; it begins anew", seconds=RESTART)
            await asyncio.sleep(RESTART)

    async def close(self, grace: timedelta) -> None:
        await self._app.close_async()

    async def _make_schema(self) -> None:
        """Procrastinate's tables, in a schema of their own; made by whichever process comes first."""
        connector: Any = self._app.connector
        async with connector.pool.connection() as connection, connection.transaction():
            await connection.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", (SCHEMA,))
            await connection.execute(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}")
            found = await connection.execute("SELECT to_regclass(%s)", (f"{SCHEMA}.procrastinate_jobs",))
            if (await found.fetchone())[0] is None:
                await connection.execute(self._app.schema_manager.get_schema())


def _connector(url: str, connections: int) -> procrastinate.PsycopgConnector:
    conninfo = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    options = {"application_name": "addendum queue", "options": f"-c search_path={SCHEMA}", **KEEPALIVES}
    return procrastinate.PsycopgConnector(conninfo=conninfo, kwargs=options, min_size=1, max_size=connections)


def _job(turn: Turn) -> Job:
    return Job(
        queue=turn.kind.value,
        task_name=turn.kind.value,
        lock=f"channel:{turn.key}" if turn.kind is Kind.DELIVER else f"host:{turn.key}",
        queueing_lock=_queueing_lock(turn),
        priority=turn.priority,
        task_kwargs={"key": turn.key},
    )


def _queueing_lock(turn: Turn) -> str:
    return f"{turn.kind.value}:{turn.key}"


def _named(do: Any) -> Any:
    async def task(context: procrastinate.JobContext, key: str) -> None:
        await do(context.job.task_name, key)

    return task


def _cause(error: BaseException) -> str:
    while error.__cause__ is not None:
        error = error.__cause__
    return str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
