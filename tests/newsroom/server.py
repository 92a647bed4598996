"""The newsroom's HTTP server, over a real socket on a port the system chooses."""

import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import urlsplit

from tests.newsroom import chrome
from tests.newsroom.feeds import FORMATS, entries
from tests.newsroom.stories import STORIES, Story


class Fault(StrEnum):
    """What a path can be told to do instead of answering properly."""

    SLOW = "slow"
    BUSY = "busy"  # 429 with Retry-After
    ERROR = "error"  # 500
    MISSING = "missing"  # 404
    EMPTY = "empty"  # 200 without a body
    TRUNCATED = "truncated"
    WRONG_CHARSET = "wrong charset"
    LOOP = "redirect loop"
    CONSENT = "consent wall"
    NOT_HTML = "not html"


@dataclass(frozen=True)
class Answer:
    status: int
    body: bytes = b""
    kind: str = "text/html; charset=utf-8"
    headers: tuple[tuple[str, str], ...] = ()
    claimed_length: int | None = None


@dataclass(frozen=True)
class Asked:
    """A request that reached the newsroom."""

    path: str
    at: float
    status: int
    conditional: bool
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def user_agent(self) -> str:
        return self.headers.get("User-Agent", "")


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """Who hangs up is no news here."""

    request_queue_size = 128  # connections that wait to be accepted; of Python's five, more at once are dropped


class Newsroom:
    """Use as a context manager; `advance` moves a story on, `misbehave` gives a path a fault."""

    def __init__(
        self, stories: tuple[Story, ...] = STORIES, *, conditional: bool = False, seed: int | None = None
    ) -> None:
        self.stories = {story.slug: story for story in stories}
        self.stage = Counter[str]()
        self.faults: dict[str, tuple[Fault, float]] = {}
        self.pages: dict[str, Answer] = {}
        self.moved: dict[str, str] = {}
        self.asked: list[Asked] = []
        self.most_at_once = 0  # requests that were under way together
        self.robots = "User-agent: *\nDisallow: /private/\n"
        self.conditional = conditional
        self.feed_headers: tuple[tuple[str, str], ...] = ()
        self.on_request: Callable[[], None] = lambda: None  # called when one has come in, before it is answered
        self.restless = False  # a paragraph of its own in every article that is another one on every request
        self._seed = random.Random(seed)
        self._server = _Server(("127.0.0.1", 0), _handler(self))
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def advance(self, slug: str) -> None:
        """The story's next stage, if it has one."""
        self.stage[slug] = min(self.stage[slug] + 1, len(self.stories[slug].stages) - 1)

    def misbehave(self, path: str, fault: Fault, amount: float = 1.0) -> None:
        """`amount`: seconds for SLOW and BUSY."""
        self.faults[path] = (fault, amount)

    def behave(self) -> None:
        self.faults.clear()

    def feed_url(self, outlet: str, form: str = "feed.rss") -> str:
        return f"{self.url}/{outlet}/{form}"

    def article_url(self, slug: str) -> str:
        return f"{self.url}/{self.stories[slug].outlet}/{slug}"

    def requests(self, path: str) -> list[Asked]:
        return [asked for asked in self.asked if asked.path == path]

    def answer(self, path: str, known_etag: str) -> Answer:
        """What a well-behaved newsroom says."""
        if path == "/robots.txt":
            return Answer(200, self.robots.encode(), "text/plain")
        if path in self.moved:
            return Answer(301, headers=(("Location", self.moved[path]),))
        if path in self.pages:
            return self.pages[path]
        outlet, _, name = path.strip("/").partition("/")
        if name in FORMATS:
            return self._feed(outlet, name, known_etag)
        story = self.stories.get(name)
        return (
            self._article(story, known_etag)
            if story and story.outlet == outlet
            else Answer(404, b"<h1>Page not found</h1>")
        )

    def _feed(self, outlet: str, name: str, known_etag: str) -> Answer:
        titles = {s.slug: s.stages[self.stage[s.slug]].headline for s in self.stories.values()}
        write, kind = FORMATS[name]
        stories = [s for s in self.stories.values() if s.outlet == outlet]
        body = write(outlet, entries(stories, self.url, titles)).encode()
        etag = f'"{sha256(body).hexdigest()[:16]}"'
        headers = (("ETag", etag), *self.feed_headers)
        return Answer(304, headers=headers) if known_etag == etag else Answer(200, body, kind, headers)

    def _article(self, story: Story, known_etag: str) -> Answer:
        stage = story.stages[self.stage[story.slug]]
        if stage.gone:
            return Answer(stage.gone, b"<h1>This article has been withdrawn</h1>")
        etag = f'"{story.slug}-{self.stage[story.slug]}"'
        if self.conditional and known_etag == etag:
            return Answer(304)
        headers = (("ETag", etag),) if self.conditional else ()
        page = chrome.page(story, stage, self.url, self._seed)
        if self.restless:
            page = chrome.with_a_restless_paragraph(page, self._seed)
        return Answer(200, page.encode(), headers=headers)

    def faulty(self, answer: Answer, path: str) -> Answer:
        """The answer as the fault of its path spoils it."""
        fault, amount = self.faults.get(path, (None, 0.0))
        match fault:
            case Fault.SLOW:
                time.sleep(amount)
            case Fault.BUSY:
                return Answer(429, headers=(("Retry-After", str(int(amount))),))
            case Fault.ERROR:
                return Answer(500, b"<h1>Something went wrong</h1>")
            case Fault.MISSING:
                return Answer(404, b"<h1>Page not found</h1>")
            case Fault.EMPTY:
                return Answer(200)
            case Fault.TRUNCATED:
                return Answer(200, answer.body[: len(answer.body) // 2], claimed_length=len(answer.body))
            case Fault.WRONG_CHARSET:
                return Answer(200, answer.body, "text/html; charset=iso-8859-2")
            case Fault.LOOP:
                return Answer(302, headers=(("Location", path),))
            case Fault.CONSENT:
                return Answer(200, chrome.consent_page().encode())
            case Fault.NOT_HTML:
                return Answer(200, b"%PDF-1.7", "application/pdf")
        return answer


def _handler(newsroom: Newsroom) -> type[BaseHTTPRequestHandler]:
    under_way: set[object] = set()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            under_way.add(self)
            newsroom.most_at_once = max(newsroom.most_at_once, len(under_way))
            try:
                self._answer()
            finally:
                under_way.discard(self)

        def _answer(self) -> None:
            path = urlsplit(self.path).path  # of a whole address where a proxy is asked
            etag = self.headers.get("If-None-Match", "")
            newsroom.on_request()
            answer = newsroom.faulty(newsroom.answer(path, etag), path)
            newsroom.asked.append(Asked(path, time.monotonic(), answer.status, bool(etag), dict(self.headers)))
            self.send_response(answer.status)
            for name, value in answer.headers:
                self.send_header(name, value)
            if answer.status != 304:
                self.send_header("Content-Type", answer.kind)
                length = len(answer.body) if answer.claimed_length is None else answer.claimed_length
                self.send_header("Content-Length", str(length))
            self.end_headers()
            self.wfile.write(answer.body)
            if answer.claimed_length is not None:
                self.close_connection = True

        def log_message(self, *_: Any) -> None:
            """The tests ask `asked` instead."""

    return Handler
