"""Requests as they leave: when one really goes out to a host, and the connections that are kept open to it."""

import asyncio
from typing import Any

from scrapy import Request
from scrapy.core.downloader.handlers.http11 import (
    HTTP11DownloadHandler,
    _LenientHTTP11ClientFactory,
    _LenientHTTP11ClientProtocol,
)
from scrapy.crawler import Crawler
from scrapy.http import Response
from twisted.python.failure import Failure
from twisted.web._newclient import HEADER, STATUS

from crawler.marks import PART_OF, RENDERING
from crawler.politeness import politeness_of
from crawler.reasons import HeadTooLarge
from crawler.urls import host_of

AT_ONCE = 6  # requests under way to a host that nobody wants a delay for, over as many connections as a browser opens
LARGEST_HEAD = 256 * 1024  # bytes before an answer's body, as much as Chromium takes; Twisted would take any number


class _Bounded(_LenientHTTP11ClientProtocol):
    """Scrapy's own, which lets go of a host that does not come to the end of its headers."""

    _head = 0  # bytes

    def request(self, request: Any) -> Any:
        self._head = 0
        return super().request(request)

    def dataReceived(self, data: bytes) -> None:  # noqa: N802 (Twisted's name)
        if self._parser is not None and self._parser.state in (STATUS, HEADER):
            self._head += len(data)
            if self._head > LARGEST_HEAD:
                self._giveUp(Failure(HeadTooLarge()))  # type: ignore[no-untyped-call]
                return
        super().dataReceived(data)  # type: ignore[no-untyped-call]


class _BoundedFactory(_LenientHTTP11ClientFactory):
    def buildProtocol(self, addr: object) -> _Bounded:  # noqa: N802
        return _Bounded(self._quiescentCallback)  # type: ignore[no-untyped-call]


class Noted(HTTP11DownloadHandler):
    """Scrapy's own, which keeps the delay, tells when a request goes out and is over, and lets go of connections."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._politeness = politeness_of(crawler)
        self._pool.maxPersistentPerHost = AT_ONCE
        self._pool._factory = _BoundedFactory
        self._room: dict[tuple[str, bool], asyncio.Semaphore] = {}
        self._politeness.on_release.append(self.let_go)

    async def download_request(self, request: Request) -> Response:
        if request.meta.get(RENDERING):  # run in the browser; nothing goes out
            return await super().download_request(request)
        host = host_of(request.url)
        if request.meta.get(PART_OF):  # the page it is part of has had its turn
            await self._politeness.enter(host)
            return await self._send(host, request)
        async with self._room_at(host):
            await self._wait_for_turn(host)
            return await self._send(host, request)

    def _room_at(self, host: str) -> asyncio.Semaphore:
        """For one request at a time where there is a delay. Scrapy's own bound does not hold where there is none."""
        has_delay = self._politeness.has_delay(host)
        return self._room.setdefault((host, has_delay), asyncio.Semaphore(1 if has_delay else AT_ONCE))

    async def _wait_for_turn(self, host: str) -> None:
        """Until the host is ours and may be asked. It may have been given back while the request waited."""
        while True:
            await self._politeness.enter(host)
            seconds = self._politeness.left(host)
            if seconds <= 0:
                return
            await asyncio.sleep(seconds)

    async def _send(self, host: str, request: Request) -> Response:
        self._politeness.sent(host)
        try:
            return await super().download_request(request)
        finally:
            self._politeness.ended(host)

    def let_go(self, host: str) -> None:
        """Close the connections kept open to a host for a next request. Twisted's pool has no call for one host."""
        pool = self._pool
        for key, connections in list(pool._connections.items()):
            if key[1] == host.encode("ascii", "replace"):  # (scheme, host, port, …)
                for connection in list(connections):
                    pool._timeouts[connection].cancel()
                    pool._removeConnection(key, connection)  # type: ignore[no-untyped-call]
