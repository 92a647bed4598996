"""`addendum run`."""

import asyncio

import structlog

from addendum import build
from addendum.config import Config
from addendum.context import Context
from crawler import loop
from crawler.crawl import Crawl
from scheduler.daemon import Daemon
from scheduler.hosts import known_hosts
from storage.database import Database
from storage.feeds import list_feeds, sync_feeds
from storage.queries import count_record
from web.app import create_app
from web.serve import listen, serve
from web.websub import build_router

log = structlog.get_logger()


def run_daemon(context: Context) -> None:
    with context.record() as (config, database):
        sync_feeds(database, build.feed_specs(config))
        loop.run(_run(config, database))


async def _run(config: Config, database: Database) -> None:
    listening = listen(config.web.host, config.web.port)
    port = listening.getsockname()[1]
    web = config.web.model_copy(update={"port": port})
    app = create_app(database, web.address, web.token)
    async with Crawl(build.crawl_settings(config), known_hosts(database)) as crawl:
        work = build.work(config, crawl, database)
        deliverer = build.deliverer(config, database, web.address)
        upkeep = build.upkeep(config, database)
        push = build.push(config, crawl, database)
        saver = build.saver(config, crawl, database)
        if push:
            app.include_router(build_router(database, work.pushed, config.crawl.max_page_bytes))

        async def serve_pages(stop: asyncio.Event) -> None:
            await serve(app, listening, stop)

        watching = [feed for feed in list_feeds(database) if not feed.paused]
        log.info("watching", topic=config.topic.name, feeds=len(watching), articles=count_record(database)["articles"])
        log.info("web page", url=f"http://{config.web.host}:{port}")
        await Daemon(database, work, deliverer, upkeep, serve_pages, push, saver).run()
