"""The pages read from a replica: a real standby of a real PostgreSQL, both started for this test."""

import json
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

from tests.newsroom import Newsroom
from tests.program import Program, wait_for


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

    @contextmanager
    def running(self) -> Iterator[None]:
        options = f"-p {self.port} -k {self.data} -c listen_addresses=127.0.0.1 -c fsync=off"
        self.run("pg_ctl", "-D", str(self.data), "-w", "-l", str(self.data / "log"), "-o", options, "start")
        try:
            yield
        finally:
            self.run("pg_ctl", "-D", str(self.data), "-m", "immediate", "stop")


def _as_postgres(command: list[str]) -> None:
    """PostgreSQL does not run as root."""
    user = "postgres" if os.geteuid() == 0 else None
    done = subprocess.run(command, user=user, capture_output=True, text=True, check=False, cwd="/")
    assert done.returncode == 0, done.stdout + done.stderr


def _port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@pytest.fixture
def servers() -> Iterator[tuple[Server, Server]]:
    """A primary and its standby."""
    binaries = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    if not binaries:
        pytest.skip("PostgreSQL's own programs are not installed (/usr/lib/postgresql)")
    home = Path(tempfile.mkdtemp(prefix="addendum-"))
    if os.geteuid() == 0:
        os.chown(home, pwd.getpwnam("postgres").pw_uid, -1)
    primary, standby = (Server(binaries[-1], home / name, _port()) for name in ("primary", "standby"))
    primary.run("initdb", "-D", str(primary.data), "-A", "trust", "-U", "postgres")
    try:
        with primary.running():
            source = ["-h", "127.0.0.1", "-p", str(primary.port), "-U", "postgres"]
            standby.run("pg_basebackup", *source, "-D", str(standby.data), "-R", "-X", "stream")
            with standby.running():
                yield primary, standby
    finally:
        shutil.rmtree(home, ignore_errors=True)


@pytest.mark.slow
def test_pages_are_read_from_the_replica_and_health_tells_how_far_behind_it_is(
    servers: tuple[Server, Server], tmp_path: Path, newsroom: Newsroom
) -> None:
    primary, standby = servers
    program = Program(tmp_path, primary.url)
    program.configure({"courier": newsroom.feed_url("courier")})
    program.check()
    newsroom.advance("harbour-list")
    program.check("--all")
    written = program.config.read_text("utf-8")
    program.config.write_text(written.replace("[web]\n", f'[web]\nreplica = "{standby.url}"\n'), "utf-8")
    with program.serving() as pages:
        wait_for(lambda: "NSO Group comment added" in pages.get("/"))
        health = json.loads(pages.get("/healthz"))
        assert (health["status"], health["versions"]) == ("degraded", 3)
        assert health["reasons"] == ["no service has run on this record yet; start `addendum run`"]
        assert 'addendum_alerts{state="sent"}' in pages.get("/metrics")
        newsroom.advance("lamp-shop")
        program.check("--all")
        wait_for(lambda: json.loads(pages.get("/healthz"))["versions"] == 4)
        assert pages.terminate() == 0
