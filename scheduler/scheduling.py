"""Handing out what is due, and the other things one process does for all: upkeep, hubs, the Internet Archive."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import structlog

from scheduler.handover import Handover
from scheduler.hosts import weigh_hosts
from scheduler.leader import LOOK, Leader
from scheduler.parts import Job
from scheduler.push import Push
from scheduler.saving import Saver
from scheduler.stamping import Stamping
from scheduler.turns import due_turns
from scheduler.upkeep import Upkeep
from storage import queries
from storage.captures import link_captures
from storage.database import Database

log = structlog.get_logger()

TICK = 1.0  # seconds between looks at what is due
LINK = 2.0  # seconds between looks for captures that the chain has no link of yet
STAMP = 10.0  # seconds between looks at whether the chain is to be stamped
RENEW = 5.0  # seconds between looks at what hubs are to be asked
SUBMIT = 5.0  # seconds between looks at what the Internet Archive is to save
RESCUE = 5.0  # seconds between looks for turns whose worker died
WEIGH = 600.0  # seconds between weighings of what a request is worth


@dataclass
class Scheduling:
    """A part of the service. All of it rests while another process leads. `rescue` frees what dead workers had."""

    database: Database
    leader: Leader
    handover: Handover
    upkeep: Upkeep
    per_hour: int
    push: Push | None = None
    saver: Saver | None = None
    stamping: Stamping | None = None
    rescue: Callable[[], Awaitable[object]] | None = None
    now: Callable[[], datetime] = lambda: datetime.now(UTC)

    def jobs(self) -> list[Job]:
        jobs = [
            Job("lead", self.leader.look, LOOK),
            Job("hand out", self._leading(self.hand_out), TICK),
            Job("link", self._leading(self._link), LINK),
            Job("upkeep", self._leading(self.upkeep.look), 60.0),
            Job("weigh", self._leading(self._weigh_hosts), WEIGH),
            Job("report", self._leading(self._report), 600.0),
        ]
        if self.push:
            jobs.append(Job("push", self._leading(self.push.renew), RENEW))
        if self.saver:
            jobs.append(Job("save", self._leading(self.saver.submit), SUBMIT))
        if self.stamping:
            jobs.append(Job("stamp", self._leading(self.stamping.look), STAMP))
        if self.rescue:
            jobs.append(Job("rescue", self._leading(self.rescue), RESCUE))
        return jobs

    async def start(self) -> None:
        await self.leader.look()
        if self.leader.leads:
            await self.hand_out()

    async def stop(self, grace: timedelta) -> None:
        await self.handover.close(grace)
        await self.leader.give_up()

    async def hand_out(self) -> None:
        standing = await self.handover.look()
        turns = await asyncio.to_thread(due_turns, self.database, self.now(), standing, self.upkeep.channels)
        await self.handover.hand_out(turns)

    def _leading(self, do: Callable[[], Awaitable[object]]) -> Callable[[], Awaitable[object]]:
        async def if_leading() -> None:
            if self.leader.leads:
                await do()

        return if_leading

    async def _link(self) -> None:
        await asyncio.to_thread(link_captures, self.database)

    async def _weigh_hosts(self) -> None:
        await asyncio.to_thread(weigh_hosts, self.database, self.per_hour, self.now())

    async def _report(self) -> None:
        record = await asyncio.to_thread(queries.count_record, self.database)
        log.info("still watching", **record)
