"""The pages read from a replica: a real standby of a real PostgreSQL, both started for this test."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.newsroom import Newsroom
from tests.program import Program, wait_for
from tests.servers import Server, home_of_servers, make_server, make_standby


@pytest.fixture
def servers() -> Iterator[tuple[Server, Server]]:
    """A primary and its standby."""
    with home_of_servers() as (programs, home):
        primary = make_server(programs, home)
        with primary.running():
            standby = make_standby(primary, home)
            with standby.running():
                yield primary, standby


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
