"""What the crawl remembers of its hosts goes into the record, and comes back from it at the next start."""

import asyncio
from collections import deque
from dataclasses import asdict
from datetime import datetime

from crawler.politeness import HostState, Politeness
from scheduler.revisit import next_dearness
from storage.database import Database
from storage.hosts import load_hosts, save_hosts, set_dearness
from storage.tables import Host

SHARE = 0.9  # of a host's budget that visits may plan with; the rest is for second looks, feeds and robots.txt


def known_hosts(database: Database) -> dict[str, HostState]:
    """By name, as an earlier run left them."""
    return {
        host.name: HostState(
            asked=deque(host.asked),
            busy_until=host.busy_until,
            busy_answers=host.busy_answers,
            busy_why=host.busy_why,
            latency=host.latency,
            crawl_delay=host.crawl_delay,
        )
        for host in load_hosts(database)
    }


async def remember_hosts(database: Database, politeness: Politeness) -> None:
    """Write down the hosts that were asked since the last time."""
    changed, politeness.changed = politeness.changed, set()
    rows = [_row(name, politeness.hosts[name]) for name in changed]
    if not rows:
        return
    try:
        await asyncio.to_thread(save_hosts, database, rows)
    except BaseException:
        politeness.changed |= changed
        raise


def weigh_hosts(database: Database, per_hour: int, now: datetime) -> None:
    """Where more is wanted of a host than its budget allows, requests cost more and visits become rarer, all alike."""
    set_dearness(database, max(1, int(SHARE * per_hour)), next_dearness, now)


def _row(name: str, state: HostState) -> Host:
    return Host(name=name, **{**asdict(state), "asked": list(state.asked)})
