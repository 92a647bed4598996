"""Whose the hosts are: this process's alone, or shared with others so that each is in the hands of one at a time.

Either way what is learned of a host (when it was asked, that it is busy, its delays) goes into the record and comes
back from it, over restarts and from one process to the next.
"""

import asyncio
from collections import Counter, defaultdict, deque
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta

import structlog

from crawler.politeness import HostState, HostWaits, Politeness
from revisions.errors import StorageError
from scheduler.revisit import next_dearness
from storage import leases
from storage.database import Database
from storage.hosts import STATE, load_hosts, save_hosts, save_states, set_dearness, set_dearness_everywhere
from storage.processes import dead_among, process_name
from storage.tables import Host

log = structlog.get_logger()

SHARE = 0.9  # of a host's budget that visits may plan with; the rest is for second looks, feeds and robots.txt
LEASE = timedelta(seconds=20)  # after which a host is free whose process is heard of no more
KEEP = 2.0  # seconds between renewals, and between writing down what was learned
PATIENCE = 10.0  # seconds a request waits for a host that is in other hands
LATER = timedelta(seconds=10)  # when it is tried again after that
BORROWED = timedelta(seconds=5)  # without a request, after which a host is given back that no turn is at


class OwnHosts:
    """The hosts of the one process there is; it begins with what an earlier one left behind."""

    def __init__(self, database: Database, politeness: Politeness) -> None:
        self._database = database
        self._politeness = politeness
        politeness.hosts.update({host.name: _state(host) for host in load_hosts(database)})

    @asynccontextmanager
    async def turn(self, host: str) -> AsyncIterator[bool]:
        """A context in which the host is this process's; False where it is in other hands."""
        yield True

    def has(self, host: str) -> bool:
        """Is the host (still) this process's?"""
        return True

    async def keep(self) -> None:
        """Write down what was learned; to be called every `KEEP` seconds."""
        changed, self._politeness.changed = self._politeness.changed, set()
        rows = [_row(name, self._politeness.hosts[name]) for name in changed]
        if not rows:
            return
        try:
            await asyncio.to_thread(save_hosts, self._database, rows)
        except BaseException:
            self._politeness.changed |= changed
            raise

    async def close(self) -> None:
        """Write down what was learned, and give everything back."""
        await self.keep()


@dataclass
class _Hold:
    until: datetime
    used: datetime


