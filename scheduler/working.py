"""Doing turns: the hosts that are in hand, the deliveries, and where turns come from a queue, the worker."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from alerts.delivery import Deliverer
from scheduler.hands import Hands
from scheduler.hosts import KEEP, OwnHosts, SharedHosts
from scheduler.parts import GRACE, Job

if TYPE_CHECKING:
    from scheduler.queue import Queue


@dataclass
class Crawling:
    """A part of the service: the hosts its crawl asks are kept in hand, and given back at the end."""

    hosts: OwnHosts | SharedHosts
    deliverer: Deliverer | None = None

    def jobs(self) -> list[Job]:
        return [Job("hosts", self.hosts.keep, KEEP)]

    async def start(self) -> None:
        """The first turn takes its host by itself."""

    async def stop(self, grace: timedelta) -> None:
        if self.deliverer:
            await self.deliverer.release()
        await self.hosts.close()


@dataclass
class Working:
    """A part of the service: turns from the queue are done, at up to `concurrency` hosts at once."""

    queue: "Queue"
    hands: Hands
    concurrency: int

    def jobs(self) -> list[Job]:
        return []

    async def start(self) -> None:
        self._working = asyncio.ensure_future(self.queue.work(self.hands, self.concurrency, GRACE))

    async def stop(self, grace: timedelta) -> None:
        self.hands.stop()
        self._working.cancel()
        await asyncio.wait({self._working}, timeout=2 * grace.total_seconds())
        await self.queue.close(grace)
