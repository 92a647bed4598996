"""`addendum check`."""

import sys
from typing import Any, TextIO

from addendum import build
from addendum.config import Config
from addendum.context import Context
from addendum.output import json_lines, say
from addendum.progress import Progress, show_progress
from crawler import loop
from crawler.crawl import Crawl
from scheduler.check import check
from scheduler.hosts import hosts_of
from storage.database import Database
from storage.feeds import sync_feeds


def run_check(context: Context, *, every: bool, as_json: bool) -> None:
    with context.record() as (config, database):
        sync_feeds(database, build.feed_specs(config))
        with show_progress() as progress:
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
    async with Crawl(build.crawl_settings(config)) as crawl:
        hosts = hosts_of(database, crawl.politeness)
        work = build.work(config, crawl, database)
        look = build.upkeep(config, database).look
        return await check(database, work, hosts, deliverer, look, every=every, progress=progress)


def _in_words(result: dict[str, Any]) -> str:
    feeds, articles, alerts = result["feeds"], result["articles"], result["alerts"]
    return (
        f"feeds: {feeds['polled']} polled, {feeds['not_modified']} not modified, {feeds['failed']} failed\n"
        f"articles: {articles['discovered']} discovered, {articles['visited']} visited, "
        f"{articles['not_modified']} not modified, {articles['failed']} failed\n"
        f"versions: {result['versions']} new, changes: {result['changes']}\n"
        f"alerts: {alerts['sent']} sent, {alerts['waiting']} waiting, {alerts['failed']} failed"
    )
