"""A city of newsrooms: many hosts, each at an address of its own on loopback, in one process of its own.

It counts what a guest must not do: two connections to a host at once, or a request sooner than the host's delay after
the one before. Run as `python -m tests.newsroom.city HOSTS ARTICLES DELAY [conditional]`; it prints the port, then reads commands:
`edit COUNT SEED` (as many articles get a comment), `forget` (count anew), `report` (what was counted, as JSON), one a
line, and answers each with a line of JSON. `City` does that from another process.
"""

import asyncio
import json
import os
import random
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from html import escape
from typing import Any, Self

_WORDS = [
    "harbour",
    "ledger",
    "council",
    "tunnel",
    "lantern",
    "archive",
    "bridge",
    "witness",
    "barrel",
    "ferry",
    "orchard",
    "minister",
    "courier",
    "glacier",
    "tariff",
    "quarry",
    "signal",
    "meadow",
    "charter",
    "engine",
    "lattice",
    "morning",
    "border",
    "chimney",
    "ticket",
    "garden",
    "kettle",
    "pencil",
    "valley",
    "window",
    "market",
    "basket",
    "winter",
    "copper",
    "station",
    "pebble",
    "corner",
    "thread",
    "silver",
    "ladder",
    "hammer",
    "island",
    "paper",
    "copper",
    "button",
]
_DEEDS = [
    "counted",
    "carried",
    "questioned",
    "repaired",
    "forgot",
    "borrowed",
    "measured",
    "opened",
    "guarded",
    "painted",
    "refused",
    "inherited",
]
PARAGRAPHS = 6
COMMENT = (
    "In a statement sent after publication, NSO Group said: “The register of {0} is a telephone book, and its "
    "arithmetic is a fairy tale.” The company added that it would look into every credible claim of misuse."
)
NOTICE = "This article was updated to reflect comment from NSO Group, received after publication."


def address(host: int) -> str:
    return f"127.1.{host // 250}.{host % 250 + 1}"


@dataclass
class _Host:
    """What was counted at one host. `asked`: when its last request was read."""

    number: int
    connections: set[asyncio.Transport] = field(default_factory=set)
    asked: float | None = None
    requests: int = 0


class _Counted:
    def __init__(self) -> None:
        self.requests = 0
        self.not_modified = 0
        self.together: list[str] = []
        self.too_soon: list[str] = []
        self.shortest = float("inf")


class _Streets:
    """All hosts, their articles and edits, and what guests did."""

    def __init__(self, hosts: int, articles: int, delay: float, conditional: str) -> None:
        self.conditional = bool(conditional)
        self.hosts = [_Host(number) for number in range(hosts)]
        self.articles = articles
        self.delay = delay
        self.edits: dict[tuple[int, int], int] = {}
        self.counted = _Counted()
        self.port = 0

    def edit(self, count: int, seed: int) -> list[str]:
        chance = random.Random(seed)
        every = [(host, article) for host in range(len(self.hosts)) for article in range(self.articles)]
        chosen = chance.sample(every, count)
        for place in chosen:
            self.edits[place] = self.edits.get(place, 0) + 1
        return [self.url(*place) for place in chosen]

    def url(self, host: int, article: int) -> str:
        return f"http://{address(host)}:{self.port}/news/{article}"

    def note(self, host: _Host, connection: asyncio.Transport) -> None:
        """A request was read: are there others, and was it sooner than the delay after the last?"""
        now, counted = time.monotonic(), self.counted
        counted.requests += 1
        host.requests += 1
        if any(_is_open(other) for other in host.connections if other is not connection):
            counted.together.append(address(host.number))
        if host.asked is not None:
            counted.shortest = min(counted.shortest, now - host.asked)
            if now - host.asked < self.delay:
                counted.too_soon.append(f"{address(host.number)}: {now - host.asked:.3f} s")
        host.asked = now

    def answer(self, host: _Host, path: str, etag: str) -> tuple[int, str, str, str]:
        """Status, content type, ETag and body."""
        if path == "/robots.txt":
            return 200, "text/plain", "", "User-agent: *\nAllow: /\n"
        if path == "/feed.rss":
            return 200, "application/rss+xml", "", self._feed(host)
        number = path.removeprefix("/news/")
        if not number.isdigit() or int(number) >= self.articles:
            return 404, "text/html", "", "<h1>Page not found</h1>"
        edits = self.edits.get((host.number, int(number)), 0)
        known = f'"{host.number}-{number}-{edits}"'
        if etag == known and self.conditional:
            self.counted.not_modified += 1
            return 304, "text/html", known, ""
        return 200, "text/html; charset=utf-8", known, self._page(host, int(number), edits)

    def _feed(self, host: _Host) -> str:
        items = "".join(
            f"<item><title>{escape(_title(host.number, n))}</title><link>{self.url(host.number, n)}</link></item>"
            for n in range(self.articles)
        )
        return f'<?xml version="1.0"?><rss version="2.0"><channel><title>Paper {host.number}</title>{items}</channel></rss>'

    def _page(self, host: _Host, number: int, edits: int) -> str:
        chance = random.Random(f"{host.number}:{number}")
        told = [_paragraph(chance) for _ in range(PARAGRAPHS)]
        if edits:
            told += [COMMENT.format(f"{chance.choice(_WORDS)} {host.number}-{number}-{edits}"), NOTICE]
        body = "".join(f"<p>{escape(p)}</p>" for p in told)
        url, title = self.url(host.number, number), escape(_title(host.number, number))
        links = "".join(
            f'<li><a href="/other/{random.randrange(10**6)}">{random.choice(_WORDS)}</a></li>' for _ in range(9)
        )
        return (
            f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
            f'<link rel="canonical" href="{url}"></head><body><header><nav><ul>{links}</ul></nav></header>'
            f"<main><article><h1>{title}</h1>{body}</article></main>"
            f"<footer><p>Served at {time.time():.3f}</p></footer></body></html>"
        )

    def report(self) -> dict[str, Any]:
        counted = self.counted
        return {
            "requests": counted.requests,
            "not_modified": counted.not_modified,
            "together": counted.together[:20],
            "too_soon": counted.too_soon[:20],
            "shortest": None if counted.shortest == float("inf") else round(counted.shortest, 3),
            "most_at_a_host": max(host.requests for host in self.hosts),
        }


