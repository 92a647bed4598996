"""`addendum run`, `addendum worker` and `addendum serve`."""

import asyncio
import faulthandler
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

import structlog
from fastapi import FastAPI

from addendum import build
from addendum.config import Config
from addendum.context import Context
from alerts.delivery import Deliverer
from crawler import loop
from crawler.crawl import Crawl
from revisions.errors import ConfigError
from scheduler.daemon import Daemon
from scheduler.handover import Embedded, Handover
from scheduler.hands import Hands
from scheduler.hosts import OwnHosts, SharedHosts, hosts_of
from scheduler.leader import Leader
from scheduler.parts import Part
from scheduler.scheduling import Scheduling
from scheduler.turns import deliveries
from scheduler.working import Crawling, Working
from storage.database import Database, open_database
from storage.feeds import list_feeds, sync_feeds
from storage.queries import count_record
from web.app import create_app
from web.serve import listen, serve
from web.status import Condition, create_status_app
from web.websub import build_router

log = structlog.get_logger()

PAGES_STATEMENT = 15  # seconds a page may keep the database busy


class Role(StrEnum):
    """What a process does. `ALL` is the whole service in one; the others together are the same on several machines."""

    ALL = "all"
    SCHEDULER = "scheduler"
    WORKER = "worker"
    WEB = "web"


def run_service(context: Context, role: Role) -> None:
    faulthandler.enable()  # where it was, should a library crash or systemd's watchdog end it
    with context.record(f"addendum {role}") as (config, database):
        if role in (Role.SCHEDULER, Role.WORKER) and not database.is_shared:
            raise ConfigError(
                f"the role {role} needs a record that several machines share: PostgreSQL (see `addendum migrate`). "
                "One process does it all with `addendum run`",
                "service.database",
            )
        if role in (Role.ALL, Role.SCHEDULER):
            sync_feeds(database, build.feed_specs(config))
        loop.run(_ROLES[role](config, database))


async def _all(config: Config, database: Database) -> None:
    """Scheduler, hands and pages, with nothing between them."""
    listening = listen(config.web.host, config.web.port)
    address = _address(config, listening.getsockname()[1])
    async with _crawling(config, database) as (crawl, hosts):
        hands = _hands(config, database, crawl, hosts, address)
        handover = Embedded(hands)
        hands.announce = _announcing(config, database, handover)
        scheduling = _scheduling(config, database, crawl, handover)
        app = create_app(database, address, config.web.token, speakers=_speakers(config), host=config.web.host)
        _take_pushes(app, config, database)
        _tell_start(config, database)
        log.info("web page", url=f"http://{config.web.host}:{listening.getsockname()[1]}")
        parts: Sequence[Part] = [Crawling(hosts, hands.deliverer), scheduling]
        await Daemon(parts, lambda stop: serve(app, listening, stop), hands.watchdog).run()


async def _scheduler(config: Config, database: Database) -> None:
    from scheduler.figures import QueueFigures  # what speaks to PostgreSQL is not loaded where one process does it all
    from scheduler.queue import Queue

    queue = Queue(config.service.database)
    await queue.open()
    async with _crawling(config, database) as (crawl, hosts):
        scheduling = _scheduling(config, database, crawl, queue)
        scheduling.rescue = queue.rescue
        figures = QueueFigures(queue)
        serving = _status(config, Condition(database, more=figures.troubles), record=database)
        _tell_start(config, database)
        parts: Sequence[Part] = [Crawling(hosts), figures, scheduling]
        await Daemon(parts, serving).run()


async def _worker(config: Config, database: Database) -> None:
    from scheduler.queue import Queue

    queue = Queue(config.service.database)
    await queue.open()
    async with _crawling(config, database) as (crawl, hosts):
        hands = _hands(config, database, crawl, hosts, config.web.address)
        hands.announce = _announcing(config, database, queue)
        at_once = config.fleet.hosts_at_once
        log.info("working", hosts_at_once=at_once)
        parts: Sequence[Part] = [Crawling(hosts, hands.deliverer), Working(queue, hands, at_once)]
        await Daemon(parts, _status(config, Condition(database, of_service=False)), hands.watchdog).run()


