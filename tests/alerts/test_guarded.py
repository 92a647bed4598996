"""Webhooks lead nowhere private by their address or their name's, unless that is allowed."""

import asyncio
import socket
from contextlib import suppress
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest

from alerts.channels.webhook import Webhook
from revisions.errors import Refused, Retry
from revisions.networks import PUBLIC, Networks
from tests.alerts.samples import story
from tests.newsroom.loopback import Loopback
from tests.receivers import LOOPBACK, Receiver


def send(url: str, networks: Networks) -> None:
    async def once() -> None:
        hook = Webhook("desk", url, networks=networks)
        try:
            await hook.send(story())
        finally:
            await hook.close()

    asyncio.run(once())


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "127.1", "2130706433", "0x7f.1"])
def test_a_private_address_is_refused_however_it_is_written(receiver: Receiver, host: str) -> None:
    with pytest.raises(Retry, match=r"private address; add it to crawl\.allow_private_networks"):
        send(receiver.url.replace("127.0.0.1", host) + "/hook", PUBLIC)
    assert receiver.received == []


def test_what_is_allowed_is_reached(receiver: Receiver) -> None:
    send(f"{receiver.url}/hook", LOOPBACK)
    send(receiver.url.replace("127.0.0.1", "localhost") + "/hook", Networks(["localhost"]))
    assert len(receiver.received) == 2


def test_a_name_is_asked_for_once_and_what_was_checked_is_used(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The name gives an allowed address when it is checked, and would give another one afterwards."""
    asked: list[str] = []
    plain = socket.getaddrinfo

    def rebinding(host: Any, port: Any, *more: Any, **named: Any) -> Any:
        if host != "hooks.example":
            return plain(host, port, *more, **named)
        asked.append(host)
        address = "127.0.0.1" if len(asked) == 1 else "127.0.0.2"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    monkeypatch.setattr(socket, "getaddrinfo", rebinding)
    send(receiver.url.replace("127.0.0.1", "hooks.example") + "/hook", Networks(["127.0.0.1/32"]))
    assert len(receiver.received) == 1
    assert asked == ["hooks.example"]
    with pytest.raises(Retry, match=r"hooks\.example is, or leads to, a private address"):
        send(receiver.url.replace("127.0.0.1", "hooks.example") + "/hook", Networks(["127.0.0.1/32"]))


def test_of_several_addresses_only_public_or_allowed_ones_are_tried(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    def both(host: Any, port: Any, *_: Any, **__: Any) -> Any:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in ("127.0.0.2", "127.0.0.1")]

    monkeypatch.setattr(socket, "getaddrinfo", both)
    send(receiver.url.replace("127.0.0.1", "hooks.example") + "/hook", Networks(["127.0.0.1/32"]))
    assert len(receiver.received) == 1


def test_of_an_answer_that_does_not_end_only_the_beginning_is_read() -> None:
    class Endless(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.send_response(400)
            self.send_header("Content-Encoding", "gzip")
            self.end_headers()
            with suppress(OSError):
                while True:
                    self.wfile.write(b"no, no, " * 1000)

        def log_message(self, *_: Any) -> None:
            """Nobody asks."""

    class Server(Loopback):
        def handler(self) -> type[BaseHTTPRequestHandler]:
            return Endless

    with Server() as server, pytest.raises(Refused, match="no, no, "):
        send(server.url, LOOPBACK)
