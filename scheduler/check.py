"""One pass: due feeds, then due articles, then what waits in the outbox."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar

import structlog

from alerts.delivery import Deliverer
from revisions.errors import StorageError
from scheduler.hosts import KEEP, OwnHosts, SharedHosts
from scheduler.work import Tally, Work
from storage import feeds, outbox
from storage.captures import link_captures
from storage.clock import bring_back
from storage.database import Database
from storage.due import due_articles

log = structlog.get_logger()

T = TypeVar("T")
Progress = Callable[[str, int, int], None]  # what is being done, how many are done, of how many
AT_ONCE = 128  # visits under way; most of them wait for their host, or to be recorded with others


async def check(
    database: Database,
    work: Work,
    hosts: OwnHosts | SharedHosts,
    deliverer: Deliverer,
    look: Callable[[], Awaitable[None]],
    *,
    every: bool = False,
    progress: Progress = lambda *_: None,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> dict[str, Any]:
    """Returns the object of the contract's `check --json`. With `every`, whatever is due or not. `look`: for trouble.

    What a host asked us to leave for later counts as neither visited nor failed; the log tells it.
    """
    tally = Tally()
    await asyncio.to_thread(bring_back, database, now())
    keeping = asyncio.ensure_future(_keep(hosts))
    before = await asyncio.to_thread(outbox.counts, database)
    try:
        await _poll_and_visit(database, work, tally, progress, now, every=every)
    finally:
        keeping.cancel()
        await hosts.close()
    await asyncio.to_thread(link_captures, database)
    await look()
    delivered = await deliverer.deliver_due()
    after = await asyncio.to_thread(outbox.counts, database)
    return {
        "feeds": tally.feeds,
        "articles": tally.articles,
        "versions": tally.versions,
        "changes": tally.changes,
        "alerts": {
            "sent": delivered.sent,
            "waiting": after["waiting"],
            "failed": after["failed"] - before["failed"],
        },
    }


async def _poll_and_visit(
    database: Database,
    work: Work,
    tally: Tally,
    progress: Progress,
    now: Callable[[], datetime],
    *,
    every: bool,
) -> None:
    polls = await asyncio.to_thread(feeds.due_feeds, database, now(), every=every)
    await _all(polls, lambda feed: work.poll(feed, tally), lambda done: progress("feeds", done, len(polls)))
    due = await asyncio.to_thread(due_articles, database, now(), every=every)
    await _all(due, lambda article: work.visit(article, tally), lambda done: progress("articles", done, len(due)))


async def _keep(hosts: OwnHosts | SharedHosts) -> None:
    while True:
        await asyncio.sleep(KEEP)
        try:
            await hosts.keep()
        except StorageError as error:  # what is not kept comes free by itself, and is taken again when it is needed
            log.warning("what is known of hosts could not be written down", reason=str(error))


async def _all(items: Sequence[T], do: Callable[[T], Awaitable[object]], report: Callable[[int], None]) -> None:
    """`do` for every item, a bounded number at once; the first error ends the pass and travels on."""
    room = asyncio.Semaphore(AT_ONCE)
    done = 0

    async def one(item: T) -> None:
        nonlocal done
        async with room:
            await do(item)
        done += 1
        report(done)

    async with asyncio.TaskGroup() as group:
        for item in items:
            group.create_task(one(item))
