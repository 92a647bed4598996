"""robots.txt as RFC 9309 has it: asked for again after a day, 4xx means no rules, unreachable means wait."""

import asyncio
import time
from dataclasses import dataclass
from typing import Self
from urllib.parse import urlsplit

from protego import Protego
from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest, NotConfigured
from scrapy.http.request import NO_CALLBACK

from crawler.marks import NO_ROBOTS
from crawler.politeness import HostWaits, politeness_of
from crawler.reasons import reason_for, reason_for_status
from crawler.urls import host_of

FRESH = 24 * 3600.0  # RFC 9309, 2.4
RETRY = 60.0  # seconds before a robots.txt that could not be had is asked for again
LONGEST_DELAY = 60.0  # seconds of Crawl-delay that are honoured


class Disallowed(IgnoreRequest):
    """The site's robots.txt does not allow this address."""


class RobotsUnknown(IgnoreRequest):
    """The site's robots.txt cannot be had, so nothing may be asked for (RFC 9309, 2.3.1.4)."""


@dataclass(frozen=True)
class _Rules:
    parsed: Protego | None  # None: no rules, everything is allowed
    read_at: float
    problem: str = ""  # why robots.txt could not be had; nothing may be asked then


class RobotsMiddleware:
    def __init__(self, crawler: Crawler) -> None:
        if not crawler.settings.getbool("ROBOTSTXT_OBEY"):
            raise NotConfigured
        self._crawler = crawler
        self._agent = str(crawler.settings["USER_AGENT"])
        self._known: dict[str, asyncio.Task[_Rules]] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        if request.meta.get(NO_ROBOTS):
            return
        rules = await self._rules_for(request.url)
        if rules.problem:
            raise RobotsUnknown(f"{rules.problem} (asked for its robots.txt)")
        if rules.parsed and not rules.parsed.can_fetch(request.url, self._agent):
            raise Disallowed("the site's robots.txt does not allow this address for us")

    async def _rules_for(self, url: str) -> _Rules:
        parts = urlsplit(url)
        site = f"{parts.scheme}://{parts.netloc}"
        task = self._known.get(site)
        if task is None or (task.done() and _is_stale(task)):
            task = self._known[site] = asyncio.ensure_future(self._read(f"{site}/robots.txt"))
        return await asyncio.shield(task)

    async def _read(self, url: str) -> _Rules:
        request = Request(url, meta={NO_ROBOTS: True}, callback=NO_CALLBACK, dont_filter=True, priority=100)
        try:
            response = await self._crawler.engine.download_async(request)
        except HostWaits:
            raise
        except Exception as error:  # noqa: BLE001 whatever kept it from us is the reason everything else is refused with
            return _Rules(None, time.monotonic(), reason_for(error))
        if response.status >= 500:
            return _Rules(None, time.monotonic(), reason_for_status(response.status))
        parsed = Protego.parse(response.body.decode("utf-8", "replace")) if response.status == 200 else None
        self._honour_delay(url, parsed)
        return _Rules(parsed, time.monotonic())

    def _honour_delay(self, url: str, parsed: Protego | None) -> None:
        """`Crawl-delay` where given and longer than ours, for the host's present and later download slots."""
        asked = parsed.crawl_delay(self._agent) if parsed else None
        delay = min(float(asked or 0), LONGEST_DELAY)
        politeness_of(self._crawler).asks_for_delay(host_of(url), delay)
        if delay <= self._crawler.settings.getfloat("DOWNLOAD_DELAY"):
            return
        downloader, host = self._crawler.engine.downloader, host_of(url)
        downloader.per_slot_settings[host] = {"delay": delay, "concurrency": 1}
        if slot := downloader.slots.get(host):
            slot.delay = delay


def _is_stale(task: asyncio.Task[_Rules]) -> bool:
    if task.cancelled() or task.exception():
        return True
    rules = task.result()
    age = time.monotonic() - rules.read_at
    return age > (RETRY if rules.problem else FRESH)
