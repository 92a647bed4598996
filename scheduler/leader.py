"""One process hands out the work; others that could stand by, and take over when nothing is heard of it any more."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import structlog

from revisions.errors import StorageError
from scheduler.counters import LEADS
from storage import leases
from storage.database import Database
from storage.processes import dead_among, process_name

log = structlog.get_logger()

LEASE_NAME = "scheduler"
LEASE = timedelta(seconds=15)  # after which another takes over
LOOK = 5.0  # seconds between renewals, and between a standby's looks


@dataclass
class Leader:
    """Call `look` every `LOOK` seconds; `leads` says whether this process hands out the work."""

    database: Database
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    name: str = field(default_factory=process_name)

    def __post_init__(self) -> None:
        self._until = self.now()
        self._told = ""

    @property
    def leads(self) -> bool:
        return self._until > self.now()

    async def look(self) -> None:
        """Keep the lead, or take it where nobody has it."""
        now = self.now()
        try:
            other = await asyncio.to_thread(self._take, now)
        except StorageError as error:
            log.warning("the lead cannot be kept: the record cannot be written", reason=error.reason)
            return
        if other:
            self._until = now
            if other != self._told:
                log.info("another process hands out the work; this one stands by", process=other)
        else:
            if not self.leads and self._told:
                log.info("this process hands out the work from now on")
            self._until = now + LEASE
        self._told = other or self.name
        LEADS.set(self.leads)

    async def give_up(self) -> None:
        if self.leads:
            self._until = self.now()
            await asyncio.to_thread(self._give_back)

    def _take(self, now: datetime) -> str:
        """Whoever else has the lead, or ""."""
        holder = leases.holder_of(self.database, LEASE_NAME, now)
        dead = dead_among([holder] if holder != self.name else [])
        with self.database.write() as session:
            taken = leases.take(session, LEASE_NAME, self.name, now, LEASE, dead)
        return "" if taken else (holder or "another")

    def _give_back(self) -> None:
        with self.database.write() as session:
            leases.give_back(session, [LEASE_NAME], self.name)
