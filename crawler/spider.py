"""The one spider: takes orders for feeds and articles from a queue and answers each with its outcome."""

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Self
from urllib.parse import urlencode

import structlog
from scrapy import Request, Spider, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import StopDownload
from scrapy.http import Headers, HtmlResponse, Response
from twisted.python.failure import Failure

from crawler.browser import Browser
from crawler.hints import fresh_for
from crawler.marks import NO_ROBOTS
from crawler.outcomes import Answer, ArticleVisit, FeedPoll, Form, Order, Outcome
from crawler.page import Page, is_page
from crawler.politeness import BUSY, HostWaits, Politeness, retry_after
from crawler.reach import Outlets
from crawler.readers import Readers
from crawler.reading import Unread
from crawler.reasons import reason_for, reason_for_status
from crawler.region import Region, still_reads
from crawler.urls import host_of
from revisions.errors import ExtractionError, FeedError, FetchError

log = structlog.get_logger()

READ_OF_ANSWER = 2000  # bytes
LONGEST_LOOK = 1.0  # s, which no page takes that was not made to
MOST_CODINGS = 3  # ways in which an answer is packed, one around the other; sites use one
Outcomes = FeedPoll | ArticleVisit | Answer
_WITHDRAWN = frozenset({404, 410, 451})
_PERMANENT = frozenset({301, 308})


class TaskKind(StrEnum):
    FEED = "feed"
    ARTICLE = "article"
    FORM = "form"


@dataclass(eq=False)
class Task:
    """An order on its way through Scrapy; `done` gets its outcome, or the exception that kept it from being asked."""

    order: Order | Form
    kind: TaskKind
    done: asyncio.Future[Any]
    requested_at: datetime = field(default_factory=lambda: datetime.now(UTC))


