"""A fleet under observation: schedulers and workers of their own, a city of hosts, and somebody who kills processes."""

import random
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import psutil
from sqlalchemy import Engine, create_engine, text

from tests.newsroom.city import City
from tests.program import Program

PATIENCE = 600.0  # s


@dataclass
class Fleet:
    """Processes of one service on one record. `start` and `kill` them; `count` asks the record."""

    program: Program
    processes: dict[str, "subprocess.Popen[str]"] = field(default_factory=dict)
    killed: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.engine: Engine = create_engine(self.program.database)

    def start(self, name: str) -> None:
        """`name`: the role and a number, such as "worker 3"."""
        role = name.split()[0]
        log = self.program.home / f"{name.replace(' ', '-')}.log"
        self.processes[name] = self.program.start("run", "--role", role, log=log)

    def log(self, name: str) -> str:
        return (self.program.home / f"{name.replace(' ', '-')}.log").read_text("utf-8")

    def kill(self, name: str) -> None:
        process = self.processes.pop(name)
        process.send_signal(signal.SIGKILL)
        process.wait()
        self.killed.append(name)

    def stop(self) -> None:
        for process in self.processes.values():
            process.terminate()
        for process in self.processes.values():
            process.wait(timeout=30)
        self.processes.clear()
        self.engine.dispose()

    def end(self) -> None:
        for process in self.processes.values():
            process.kill()
            process.wait()

    def count(self, query: str) -> int:
        with self.engine.connect() as connection:
            return int(connection.execute(text(query)).scalar() or 0)

    def make_all_due(self) -> None:
        with self.engine.begin() as connection:
            connection.execute(text("UPDATE article SET next_visit_at = now()"))

    def leader(self) -> str:
        """The scheduler that leads, by the name it was started under."""
        with self.engine.connect() as connection:
            holder = connection.execute(text("SELECT holder FROM lease WHERE name = 'scheduler'")).scalar() or "::"
        pid = holder.split(":")[1]
        return next((name for name, process in self.processes.items() if str(process.pid) == pid), "")

    def cpu(self, role: str) -> float:
        """Seconds of processor time the running processes of a role have used."""
        spent = (psutil.Process(p.pid).cpu_times() for name, p in self.processes.items() if name.startswith(role))
        return sum(times.user + times.system for times in spent)


@contextmanager
def fleet(program: Program) -> Iterator[Fleet]:
    running = Fleet(program)
    try:
        yield running
        running.stop()
    finally:
        running.end()


def configure(program: Program, city: City, channels: str = "", *, delay: str = "0s", more: str = "") -> None:
    """Watch every paper of the city; what is due after the first pass is left to the test."""
    program.configure(city.feeds, channels, more)
    written = program.config.read_text("utf-8").replace('min_delay = "0s"', f'min_delay = "{delay}"')
    written = written.replace('min = "1s"\nfeed_min = "1s"', 'min = "6h"\nmax = "30d"\nfeed_min = "1h"')
    program.config.write_text(written.replace("[[feeds]]\n", '[[feeds]]\nrelevant = "all"\n'), "utf-8")
    program.run("feeds", "list")  # makes the schema


@contextmanager
def killing(fleet: Fleet, every: float, seed: int) -> Iterator[None]:
    """SIGKILL one worker after another, now and then the leading scheduler, each started again a moment later."""
    over = threading.Event()
    chance = random.Random(seed)

    def go_on() -> None:
        turn = 0
        while not over.wait(chance.uniform(0.5, 1.5) * every):
            turn += 1
            workers = [name for name in fleet.processes if name.startswith("worker")]
            victim = fleet.leader() if turn % 4 == 0 else chance.choice(workers)
            if victim:
                fleet.kill(victim)
                time.sleep(chance.uniform(0.0, 1.0))
                fleet.start(victim)

    thread = threading.Thread(target=go_on, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def until(condition: Callable[[], bool], what: Callable[[], object] = lambda: "") -> float:
    """Seconds until the condition held; an assertion error that says `what` where it takes too long."""
    start = time.monotonic()
    while not condition():
        assert time.monotonic() - start < PATIENCE, f"it did not happen in time: {what()}"
        time.sleep(0.2)
    return time.monotonic() - start
