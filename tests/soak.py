"""Everything that can go wrong, mixed, for so many minutes: `make soak`, or `python -m tests.soak [MINUTES]`.

Half of the time on SQLite, half on PostgreSQL where one answers. Articles change all the while; in the end every
revision must be recorded in its order, told at least once under one id, and `verify` must pass. Prints a table and
writes build/soak.json; ends with status 1 where something was lost.
"""

import json
import os
import platform
import shutil
import sqlite3
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from tests.databases import new_database
from tests.faults import HAS_CLOCK, Clock, fill, small_disk
from tests.killed import ARTICLES, Killing, examine
from tests.newsroom import Newsroom
from tests.newsroom.server import Fault
from tests.program import Program
from tests.receivers import Receiver

MINUTES = 10.0
LIFE = 3.0  # s, with a fault
MOMENTS = ("crawling", "recording", "delivering", "whenever")
SITE_FAULTS = (Fault.SLOW, Fault.ERROR, Fault.EMPTY, Fault.TRUNCATED, Fault.CONSENT, Fault.BUSY)


class Soak(Killing):
    """One service, one life after the other, each with a fault and ended by SIGKILL. `disk`: where its record is."""

    disk: Path | None = None
    clock: Clock | None = None

    @property
    def faults(self) -> dict[str, Callable[[], None]]:
        """Those that can be injected here."""
        found: dict[str, Callable[[], None]] = {
            "site answers badly": self._bad_site,
            "receiver fails": self._bad_receiver,
            "two services at once": self._two,
            "backup while it runs": self._backup,
        }
        if self.engine.dialect.name == "sqlite":
            found["database locked"] = self._locked
        else:
            found["connections cut"] = self._cut
        if self.disk:
            found["disk full"] = self._full
        if self.clock:
            found["clock steps by hours"] = self._clock
        return found

    def go_on(self, seconds: float, report: Callable[[str], None]) -> None:
        end = time.monotonic() + seconds
        with self.prepared():
            while time.monotonic() < end:
                fault = self.chance.choice([*MOMENTS, *self.faults])
                if fault in MOMENTS:
                    fault = f"killed {self.live_until(fault)}"
                else:
                    self.begin()
                    self.faults[fault]()
                    self.kill()
                self.counted[fault] += 1
                left = max(0, int(end - time.monotonic()))
                report(f"{self.engine.dialect.name}: {self.counted.total()} faults, {left} s left")
            self._right()

    def _right(self) -> None:
        self.newsroom.behave()
        self.receiver.answers = [200]
        if self.clock:
            self.clock.put(0)

    def _bad_site(self) -> None:
        fault = self.chance.choice(SITE_FAULTS)
        for number in self.chance.sample(range(ARTICLES), 4):
            self.newsroom.misbehave(f"/harbours/{number}", fault, 1.0)
        time.sleep(LIFE)
        self.newsroom.behave()

    def _bad_receiver(self) -> None:
        self.receiver.answers = [self.chance.choice((0, 429, 500, 503))]
        time.sleep(LIFE)
        self.receiver.answers = [200]

    def _two(self) -> None:
        second = self.zygote.start()
        time.sleep(LIFE)
        self.zygote.kill(second)

    def _backup(self) -> None:
        path = self.program.home / "backup.db"
        self.program.run("backup", str(path))
        with sqlite3.connect(path) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        path.unlink()

    def _locked(self) -> None:
        with sqlite3.connect(
            self.program.database.removeprefix("sqlite:///"), isolation_level=None, timeout=30
        ) as other:
            other.execute("BEGIN IMMEDIATE")
            time.sleep(LIFE / 2)
            other.execute("ROLLBACK")
        time.sleep(LIFE / 2)

    def _cut(self) -> None:
        time.sleep(LIFE / 3)
        cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        with self.engine.connect() as connection:
            connection.execute(text(cut))
        time.sleep(LIFE / 2)

    def _full(self) -> None:
        assert self.disk is not None
        filler = self.disk / "filler"
        fill(filler)
        time.sleep(LIFE)
        filler.unlink()

    def _clock(self) -> None:
        assert self.clock is not None
        self.clock.put(self.chance.choice((-5, -1, 0, 2, 7)))
        time.sleep(LIFE)


def soak(kind: str, seconds: float, report: Callable[[str], None]) -> dict[str, Any]:
    with ExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="addendum-soak-")))
        disk = None
        if kind == "sqlite" and not stack.enter_context(small_disk(home / "disk", 64)):
            disk = home / "disk"
        url = f"sqlite:///{disk}/addendum.db" if disk else stack.enter_context(new_database(kind, home))
        clock = Clock(home / "clock") if HAS_CLOCK else None
        os.environ.update(clock.environment if clock else {})
        newsroom, receiver = stack.enter_context(Newsroom()), stack.enter_context(Receiver())
        running = Soak(Program(home, url), newsroom, receiver, seed=int(time.time()))
        running.disk, running.clock = disk, clock
        try:
            running.go_on(seconds, report)
            found = examine(running)
        finally:
            os.environ.pop("LD_PRELOAD", None)
            shutil.copy(home / "killed.log", Path("build") / f"soak-{kind}.log")
        return {"database": kind, "injected": dict(running.counted), "found": asdict(found)}


def main(minutes: float) -> int:
    Path("build").mkdir(exist_ok=True)
    shown = sys.stderr.isatty()
    kinds = ["sqlite"]
    try:
        with new_database("postgresql", Path("build")):
            kinds.append("postgresql")
    except pytest.skip.Exception as skipped:
        sys.stderr.write(f"on SQLite alone: {skipped}\n")

    def report(line: str) -> None:
        if shown:
            sys.stderr.write(f"\r{line}\x1b[K")

    results = [soak(kind, 60 * minutes / len(kinds), report) for kind in kinds]
    report("")
    about = {"machine": platform.platform(), "cores": os.cpu_count(), "python": platform.python_version()}
    Path("build/soak.json").write_text(json.dumps([{"about": about}, *results], indent=1) + "\n")
    total: Counter[str] = Counter()
    for result in results:
        total.update(result["injected"])
    for fault, times in sorted(total.items()):
        sys.stdout.write(f"{fault:<28}{times:>6}\n")
    lost = False
    for result in results:
        found = dict(result["found"])
        edits, alerts = found.pop("edits"), found.pop("alerts")
        wrong = {name: what for name, what in found.items() if what}
        lost = lost or bool(wrong)
        sys.stdout.write(f"{result['database']}: {edits} edits, {alerts} alerts received; {wrong or 'nothing lost'}\n")
    return int(lost)


if __name__ == "__main__":
    sys.exit(main(float(sys.argv[1]) if len(sys.argv) > 1 else MINUTES))
