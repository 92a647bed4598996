"""Roles, moving to PostgreSQL, and one service at a time, through the command line."""

import json
import urllib.request
from pathlib import Path

from tests.databases import empty_database
from tests.newsroom import Newsroom
from tests.program import Program, wait_for


def test_a_role_that_needs_a_shared_record_says_what_to_do(program: Program, newsroom: Newsroom) -> None:
    program.configure({"courier": newsroom.feed_url("courier")})
    for command in (("worker",), ("run", "--role", "scheduler")):
        said = program.run(*command, expect=2)
        assert "PostgreSQL (see `addendum migrate`)" in said
    assert "is none; expected one of all, scheduler" in program.run("run", "--role", "boss", expect=2)


def test_the_pages_alone_say_that_nobody_hands_out_the_work(program: Program, newsroom: Newsroom) -> None:
    program.configure({"courier": newsroom.feed_url("courier")})
    program.check()
    with program.serving() as pages:
        health = json.loads(pages.get("/healthz"))
        assert (health["status"], health["versions"]) == ("degraded", 2)
        assert "start `addendum run`" in health["reasons"][0]
        assert pages.terminate() == 0


def test_a_second_service_on_the_same_record_stands_by_and_takes_over(program: Program, newsroom: Newsroom) -> None:
    program.configure({"courier": newsroom.feed_url("courier")})
    with program.daemon() as first:
        wait_for(lambda: json.loads(first.get("/healthz"))["versions"] == 2)
        second = program.start("run", log=program.home / "second.log")
        said = program.home / "second.log"
        wait_for(lambda: "stands by" in said.read_text("utf-8"))
        asked = len(newsroom.asked)
        first.kill()
        newsroom.advance("harbour-list")
        wait_for(lambda: program.json("changes"))
        second.terminate()
        assert second.wait(timeout=15) == 0
    assert "this process hands out the work from now on" in said.read_text("utf-8")
    assert len(newsroom.asked) > asked


def test_a_record_is_moved_to_postgresql_and_goes_on_there(
    program: Program, newsroom: Newsroom, tmp_path: Path
) -> None:
    program.configure({"courier": newsroom.feed_url("courier")})
    program.check()
    before = program.run("articles", "--json")
    with empty_database("postgresql", tmp_path) as url:
        said = program.run("migrate", "--to", url)
        assert "copied and verified: all digests are equal" in said
        assert "holds a record already" in program.run("migrate", "--to", url, expect=1)
        moved = Program(tmp_path / "moved", url)
        moved.home.mkdir()
        moved.configure({"courier": newsroom.feed_url("courier")})
        assert moved.run("articles", "--json") == before
        newsroom.advance("harbour-list")
        assert moved.check("--all")["changes"] == 1
    assert "is in already" in program.run("migrate", "--to", program.database, expect=2)
    assert "no database address" in program.run("migrate", "--to", "nonsense", expect=1)


def test_scheduler_and_worker_tell_their_health_and_figures(newsroom: Newsroom, tmp_path: Path) -> None:
    with empty_database("postgresql", tmp_path) as url:
        program = Program(tmp_path, url, is_fleet=True)
        program.configure({"courier": newsroom.feed_url("courier")}, more='[fleet]\nstatus = "127.0.0.1:0"')
        with program.daemon() as daemon:
            wait_for(lambda: json.loads(daemon.get("/healthz"))["versions"] == 2)
            wait_for(lambda: daemon.log.count("event=status") == 2)
            places = [line.split("url=")[1] for line in daemon.log.splitlines() if "event=status" in line]
            wait_for(lambda: _get(places[0], "/healthz") + _get(places[1], "/healthz"))
            wait_for(lambda: any("addendum_workers 1.0" in _get(place, "/metrics") for place in places))
            figures = "".join(_get(place, "/metrics") for place in places)
            assert "addendum_leads 1.0" in figures
            assert 'addendum_visits_total{outcome="changed"} 2.0' in figures
            assert 'addendum_host_requests{host="127.0.0.1"}' in figures
            assert daemon.terminate() == 0


def _get(place: str, path: str) -> str:
    with urllib.request.urlopen(place + path, timeout=10) as answer:
        return str(answer.read().decode())