def _title(host: int, article: int) -> str:
    chance = random.Random(f"title {host}:{article}")
    return f"Pegasus spyware and the {chance.choice(_WORDS)} of {chance.choice(_WORDS)} {host}-{article}"


def _paragraph(chance: random.Random) -> str:
    sentences = (
        f"The {chance.choice(_WORDS)} {chance.choice(_DEEDS)} the {chance.choice(_WORDS)} beside the "
        f"{chance.choice(_WORDS)} {chance.randint(2, 999)} times, and {chance.choice(_DEEDS)} a {chance.choice(_WORDS)}."
        for _ in range(3)
    )
    return " ".join(sentences)


def _is_open(connection: asyncio.Transport) -> bool:
    """Has the other side closed it, even if the loop was not told yet?"""
    if connection.is_closing():
        return False
    with socket.socket(fileno=os.dup(connection.get_extra_info("socket").fileno())) as found:
        try:
            return found.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT) != b""
        except BlockingIOError:
            return True
        except OSError:
            return False


class _Door(asyncio.Protocol):
    """One connection: requests come one after the other and are answered at once."""

    def __init__(self, streets: _Streets, host: _Host) -> None:
        self._streets = streets
        self._host = host
        self._read = b""

    def connection_made(self, transport: Any) -> None:
        self._transport: asyncio.Transport = transport
        self._host.connections.add(transport)

    def connection_lost(self, _: Exception | None) -> None:
        self._host.connections.discard(self._transport)

    def data_received(self, data: bytes) -> None:
        self._read += data
        while b"\r\n\r\n" in self._read:
            head, _, self._read = self._read.partition(b"\r\n\r\n")
            lines = head.decode("latin-1").split("\r\n")
            headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])}
            self._streets.note(self._host, self._transport)
            self._answer(*self._streets.answer(self._host, lines[0].split(" ")[1], headers.get("if-none-match", "")))

    def _answer(self, status: int, kind: str, etag: str, body: str) -> None:
        sent = body.encode()
        head = [f"HTTP/1.1 {status} X"]
        head += [f"ETag: {etag}"] if etag else []
        head += [f"Content-Type: {kind}", f"Content-Length: {len(sent)}"] if status != 304 else []
        self._transport.write("\r\n".join([*head, "", ""]).encode() + sent)


async def _open(streets: _Streets) -> None:
    """The same port at every address; the system chooses it at the first."""
    loop = asyncio.get_running_loop()
    for host in streets.hosts:
        server = await loop.create_server(lambda host=host: _Door(streets, host), address(host.number), streets.port)
        streets.port = server.sockets[0].getsockname()[1]


async def _run(hosts: int, articles: int, delay: float, conditional: str) -> None:
    streets = _Streets(hosts, articles, delay, conditional)
    await _open(streets)
    _say({"port": streets.port})
    while line := await asyncio.to_thread(sys.stdin.readline):
        match line.split():
            case ["edit", count, seed]:
                _say(streets.edit(int(count), int(seed)))
            case ["forget"]:
                streets.counted = _Counted()
                _say({})
            case ["report"]:
                _say(streets.report())


def _say(what: Any) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


class City:
    """A city in a process of its own. Use as a context manager. `conditional`: it knows of 304 Not Modified."""

    def __init__(self, hosts: int, articles: int, delay: float = 0.0, *, conditional: bool = True) -> None:
        self.hosts, self.articles = hosts, articles
        command = [sys.executable, "-m", "tests.newsroom.city", str(hosts), str(articles), str(delay)]
        command += ["conditional"] if conditional else []
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def __enter__(self) -> Self:
        self.port = self._hear()["port"]
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()

    @property
    def feeds(self) -> dict[str, str]:
        return {f"paper {n}": f"http://{address(n)}:{self.port}/feed.rss" for n in range(self.hosts)}

    def edit(self, count: int, seed: int) -> list[str]:
        """The addresses of articles that read otherwise from now on."""
        return list(self._ask(f"edit {count} {seed}"))

    def forget(self) -> None:
        self._ask("forget")

    def report(self) -> dict[str, Any]:
        return dict(self._ask("report"))

    def _ask(self, command: str) -> Any:
        assert self._process.stdin is not None
        self._process.stdin.write(command + "\n")
        self._process.stdin.flush()
        return self._hear()

    def _hear(self) -> Any:
        assert self._process.stdout is not None
        return json.loads(self._process.stdout.readline())


if __name__ == "__main__":
    asyncio.run(_run(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]), "".join(sys.argv[4:])))
