"""The background service: starts at once, survives being killed, stops cleanly."""

import json
import threading

import pytest
from sqlalchemy import create_engine, text
from standardwebhooks.webhooks import Webhook

from tests.newsroom import Newsroom
from tests.program import SECRET, Program, as_every_service, wait_for
from tests.receivers import Receiver

pytestmark = as_every_service


def hook(receiver: Receiver) -> str:
    return f'[[channels]]\nname = "hook"\ntype = "webhook"\nurl = "{receiver.url}/hook"\nsecret = "{SECRET}"\n'


@pytest.fixture
def watched(program: Program, newsroom: Newsroom, receiver: Receiver) -> Program:
    program.configure({"courier": newsroom.feed_url("courier")}, hook(receiver))
    return program


def test_service_finds_a_change_serves_pages_and_stops_when_told(
    watched: Program, newsroom: Newsroom, receiver: Receiver
) -> None:
    with watched.daemon() as daemon:
        wait_for(lambda: len(newsroom.requests("/courier/harbour-list")) >= 1)
        wait_for(lambda: json.loads(daemon.get("/healthz"))["versions"] == 2)
        newsroom.advance("harbour-list")
        wait_for(lambda: receiver.received)

        assert "NSO Group comment added" in daemon.get("/")
        (change,) = json.loads(daemon.get("/api/v1/changes"))
        path = change["links"]["diff"].removeprefix("http://addendum.test")
        assert "<ins>" in daemon.get(path)
        assert 'addendum_alerts{state="sent"} 1.0' in daemon.get("/metrics")
        assert daemon.terminate() == 0
        assert "nothing is lost" in daemon.log


def test_alert_recorded_before_a_kill_is_delivered_after_the_restart_under_the_same_id(
    watched: Program, newsroom: Newsroom, receiver: Receiver
) -> None:
    watched.check()
    receiver.hang = threading.Event()
    newsroom.advance("harbour-list")
    with watched.daemon() as daemon:
        wait_for(lambda: receiver.received)  # recorded, handed over, and never acknowledged
        daemon.kill()
    receiver.hang.set()
    receiver.hang = None
    (alert,) = watched.json("alerts", "list")
    assert alert["state"] == "waiting"

    with watched.daemon() as daemon:
        wait_for(lambda: len(receiver.received) >= 2, seconds=40 if watched.is_fleet else 10)
        wait_for(lambda: watched.json("alerts", "list")[0]["state"] == "sent")
        assert daemon.terminate() == 0

    ids = {received.headers["webhook-id"] for received in receiver.received}
    assert ids == {alert["uid"]}
    for received in receiver.received:
        Webhook(SECRET).verify(received.body, received.headers)
    assert len({received.body for received in receiver.received}) == 1


def test_kill_between_record_and_delivery_loses_nothing(
    watched: Program, newsroom: Newsroom, receiver: Receiver
) -> None:
    watched.check()
    receiver.answers = [503]
    newsroom.advance("harbour-list")
    with watched.daemon() as daemon:
        wait_for(lambda: receiver.received)
        daemon.kill()
    receiver.answers = [200]
    engine = create_engine(watched.database)
    with engine.begin() as record:  # its next attempt is due now, not in five seconds
        record.execute(text("UPDATE alert SET next_attempt_at = created_at"))
    engine.dispose()

    with watched.daemon():
        wait_for(lambda: any(a["state"] == "sent" for a in watched.json("alerts", "list")))

    assert len({received.headers["webhook-id"] for received in receiver.received}) == 1
    (change,) = watched.json("changes")
    assert change["to_version"]["number"] == 2


def test_service_refuses_an_address_that_is_taken_and_says_what_to_change(watched: Program, receiver: Receiver) -> None:
    port = receiver.url.rsplit(":", 1)[1]
    said = watched.run("run", expect=1, ADDENDUM_WEB__PORT=port)
    assert f"127.0.0.1:{port}" in said
    assert "set web.host and web.port" in said


def test_a_hanging_receiver_holds_up_neither_crawl_nor_stop(
    watched: Program, newsroom: Newsroom, receiver: Receiver
) -> None:
    receiver.hang = threading.Event()
    with watched.daemon() as daemon:
        wait_for(lambda: json.loads(daemon.get("/healthz"))["versions"] == 2)
        newsroom.advance("harbour-list")
        wait_for(lambda: receiver.received)
        newsroom.advance("lamp-shop")
        wait_for(lambda: json.loads(daemon.get("/healthz"))["changes"] == 2)
        assert daemon.terminate() == 0
