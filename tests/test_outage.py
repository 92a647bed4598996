"""PostgreSQL goes away under a running fleet, and comes back."""

from pathlib import Path

import pytest

from tests.newsroom import Newsroom
from tests.program import Program, wait_for
from tests.servers import home_of_servers, make_server


@pytest.mark.slow
@pytest.mark.parametrize("is_fleet", [True, False])
def test_the_service_goes_on_by_itself_when_its_database_is_back(
    tmp_path: Path, newsroom: Newsroom, is_fleet: bool
) -> None:
    with home_of_servers() as (programs, home):
        server = make_server(programs, home)
        program = Program(tmp_path, server.url, is_fleet=is_fleet)
        program.configure({"courier": newsroom.feed_url("courier")})
        with server.running(), program.daemon() as daemon:
            wait_for(lambda: '"versions":2' in daemon.get("/healthz"))
            server.stop()
            wait_for(lambda: "it is tried again" in daemon.log)
            newsroom.advance("harbour-list")
            server.start()
            wait_for(lambda: program.json("changes"), seconds=60)
            assert all(process.poll() is None for process in daemon.processes), "nobody gave up"
            assert daemon.terminate() == 0
            program.run("check")
            assert program.json("verify")[0]["fits"]
