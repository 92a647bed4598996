"""Several processes on one record: hosts are left in peace, and nothing is lost while they are killed all the time."""

import json
import os
import time
from collections import defaultdict

import pytest

from tests.fleet import configure, fleet, killing, until
from tests.newsroom.city import City
from tests.program import SECRET, Program
from tests.receivers import Receiver

pytestmark = pytest.mark.parametrize("program", ["postgresql"], indirect=True)

HOSTS, EDITS = 200, 500
ARTICLES = int(os.environ.get("ADDENDUM_FLEET_ARTICLES", "25"))  # at each host; docs/scale.md has been seen with 50
DELAY = 0.5  # s
HOOK = '[[channels]]\nname = "hook"\ntype = "webhook"\nurl = "{}/hook"\nsecret = "{}"\n'


@pytest.mark.slow
def test_four_workers_and_two_schedulers_that_are_killed_throughout(program: Program, receiver: Receiver) -> None:
    """Every change is found and told, under one id; no host sees two connections, or a request before its time."""
    with City(HOSTS, ARTICLES, DELAY) as city, fleet(program) as running:
        configure(program, city, HOOK.format(receiver.url, SECRET), delay=f"{DELAY}s")
        for name in ("scheduler 1", "scheduler 2", *(f"worker {n}" for n in range(1, 5))):
            running.start(name)
        with killing(running, every=18.0, seed=6):
            until(lambda: running.count("SELECT count(*) FROM version") >= HOSTS * ARTICLES, city.report)
            edited = city.edit(EDITS, seed=7)
            running.make_all_due()
            until(lambda: running.count("SELECT count(*) FROM change") >= EDITS, city.report)
            until(lambda: running.count("SELECT count(*) FROM alert WHERE state = 'waiting'") == 0)
        until(lambda: running.count("SELECT count(*) FROM article WHERE next_visit_at <= now()") == 0)
        report = city.report()
        killed = running.killed

    assert sum(name.startswith("worker") for name in killed) >= 5
    assert sum(name.startswith("scheduler") for name in killed) >= 2
    assert report["together"] == []
    assert report["too_soon"] == []
    changes = program.json("changes", "--limit", "1000")
    assert sorted(change["article"]["url"] for change in changes) == sorted(edited)
    assert {change["to_version"]["number"] for change in changes} == {2}
    ids = defaultdict(set)
    for received in receiver.received:
        ids[json.loads(received.body)["data"]["change"]["id"]].add(received.headers["webhook-id"])
    assert set(ids) == {change["id"] for change in changes}
    assert all(len(found) == 1 for found in ids.values())


def test_a_standby_takes_over_within_half_a_minute(program: Program) -> None:
    with City(2, 1) as city, fleet(program) as running:
        configure(program, city)
        running.start("scheduler 1")
        until(lambda: running.leader() == "scheduler 1")
        running.start("scheduler 2")
        until(lambda: "stands by" in running.log("scheduler 2"))
        running.kill("scheduler 1")
        assert until(lambda: running.leader() == "scheduler 2") < 30
        running.start("worker 1")
        until(lambda: running.count("SELECT count(*) FROM version") == 2)


def test_what_a_dead_worker_had_in_hand_is_done_by_another(program: Program) -> None:
    """The worker dies in the middle of a turn that would have taken long."""
    with City(1, 30, delay=0.3) as city, fleet(program) as running:
        configure(program, city, delay="0.3s")
        running.start("scheduler 1")
        running.start("worker 1")
        until(lambda: running.count("SELECT count(*) FROM version") > 3)
        running.kill("worker 1")
        killed_at = time.monotonic()
        running.start("worker 2")
        had = running.count("SELECT count(*) FROM version")
        until(lambda: running.count("SELECT count(*) FROM version") > had + 1)
        assert time.monotonic() - killed_at < 45
        report = city.report()
    assert report["together"] == []
    assert report["too_soon"] == []
