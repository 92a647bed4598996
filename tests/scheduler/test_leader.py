"""One hands out the work, the others stand by."""

import asyncio
from datetime import UTC, datetime

from scheduler.leader import LEASE, Leader
from storage.database import Database
from tests.alerts.outbox import Clock


def test_the_lead_is_kept_given_up_and_taken_over(database: Database) -> None:
    clock = Clock(datetime(2021, 7, 18, 16, tzinfo=UTC))
    one, other = Leader(database, clock, "far:1:0"), Leader(database, clock, "farther:2:0")

    def look() -> tuple[bool, bool]:
        asyncio.run(one.look())
        asyncio.run(other.look())
        return one.leads, other.leads

    assert look() == (True, False)
    clock.forward(seconds=10)
    assert look() == (True, False)
    clock.forward(seconds=10)
    assert look() == (True, False), "it was renewed"
    asyncio.run(one.give_up())
    asyncio.run(other.look())
    assert (one.leads, other.leads) == (False, True)
    clock.forward(seconds=LEASE.total_seconds())
    assert not other.leads, "one that cannot renew its lease stops by itself"
    assert look() == (True, False)


def test_a_process_of_this_machine_that_is_dead_leads_no_more(database: Database) -> None:
    from storage.processes import process_name

    dead = process_name().rsplit(":", 2)[0] + ":999999999:0.00"
    asyncio.run(Leader(database, name=dead).look())
    successor = Leader(database)
    asyncio.run(successor.look())
    assert successor.leads
