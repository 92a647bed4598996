"""A small WebSub hub: it asks whether a subscription was meant, and pushes what it is given."""

import hmac
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qs, urlencode

from tests.newsroom.loopback import Loopback


@dataclass
class Hub(Loopback):
    """Use as a context manager. `reach` turns the callback's public address into one that can be reached here."""

    reach: Callable[[str], str] = lambda address: address
    lease: int = 86400
    denies: bool = False
    status: int = 202
    asked: list[dict[str, str]] = field(default_factory=list)
    confirmed: dict[str, dict[str, str]] = field(default_factory=dict)  # by topic

    def handler(self) -> type[BaseHTTPRequestHandler]:
        return _handler(self)

    def verify(self, asked: dict[str, str]) -> None:
        """Ask the subscriber whether it meant it, as WebSub 5.3 has it."""
        topic = asked["hub.topic"]
        if self.denies:
            self.get(asked, {"hub.mode": "denied", "hub.topic": topic, "hub.reason": "not for you"})
            return
        challenge = f"challenge-{len(self.asked)}"
        said = {"hub.mode": "subscribe", "hub.topic": topic, "hub.challenge": challenge}
        status, body = self.get(asked, {**said, "hub.lease_seconds": str(self.lease)})
        if status == 200 and body == challenge:
            self.confirmed[topic] = asked

    def get(self, asked: dict[str, str], said: dict[str, str]) -> tuple[int, str]:
        return _send(urllib.request.Request(f"{self.reach(asked['hub.callback'])}?{urlencode(said)}"))

    def push(self, topic: str, body: bytes, *, secret: str | None = None, kind: str = "application/rss+xml") -> int:
        """The status of the subscriber's answer; signed with the secret it gave, or with another one."""
        asked = self.confirmed[topic]
        key = asked["hub.secret"] if secret is None else secret
        signature = f"sha256={hmac.new(key.encode(), body, 'sha256').hexdigest()}"
        headers = {"Content-Type": kind, "X-Hub-Signature": signature}
        return _send(urllib.request.Request(self.reach(asked["hub.callback"]), data=body, headers=headers))[0]


def _send(request: urllib.request.Request) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def _handler(hub: Hub) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            asked = {name: values[0] for name, values in parse_qs(self.rfile.read(length).decode()).items()}
            hub.asked.append(asked)
            if hub.status == 202:
                hub.verify(asked)
            self.send_response(hub.status)
            self.end_headers()
            self.wfile.write(b"" if hub.status == 202 else b"this hub knows no such topic")

        def log_message(self, *_: Any) -> None:
            """The tests ask `asked` instead."""

    return Handler