class AddendumSpider(Spider):
    name = "addendum"

    def __init__(
        self, queue: asyncio.Queue[Task], politeness: Politeness, outlets: Outlets, readers: Readers, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self._readers = readers
        self._queue = queue
        self.politeness = politeness
        self.outlets = outlets
        self._browser: Browser | None = None
        self._dawdling: set[str] = set()  # hosts

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        spider = super().from_crawler(crawler, *args, **kwargs)
        crawler.signals.connect(spider.headers_came, signal=signals.headers_received)
        return spider

    def headers_came(self, headers: Headers, request: Request) -> None:
        """What an article's address answers with instead of a page, be it a film, is not downloaded.

        Nor is what is packed again and again: each unpacking is bounded, but not how many there are.
        """
        packed = b",".join(headers.getlist("Content-Encoding"))
        if packed.count(b",") >= MOST_CODINGS:
            raise StopDownload
        task: Task | None = request.cb_kwargs.get("task")
        kind = (headers.get("Content-Type") or b"").decode("latin-1")
        if task and task.kind is TaskKind.ARTICLE and not is_page(kind):
            raise StopDownload(fail=False)

    async def start(self) -> AsyncIterator[Request]:
        """Never ends; whoever fills the queue bounds how many tasks are under way (scrapy#6813)."""
        while True:
            yield self._request(await self._queue.get())

    def _request(self, task: Task) -> Request:
        asked = _form(task.order) if isinstance(task.order, Form) else self._page(task.order)
        return asked.replace(callback=self.answered, errback=self.failed, cb_kwargs={"task": task}, dont_filter=True)

    def _page(self, order: Order) -> Request:
        """Where a page is made in the browser, what was fetched may be the same while the article is not."""
        conditions = {"If-None-Match": order.etag, "If-Modified-Since": order.last_modified}
        if self.outlets.at(order.url).browser:
            conditions = {}
        return Request(order.url, headers={name: value for name, value in conditions.items() if value})

    async def answered(self, response: Response, task: Task) -> None:
        """Reading a feed or a page takes the processor, so it is done beside the loop."""
        try:
            shown = await self._shown(response, task)
            outcome = await self._read(shown, task)
        except ExtractionError as error:
            failed = ArticleVisit(
                task.order.url, task.requested_at, Outcome.FAILED, status=response.status, error=error.reason
            )
            _finish(task, failed)
        except Exception as error:  # noqa: BLE001 travels on to whoever gave the order
            _finish(task, error=error)
        else:
            _finish(task, outcome)

    async def _shown(self, response: Response, task: Task) -> Response:
        """The response, as the browser shows it where its outlet needs one."""
        is_page = task.kind is TaskKind.ARTICLE and response.status == 200 and isinstance(response, HtmlResponse)
        if not is_page or not self.outlets.at(response.url).browser:
            return response
        self._browser = self._browser or Browser(self.crawler)
        return await self._browser.render(response)

    async def failed(self, failure: Failure) -> None:
        task: Task = failure.request.cb_kwargs["task"]  # type: ignore[attr-defined]
        error = failure.value or RuntimeError("unknown failure")
        if isinstance(error, HostWaits):
            _finish(task, error=FetchError(str(error), task.order.url, retry_after=error.wait))
        elif task.kind is TaskKind.FORM:
            _finish(task, Answer(task.order.url, error=reason_for(error)))
        elif task.kind is TaskKind.FEED:
            _finish(task, FeedPoll(task.order.url, error=reason_for(error)))
        else:
            _finish(
                task,
                ArticleVisit(task.order.url, task.requested_at, Outcome.FAILED, error=reason_for(error)),
            )

    async def _read(self, response: Response, task: Task) -> Outcomes:
        match task.kind:
            case TaskKind.FORM:
                return _answer(response, task)
            case TaskKind.FEED:
                return await self._feed(response, task)
            case TaskKind.ARTICLE:
                return await self._article(response, task)

    async def _feed(self, response: Response, task: Task) -> FeedPoll:
        known: dict[str, Any] = {
            "url": task.order.url,
            "moved_to": _moved_to(response),
            "fresh_for": fresh_for(_header(response, "Cache-Control"), _header(response, "Age")),
            **_validators(response),
        }
        if response.status == 304:
            return FeedPoll(**known, not_modified=True)
        if response.status != 200:
            return FeedPoll(**known, error=reason_for_status(response.status), retry_after=retry_after(response))
        links = [value.decode("latin-1") for value in response.headers.getlist("Link")]
        headers = {"content-type": _header(response, "Content-Type"), "link": ", ".join(links)}
        try:
            feed = await self._readers.read_feed(response.body, response.url, headers)
        except FeedError as error:
            return FeedPoll(**known, error=error.reason)
        return FeedPoll(**known, feed=feed, error=feed.problem)

    async def _article(self, response: Response, task: Task) -> ArticleVisit:
        known: dict[str, Any] = {
            "url": task.order.url,
            "requested_at": task.requested_at,
            "status": response.status,
        }
        if response.status == 304:
            return ArticleVisit(**known, outcome=Outcome.NOT_MODIFIED, **_validators(response))
        page = Page(response.url, response.body, _header(response, "Content-Type"))
        received: dict[str, Any] = {
            "page": page,
            "headers": _headers(response),
            "is_rendered": response.status == 200 and self.outlets.at(response.url).browser,
        }
        if response.status in _WITHDRAWN:
            return ArticleVisit(**known, outcome=Outcome.GONE, error=reason_for_status(response.status), **received)
        if response.status != 200:
            wait = retry_after(response) if response.status in BUSY else None
            error = reason_for_status(response.status)
            return ArticleVisit(**known, outcome=Outcome.FAILED, error=error, retry_after=wait)
        before = _region(task.order)
        if before is not None and self._still_reads(before, page):
            return ArticleVisit(**known, outcome=Outcome.UNCHANGED, **_validators(response))
        found = await self._readers.read(page, task.order.url, before)
        if isinstance(found, Unread):
            outcome = Outcome.WALL if found.is_wall else Outcome.FAILED
            return ArticleVisit(**known, outcome=outcome, error=found.reason)
        return ArticleVisit(**known, outcome=Outcome.TEXT, reading=found, **received, **_validators(response))

    def _still_reads(self, before: Region, page: Page) -> bool:
        """`still_reads`, which holds up everything else: a host whose pages are made to take long has one try."""
        host = host_of(page.url)
        if host in self._dawdling:
            return False
        began = time.monotonic()
        found = still_reads(before, page)
        if (seconds := time.monotonic() - began) > LONGEST_LOOK:
            self._dawdling.add(host)
            log.warning(
                "looking at a page took long; pages of its host are read elsewhere", url=page.url, seconds=seconds
            )
        return found


def _region(order: Order | Form) -> Region | None:
    return Region.unpack(order.region) if isinstance(order, Order) and order.region else None


def _form(form: Form) -> Request:
    """Somebody asked for it to be sent, so it is no crawling, and robots.txt has no say (RFC 9309, 1)."""
    return Request(
        form.url,
        method="POST",
        body=urlencode(form.fields),
        headers={"Content-Type": "application/x-www-form-urlencoded", **form.headers},
        meta={NO_ROBOTS: True, "dont_retry": True, "dont_redirect": not form.follow},
    )


def _answer(response: Response, task: Task) -> Answer:
    error = reason_for_status(response.status) if response.status >= 400 else ""
    text = " ".join(response.body[:READ_OF_ANSWER].decode("utf-8", "replace").split())
    return Answer(task.order.url, response.status, text, error)


def _finish(task: Task, outcome: Outcomes | None = None, *, error: Exception | None = None) -> None:
    if task.done.done():
        return
    if error is not None:
        task.done.set_exception(error)
    else:
        task.done.set_result(outcome)


def _header(response: Response, name: str) -> str:
    return (response.headers.get(name) or b"").decode("latin-1")


def _headers(response: Response) -> tuple[tuple[str, str], ...]:
    """In the order they came, as far as Scrapy keeps it: each name once, with all its values."""
    named = response.headers.items()
    return tuple((name.decode("latin-1"), v.decode("latin-1")) for name, values in named for v in values)


def _validators(response: Response) -> dict[str, Any]:
    return {"etag": _header(response, "ETag"), "last_modified": _header(response, "Last-Modified")}


def _moved_to(response: Response) -> str:
    """Where the unbroken run of permanent redirects from the address asked for leads, or ""."""
    hops = [*response.meta.get("redirect_urls", []), response.url]
    moved = ""
    for reason, target in zip(response.meta.get("redirect_reasons", []), hops[1:], strict=False):
        if reason not in _PERMANENT:
            break
        moved = target
    return moved
