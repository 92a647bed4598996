"""`addendum check`."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TextIO

from addendum import build
from addendum.config import Config
from addendum.context import Context
from addendum.output import json_lines, say
from crawler import loop
from crawler.crawl import Crawl
from scheduler.check import check
from scheduler.hosts import known_hosts
from storage.database import Database
from storage.feeds import sync_feeds

Progress = Callable[[str, int, int], None]


def run_check(context: Context, *, every: bool, as_json: bool) -> None:
    with context.record() as (config, database):
        sync_feeds(database, build.feed_specs(config))
        with _progress() as progress:
            output = sys.stderr if as_json else sys.stdout
            result = loop.run(_check(config, database, progress, output, every=every))
    if as_json:
        json_lines([result])
    else:
        say(_in_words(result))


async def _check(
    config: Config, database: Database, progress: Progress, output: TextIO, *, every: bool
) -> dict[str, Any]:
    deliverer = build.deliverer(config, database, config.web.address, output)
    async with Crawl(build.crawl_settings(config), known_hosts(database)) as crawl:
        work = build.work(config, crawl, database)
        look = build.upkeep(config, database).look
        return await check(database, work, deliverer, look, every=every, progress=progress)


@contextmanager
def _progress() -> Iterator[Progress]:
    """A bar on standard error where that is a terminal."""
    if not sys.stderr.isatty():
        yield lambda *_: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
        tasks: dict[str, Any] = {}

        def report(what: str, done: int, of: int) -> None:
            if what not in tasks:
                tasks[what] = bars.add_task(what, total=of)
            bars.update(tasks[what], completed=done, total=of)

        yield report


def _in_words(result: dict[str, Any]) -> str:
    feeds, articles, alerts = result["feeds"], result["articles"], result["alerts"]
    return (
        f"feeds: {feeds['polled']} polled, {feeds['not_modified']} not modified, {feeds['failed']} failed\n"
        f"articles: {articles['discovered']} discovered, {articles['visited']} visited, "
        f"{articles['not_modified']} not modified, {articles['failed']} failed\n"
        f"versions: {result['versions']} new, changes: {result['changes']}\n"
        f"alerts: {alerts['sent']} sent, {alerts['waiting']} waiting, {alerts['failed']} failed"
    )