async def _web(config: Config, database: Database) -> None:
    """Pages are read from the replica where there is one; what hubs push is written to the record itself."""
    listening = listen(config.web.host, config.web.port)
    address = _address(config, listening.getsockname()[1])
    async with AsyncExitStack() as stack:
        replica = None
        if config.web.replica:
            replica = open_database(
                config.web.replica, upgrade=False, application="addendum pages", statement=PAGES_STATEMENT
            )
            stack.callback(replica.close)
        app = create_app(
            replica or database,
            address,
            config.web.token,
            Condition(database, replica),
            speakers=_speakers(config),
            writer=database,
            host=config.web.host,
        )
        _take_pushes(app, config, database)
        log.info("web page", url=f"http://{config.web.host}:{listening.getsockname()[1]}")
        await Daemon([], lambda stop: serve(app, listening, stop)).run()


_ROLES: dict[Role, Callable[[Config, Database], Coroutine[Any, Any, None]]] = {
    Role.ALL: _all,
    Role.SCHEDULER: _scheduler,
    Role.WORKER: _worker,
    Role.WEB: _web,
}


@asynccontextmanager
async def _crawling(config: Config, database: Database) -> AsyncIterator[tuple[Crawl, OwnHosts | SharedHosts]]:
    async with Crawl(build.crawl_settings(config)) as crawl:
        yield crawl, hosts_of(database, crawl.politeness)


def _hands(config: Config, database: Database, crawl: Crawl, hosts: OwnHosts | SharedHosts, address: str) -> Hands:
    deliverer: Deliverer = build.deliverer(config, database, address)
    return Hands(database, build.work(config, crawl, database), deliverer, hosts)


def _announcing(config: Config, database: Database, handover: Handover) -> Callable[[], Awaitable[None]]:
    """What is new is handed out for delivery at once."""
    channels = [channel.name for channel in config.channels]

    async def announce() -> None:
        await handover.hand_out(await asyncio.to_thread(deliveries, database, datetime.now(UTC), channels))

    return announce


def _scheduling(config: Config, database: Database, crawl: Crawl, handover: Handover) -> Scheduling:
    return Scheduling(
        database,
        Leader(database),
        handover,
        build.upkeep(config, database),
        config.crawl.requests_per_hour_per_host,
        build.push(config, crawl, database),
        build.saver(config, crawl, database),
        build.stamping(config, database),
    )


def _address(config: Config, port: int) -> str:
    return config.web.model_copy(update={"port": port}).address


def _speakers(config: Config) -> list[str]:
    return [speaker.name for speaker in config.topic.speakers]


def _take_pushes(app: FastAPI, config: Config, database: Database) -> None:
    if build.callback(config):
        app.include_router(build_router(database, build.pushed(config, database), config.crawl.max_page_bytes))


def _status(
    config: Config, condition: Condition, record: Database | None = None
) -> Callable[[asyncio.Event], Awaitable[None]]:
    """Health and metrics of a process without pages, where that is configured."""
    if not config.fleet.status:
        return _serve_nothing
    host, _, port = config.fleet.status.rpartition(":")
    listening = listen(host.strip("[]"), int(port))
    app = create_status_app(condition, config.web.token, record)
    log.info("status", url=f"http://{host}:{listening.getsockname()[1]}")
    return lambda stop: serve(app, listening, stop)


async def _serve_nothing(stop: asyncio.Event) -> None:
    await stop.wait()


def _tell_start(config: Config, database: Database) -> None:
    watching = [feed for feed in list_feeds(database) if not feed.paused]
    log.info("watching", topic=config.topic.name, feeds=len(watching), articles=count_record(database)["articles"])
