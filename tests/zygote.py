"""Starts the service by the hundred: everything is loaded once, and each process is a fork of that.

Run as `python -m tests.zygote CONFIG LOG`; a line on standard input starts a service, whose number is printed. What it
runs is the installed program's own `addendum run`; only the second look at a changed page comes sooner.
"""

import importlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Self


def _serve(config: str, log: str) -> None:
    for module in ("addendum.commands.run", "crawler.extract", "crawler.spider", "crawler.download", "aiohttp"):
        importlib.import_module(module)
    from addendum.cli import main
    from scheduler import work

    work.BETWEEN_LOOKS = 0.05
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the dead are not waited for
    while sys.stdin.readline():
        if pid := os.fork():
            sys.stdout.write(f"{pid}\n")
            sys.stdout.flush()
            continue
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        file = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        for stream in (1, 2):
            os.dup2(file, stream)
        sys.argv = ["addendum", "--config", config, "run"]
        main()
        os._exit(0)


class Zygote:
    """Use as a context manager; `start` gives a new service's process number, `kill` ends it as a power cut would."""

    def __init__(self, config: Path, log: Path) -> None:
        command = [sys.executable, "-m", "tests.zygote", str(config), str(log)]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()

    def start(self) -> int:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())

    def kill(self, pid: int) -> None:
        os.kill(pid, signal.SIGKILL)
        while Path(f"/proc/{pid}").exists():
            time.sleep(0.001)


if __name__ == "__main__":
    _serve(*sys.argv[1:])
