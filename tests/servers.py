"""A PostgreSQL of a test's own, from the installed programs, to be stopped, started and copied at will."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest


@dataclass(frozen=True)
class Server:
    bin: Path
    data: Path
    port: int

    @property
    def url(self) -> str:
        return f"postgresql+psycopg://postgres@127.0.0.1:{self.port}/postgres"

    def run(self, program: str, *arguments: str) -> None:
        _as_postgres([str(self.bin / program), *arguments])

    def start(self) -> None:
        options = f"-p {self.port} -k {self.data} -c listen_addresses=127.0.0.1 -c fsync=off"
        self.run("pg_ctl", "-D", str(self.data), "-w", "-l", str(self.data / "log"), "-o", options, "start")

    def stop(self) -> None:
        """At once, as if the machine had lost its power."""
        self.run("pg_ctl", "-D", str(self.data), "-m", "immediate", "stop")

    @contextmanager
    def running(self) -> Iterator[None]:
        self.start()
        try:
            yield
        finally:
            self.stop()


def _as_postgres(command: list[str]) -> None:
    """PostgreSQL does not run as root."""
    user = "postgres" if os.geteuid() == 0 else None
    done = subprocess.run(command, user=user, capture_output=True, text=True, check=False, cwd="/")
    assert done.returncode == 0, done.stdout + done.stderr


def _port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@contextmanager
def home_of_servers() -> Iterator[tuple[Path, Path]]:
    """Where their programs are, and a folder for their data; skips the test where there are none."""
    binaries = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    if not binaries:
        pytest.skip("PostgreSQL's own programs are not installed (/usr/lib/postgresql)")
    home = Path(tempfile.mkdtemp(prefix="addendum-"))
    if os.geteuid() == 0:
        os.chown(home, pwd.getpwnam("postgres").pw_uid, -1)
    try:
        yield binaries[-1], home
    finally:
        shutil.rmtree(home, ignore_errors=True)


def make_server(programs: Path, home: Path) -> Server:
    server = Server(programs, home / "data", _port())
    server.run("initdb", "-D", str(server.data), "-A", "trust", "-U", "postgres")
    return server


def make_standby(primary: Server, home: Path) -> Server:
    """A copy of a running server that follows it."""
    standby = Server(primary.bin, home / "standby", _port())
    source = ["-h", "127.0.0.1", "-p", str(primary.port), "-U", "postgres"]
    standby.run("pg_basebackup", *source, "-D", str(standby.data), "-R", "-X", "stream")
    return standby
