"""One long-lived crawl inside the caller's asyncio loop, so that delays, robots.txt and back-off hold across passes."""

import asyncio
import logging
from datetime import timedelta
from typing import Any, Self

from scrapy.crawler import AsyncCrawlerRunner

from crawler.guard import GuardedResolver
from crawler.outcomes import Answer, ArticleVisit, FeedPoll, Form, Order
from crawler.page import Page
from crawler.politeness import Politeness
from crawler.readers import Readers
from crawler.reading import Reading, Unread
from crawler.settings import CONCURRENT_REQUESTS, CrawlSettings, scrapy_settings
from crawler.spider import AddendumSpider, Task, TaskKind
from revisions.errors import FetchError
from revisions.networks import Networks

logging.getLogger("scrapy").setLevel(logging.CRITICAL)  # outcomes say what went wrong, once
logging.getLogger("twisted").setLevel(logging.CRITICAL)
logging.getLogger("scrapy-playwright").setLevel(logging.CRITICAL)

_plain_resolver: Any = None


class Crawl:
    """Asks for feeds and articles, politely. Use as an async context manager on a loop from `crawler.loop`.

    >>> async with Crawl(settings) as crawl:
    ...     visit = await crawl.visit(Order("https://news.example/story"))
    """

    def __init__(self, settings: CrawlSettings) -> None:
        self._settings = settings
        self.politeness = Politeness(settings.requests_per_hour_per_host, min_delay=settings.min_delay)
        self._readers = Readers(settings.readers, settings.speakers)
        self._queue: asyncio.Queue[Task] = asyncio.Queue()
        self._room = asyncio.Semaphore(2 * CONCURRENT_REQUESTS)
        self._under_way: set[asyncio.Future[Any]] = set()
        self._runner: AsyncCrawlerRunner | None = None
        self._crawling: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        settings = self._settings
        _guard_names(Networks(settings.allow_private_networks, settings.outlets.proxy_hosts))
        self._runner = AsyncCrawlerRunner(scrapy_settings(settings))
        self._crawling = self._runner.crawl(
            AddendumSpider,
            queue=self._queue,
            politeness=self.politeness,
            outlets=settings.outlets,
            readers=self._readers,
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        for waiting in self._under_way:
            waiting.cancel()
        if self._runner and self._crawling:
            await self._runner.stop()
            await asyncio.wait({self._crawling}, timeout=5)
        await self._readers.close()

    async def poll(self, order: Order) -> FeedPoll:
        """Ask for a feed. Raises `FetchError` with `retry_after` where the host must be left alone for now."""
        poll: FeedPoll = await self._ask(order, TaskKind.FEED)
        return poll

    async def visit(self, order: Order) -> ArticleVisit:
        """Ask for an article. Raises `FetchError` with `retry_after` where the host must be left alone for now."""
        visit: ArticleVisit = await self._ask(order, TaskKind.ARTICLE)
        return visit

    async def read(self, page: Page, requested: str) -> Reading | Unread:
        """Read a page that is here already. `requested`: the address it was asked for at."""
        return await self._readers.read(page, requested)

    async def send(self, form: Form) -> Answer:
        """Send a form. Raises `FetchError` with `retry_after` where the host must be left alone for now."""
        answer: Answer = await self._ask(form, TaskKind.FORM)
        return answer

    async def _ask(self, order: Order | Form, kind: TaskKind) -> Any:
        assert self._crawling is not None
        done: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        async with self._room:
            self._under_way.add(done)
            try:
                self._queue.put_nowait(Task(order, kind, done))
                await asyncio.wait({done, self._crawling}, return_when=asyncio.FIRST_COMPLETED)
                if not done.done():
                    raise FetchError("the crawl has ended", order.url, retry_after=timedelta(minutes=1))
                return done.result()
            finally:
                self._under_way.discard(done)


def _guard_names(networks: Networks) -> None:
    """Name look-ups of the process go through the guard of the crawl started last."""
    global _plain_resolver
    from twisted.internet import reactor

    _plain_resolver = _plain_resolver or reactor.nameResolver
    reactor.installNameResolver(GuardedResolver(_plain_resolver, networks))
