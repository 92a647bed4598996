"""Requests as they leave: when one really goes out to a host, and the connections that are kept open to it."""

import asyncio

from scrapy import Request
from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler
from scrapy.crawler import Crawler
from scrapy.http import Response

from crawler.marks import PART_OF, RENDERING
from crawler.politeness import politeness_of
from crawler.urls import host_of

KEPT_OPEN = 8  # connections to a host; without a delay several may be under way, which Scrapy would open anew


class Noted(HTTP11DownloadHandler):
    """Scrapy's own, which keeps the delay, tells when a request goes out and is over, and lets go of connections."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._politeness = politeness_of(crawler)
        self._pool.maxPersistentPerHost = KEPT_OPEN
        self._politeness.on_release.append(self.let_go)

    async def download_request(self, request: Request) -> Response:
        if request.meta.get(RENDERING):  # run in the browser; nothing goes out
            return await super().download_request(request)
        host = host_of(request.url)
        await self._wait_for_turn(host, is_part=bool(request.meta.get(PART_OF)))
        self._politeness.sent(host)
        try:
            return await super().download_request(request)
        finally:
            self._politeness.ended(host)

    async def _wait_for_turn(self, host: str, *, is_part: bool) -> None:
        """Until the host is ours and may be asked. It may have been given back while the request waited."""
        while True:
            await self._politeness.enter(host)
            seconds = 0.0 if is_part else self._politeness.left(host)
            if seconds <= 0:
                return
            await asyncio.sleep(seconds)

    def let_go(self, host: str) -> None:
        """Close the connections kept open to a host for a next request. Twisted's pool has no call for one host."""
        pool = self._pool
        for key, connections in list(pool._connections.items()):
            if key[1] == host.encode("ascii", "replace"):  # (scheme, host, port, …)
                for connection in list(connections):
                    pool._timeouts[connection].cancel()
                    pool._removeConnection(key, connection)  # type: ignore[no-untyped-call]