class SharedHosts:
    """Hosts that several processes work at; each is leased to one of them at a time.

    A turn holds its host from beginning to end. What leads elsewhere (a redirect, a hub) borrows the host it leads to
    for as long as it is asked. Where a lease was cut off, its process may just have sent a request, so one is counted.
    """

    def __init__(
        self,
        database: Database,
        politeness: Politeness,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        name: str = "",
    ) -> None:
        """`name`: of the process, as leases have it."""
        self._database = database
        self._politeness = politeness
        self._now = now
        self._name = name or process_name()
        self._held: dict[str, _Hold] = {}
        self._turns: Counter[str] = Counter()
        self._taking: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        politeness.enter = self._enter

    @asynccontextmanager
    async def turn(self, host: str) -> AsyncIterator[bool]:
        self._turns[host] += 1
        try:
            yield await self._take(host)
        finally:
            self._turns[host] -= 1
            if not self._turns[host]:
                del self._turns[host]
                await self._give_back([host])

    def has(self, host: str) -> bool:
        hold = self._held.get(host)
        return hold is not None and hold.until > self._now()

    async def keep(self) -> None:
        names = list(self._held)
        if not names:
            return
        now = self._now()
        kept = await self._write(names, now)
        for name in names:
            if name not in kept:
                log.warning("a host is in other hands now", host=name)
                self._forget(name)
            elif name in self._held:
                self._held[name].until = now + LEASE
        await self._give_back([name for name, hold in self._held.items() if hold.used < now - BORROWED])

    async def close(self) -> None:
        await self._give_back(list(self._held))

    def _is_used(self, host: str) -> bool:
        return bool(self._turns[host] or self._politeness.in_flight[host])

    async def _enter(self, host: str) -> None:
        """Before a request. Raises `HostWaits` where the host is in other hands and does not come free soon."""
        loop = asyncio.get_running_loop()
        end = loop.time() + PATIENCE
        while not await self._take(host):
            if loop.time() > end:
                raise HostWaits(host, LATER, "another worker is at it")
            await asyncio.sleep(0.5)
        self._held[host].used = self._now()

    async def _take(self, host: str) -> bool:
        async with self._taking[host]:
            if self.has(host):
                return True
            self._held.pop(host, None)
            now = self._now()
            state = await asyncio.to_thread(self._lease, host, now)
            if state is None:
                return False
            self._politeness.take_over(host, state)
            self._held[host] = _Hold(now + LEASE, now)
            return True

    def _lease(self, host: str, now: datetime) -> HostState | None:
        name = _lease_of(host)
        holder = leases.holder_of(self._database, name, now)
        dead = dead_among([holder]) if holder not in ("", self._name) else ()
        with self._database.write() as session:
            taken = leases.take(session, name, self._name, now, LEASE, dead)
            if taken is None:
                return None
            row = session.get(Host, host)
            state = _state(row) if row else HostState()
        if not taken.clean:
            state.asked.append(now.timestamp())
        return state

    async def _write(self, names: list[str], now: datetime, *, give_back: bool = False) -> set[str]:
        """Write down what was learned of hosts and renew or give back their leases; returns those that were ours."""
        politeness = self._politeness
        changed = politeness.changed & set(names)
        rows = {name: _row(name, politeness.hosts[name]) for name in changed}
        politeness.changed -= changed

        def write() -> set[str]:
            with self._database.write() as session:
                kept = leases.renew(session, [_lease_of(name) for name in names], self._name, now, LEASE)
                save_states(session, [row for name, row in rows.items() if _lease_of(name) in kept])
                if give_back:
                    leases.give_back(session, list(kept), self._name)
                return {name for name in names if _lease_of(name) in kept}

        try:
            return await asyncio.to_thread(write)
        except BaseException:
            politeness.changed |= changed
            raise

    async def _give_back(self, names: list[str]) -> None:
        """What a turn is at, or a request under way to, is given back later, when it is not."""
        async with AsyncExitStack() as locks:
            for name in sorted(names):
                await locks.enter_async_context(self._taking[name])
            free = [name for name in names if name in self._held and not self._is_used(name)]
            if not free:
                return
            for name in free:
                self._politeness.release(name)
            try:
                await self._write(free, self._now(), give_back=True)
            except StorageError as error:
                log.warning("hosts could not be given back; they come free by themselves", reason=error.reason)
            for name in free:
                self._forget(name)

    def _forget(self, host: str) -> None:
        self._politeness.release(host)
        self._politeness.changed.discard(host)
        self._held.pop(host, None)


def hosts_of(database: Database, politeness: Politeness) -> OwnHosts | SharedHosts:
    """Shared where several processes may be at work on the record."""
    return SharedHosts(database, politeness) if database.is_shared else OwnHosts(database, politeness)


def weigh_hosts(database: Database, per_hour: int, now: datetime) -> None:
    """Where more is wanted than may be asked, or can be done, requests cost more and visits become rarer, all alike."""
    set_dearness(database, max(1, int(SHARE * per_hour)), next_dearness, now)
    dearness = set_dearness_everywhere(database, next_dearness, now)
    if dearness > 1:
        log.warning("visits come late, so all of them are planned more rarely", dearness=round(dearness, 1))


def _lease_of(host: str) -> str:
    return f"host:{host}"


def _state(host: Host) -> HostState:
    known = {name: getattr(host, name) for name in STATE}
    return HostState(**{**known, "asked": deque(host.asked)})


def _row(name: str, state: HostState) -> Host:
    return Host(name=name, **{**asdict(state), "asked": list(state.asked)})
