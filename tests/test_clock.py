"""The machine's clock steps by hours, forth and back, under a running service."""

import os
import time
from pathlib import Path

import pytest

from tests.faults import HAS_CLOCK, Clock
from tests.newsroom import Newsroom
from tests.program import OFTEN, Program, on_every_database, wait_for

pytestmark = [on_every_database, pytest.mark.slow]

SLUG = "harbour-list"
SLUGS = (SLUG, "lamp-shop", "inquiry-opens")
SOON = 100.0  # s; the record is looked after once a minute


@pytest.fixture
def clock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Clock:
    if not HAS_CLOCK:
        assert "ADDENDUM_TEST_POSTGRES" not in os.environ, "CI has to install libfaketime (Debian's faketime)"
        pytest.skip("no libfaketime (Debian's package faketime), by which a process's clock can be put")
    found = Clock(tmp_path / "clock")
    for name, value in found.environment.items():
        monkeypatch.setenv(name, value)
    return found


def versions(program: Program, newsroom: Newsroom, slug: str) -> int:
    return max((a["versions"] for a in program.json("articles") if a["url"] == newsroom.article_url(slug)), default=0)


def test_edits_are_noticed_whatever_the_clock_does(program: Program, newsroom: Newsroom, clock: Clock) -> None:
    """Hours forth and back, and right again; each time the next edit is found as if nothing had been."""
    feeds = {"courier": newsroom.feed_url("courier"), "dispatch": newsroom.feed_url("dispatch")}
    program.configure(feeds, revisit=OFTEN)
    with program.daemon() as daemon:
        wait_for(lambda: all(versions(program, newsroom, slug) == 1 for slug in SLUGS), SOON)
        for slug, hours in zip(SLUGS, (5.0, -2.0, 0.0), strict=True):
            for ahead in (hours + 1, hours, hours - 2, hours):  # whatever is in hand just then
                clock.put(ahead)
                time.sleep(1.5)
            newsroom.advance(slug)
            wait_for(lambda slug=slug: versions(program, newsroom, slug) == 2, SOON)
        assert daemon.log.count("the clock jumped; everything is looked at again") >= 3
        assert daemon.terminate() == 0
    clock.put(0)
    assert program.json("verify")[0]["fits"]


def test_a_service_that_is_started_after_the_clock_was_put_right(
    program: Program, newsroom: Newsroom, clock: Clock
) -> None:
    program.configure({"courier": newsroom.feed_url("courier")})
    clock.put(9.0)
    program.check()
    clock.put(0.0)
    newsroom.advance(SLUG)
    program.check("--all")
    assert versions(program, newsroom, SLUG) == 2
    (article,) = (a for a in program.json("articles") if a["url"] == newsroom.article_url(SLUG))
    assert article["next_visit_at"] < time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 3600))
