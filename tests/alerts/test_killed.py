"""SIGKILL at every step of a delivery: each alert arrives at least once, a repeat under the same id, in order."""

import json
import random
import signal
import subprocess
import sys
import threading
import time
from collections import defaultdict
from datetime import UTC, datetime

import pytest

from storage import outbox
from storage.database import open_database
from tests.alerts.outbox import fill, states
from tests.receivers import Received, Receiver

STEPS = 18  # each with new alerts and a delivery that is killed
ALERTS = 10  # new ones a step
ARTICLES = 6


class Killer:
    """Kills the delivering process: on receipt of a chosen message, just after it was answered, or at any time."""

    def __init__(self, receiver: Receiver) -> None:
        self.process: subprocess.Popen[bytes] | None = None
        self._left = -1
        self._chance = random.Random(2021)
        receiver.on_receipt = self._received

    def arm(self, step: int, messages: int) -> None:
        """Steps in turn: on receipt, right after the answer, and after some time, wherever it is then."""
        if step % 3 == 2:
            self._left = -1
            self._after(self._chance.uniform(0.3, 1.2))
        else:
            self._left = self._chance.randint(1, messages)
        self._delay = 0.0 if step % 3 == 0 else self._chance.uniform(0.0, 0.01)

    def _received(self, _: Received) -> None:
        self._left -= 1
        if self._left == 0 and self.process:
            if self._delay:
                self._after(self._delay)
            else:
                self.process.send_signal(signal.SIGKILL)

    def _after(self, seconds: float) -> None:
        process = self.process

        def kill() -> None:
            time.sleep(seconds)
            if process:
                process.send_signal(signal.SIGKILL)

        threading.Thread(target=kill, daemon=True).start()


@pytest.mark.slow
@pytest.mark.parametrize("burst", [0, 5], ids=["one by one", "in groups"])
def test_a_killed_delivery_loses_nothing_and_keeps_ids_and_order(new_url: str, receiver: Receiver, burst: int) -> None:
    database = open_database(new_url)
    killer = Killer(receiver)
    chance = random.Random(burst)
    killed = 0
    for step in range(STEPS + 3):
        if step < STEPS:
            fill(database, [chance.randint(1, ARTICLES) for _ in range(ALERTS)], at=datetime.now(UTC))
        command = [sys.executable, "-m", "tests.alerts.deliver_until_killed", new_url, receiver.url, str(burst)]
        killer.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        if step < STEPS:
            killer.arm(step, 1 if burst else ALERTS)
        killed += killer.process.wait(timeout=60) == -signal.SIGKILL
    assert killed >= STEPS / 3
    assert set(states(database).values()) == {"sent"}
    told_once = [uid for uid, state in states(database).items() if state == "sent"]
    assert len(told_once) >= STEPS * ALERTS

    told: dict[int, list[str]] = defaultdict(list)  # article → the ids under which its alerts came, in order
    times: dict[str, set[bytes]] = defaultdict(set)
    for received in receiver.received:
        uid, data = received.headers["webhook-id"], json.loads(received.body)["data"]
        times[uid].add(received.body)
        for article in data["articles"] if "articles" in data else [data["article"]]:
            told[article["id"]].append(uid)
    assert all(len(bodies) == 1 for bodies in times.values()), "a repeat reads the same"
    order = {alert.uid: alert.id for alert, _ in outbox.list_alerts(database, limit=100_000)}
    for uids in told.values():
        numbers = [order[uid] for uid in dict.fromkeys(uids)]
        assert numbers == sorted(numbers), "the first arrivals are in order"
    database.close()
