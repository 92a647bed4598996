"""The installed command line, driven from outside as a user would."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.databases import BOTH

on_every_database = pytest.mark.parametrize("program", BOTH, indirect=True)
as_every_service = pytest.mark.parametrize("program", [*BOTH, "fleet"], indirect=True)

COMMAND = Path(sys.executable).with_name("addendum")
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

SELDOM = 'min = "1s"\nfeed_min = "1s"'  # when to look again is left to the program
OFTEN = 'min = "1s"\nmax = "2s"\nfeed_min = "1s"\nfeed_max = "4s"'


@dataclass(frozen=True)
class Program:
    """`addendum` with one configuration file in a directory of its own.

    `url`: where the record is, if not in a SQLite file there. `is_fleet`: the service is a scheduler, a worker and a web role.
    """

    home: Path
    url: str = ""
    is_fleet: bool = False

    @property
    def database(self) -> str:
        return self.url or f"sqlite:///{self.home}/addendum.db"

    @property
    def config(self) -> Path:
        return self.home / "config.toml"

    def configure(
        self,
        feeds: dict[str, str],
        channels: str = "",
        more: str = "",
        crawl: str = "",
        public: str = "http://addendum.test",
        revisit: str = SELDOM,
    ) -> None:
        """A configuration for the newsroom: no delays, loopback allowed, a port chosen by the system."""
        lines = [
            f'[service]\ndatabase = "{self.database}"\ncontact = "desk@example.org"',
            f'[web]\nport = 0\npublic_url = "{public}"',
            '[crawl]\nmin_delay = "0s"\nrequests_per_hour_per_host = 1000000\ntimeout = "5s"',
            crawl if "readers" in crawl else f"readers = 0\n{crawl}",  # processes take a second to begin
            'allow_private_networks = ["127.0.0.0/8"]',
            f"[revisit]\n{revisit}",
            '[topic]\nname = "Pegasus"\nterms = ["Pegasus", "NSO Group", "NSO"]',
            'context = ["spyware", "surveillance"]\nexclude = ["Pegasus Airlines", "airline"]',
            '[[topic.speakers]]\nname = "NSO Group"\naliases = ["NSO"]',
            more,
            *(f'[[feeds]]\nname = "{name}"\nurl = "{url}"' for name, url in feeds.items()),
            channels,
        ]
        self.config.write_text("\n".join(lines), "utf-8")

    def run(self, *arguments: str, expect: int = 0, **environment: str) -> str:
        """Standard output; the exit status must be as expected."""
        done = subprocess.run(
            [COMMAND, "--config", self.config, *arguments],
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
            env={**os.environ, **environment},
        )
        assert done.returncode == expect, f"{arguments}: {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done.stdout if expect == 0 else done.stdout + done.stderr

    def json(self, *arguments: str) -> list[Any]:
        return [json.loads(line) for line in self.run(*arguments, "--json").splitlines()]

    def check(self, *options: str) -> dict[str, Any]:
        (result,) = self.json("check", *options)
        return dict(result)

    @contextmanager
    def daemon(self) -> "Iterator[Daemon]":
        """A running service; killed at the end if it still runs."""
        roles = ("scheduler", "worker", "web") if self.is_fleet else ("all",)
        with self._running(*(("run", "--role", role) for role in roles)) as daemon:
            yield daemon

    @contextmanager
    def serving(self) -> "Iterator[Daemon]":
        """The pages alone."""
        with self._running(("serve",)) as daemon:
            yield daemon

    @contextmanager
    def _running(self, *commands: tuple[str, ...]) -> "Iterator[Daemon]":
        path = self.home / "daemon.log"
        processes = [self.start(*command, log=path) for command in commands]
        try:
            yield Daemon(processes, path)
        finally:
            for process in processes:
                process.kill()
                process.wait()

    def start(self, *arguments: str, log: Path) -> "subprocess.Popen[str]":
        """A command left running; what it says is added to the log."""
        with log.open("a") as file:
            return subprocess.Popen([COMMAND, "--config", self.config, *arguments], stderr=file, stdout=file, text=True)


@dataclass(frozen=True)
class Daemon:
    processes: "list[subprocess.Popen[str]]"
    log_path: Path

    @property
    def log(self) -> str:
        return self.log_path.read_text("utf-8")

    @property
    def url(self) -> str:
        """The web page's address, once the log tells it."""
        wait_for(lambda: "web page" in self.log)
        return next(line for line in reversed(self.log.splitlines()) if "web page" in line).split("url=")[1].strip()

    def kill(self) -> None:
        for process in self.processes:
            process.send_signal(signal.SIGKILL)
            process.wait()

    def terminate(self) -> int:
        """The exit status after SIGTERM."""
        for process in self.processes:
            process.terminate()
        return max(abs(process.wait(timeout=20)) for process in self.processes)

    def get(self, path: str) -> str:
        with urllib.request.urlopen(self.url + path, timeout=10) as answer:
            return str(answer.read().decode())


def wait_for(condition: Callable[[], object], seconds: float = 30.0) -> None:
    """Until the condition holds; an assertion error if it does not in time."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.02)
