"""Pages that show nothing without JavaScript, rendered by Chromium through scrapy-playwright.

The page itself is fetched like any other. The browser is then given what was fetched and runs it; what it asks for
beside goes through our own downloader and its guards, is bounded, and counts against its host's budget. Nothing leaves
the browser by itself: the proxy it is told to use does not exist.
"""

import asyncio
import logging
import os
import shutil
from contextlib import suppress
from importlib.util import find_spec
from typing import Any

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response

from crawler.marks import NO_ROBOTS, PART_OF, RENDERING
from crawler.urls import same_site
from revisions.errors import ConfigError, ExtractionError

log = logging.getLogger(__name__)

AT_ONCE = 2  # pages in the browser
MOST_PARTS = 150  # requests of one page
PARTS_AT_ONCE = 16  # in all; the downloader has room for more
LARGEST = 4  # times crawl.max_page_bytes that the parts of a page may have together
SETTLED = 5000  # ms at most, after a page has loaded, that it may go on loading what it shows
_NEEDED = frozenset({"script", "xhr", "fetch", "stylesheet"})  # of a page's parts; the others show no text
_NOT_PASSED_ON = frozenset(
    {"host", "connection", "content-length", "accept-encoding", "user-agent", "transfer-encoding"}
)
_NOT_HANDED_BACK = frozenset({"content-encoding", "content-length", "transfer-encoding"})
_NOWHERE = {"server": "http://127.0.0.1:9", "bypass": "<-loopback>"}  # the discard port; loopback goes there, too
_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")


def find_browser(path: str = "") -> str:
    """An installed Chromium. Raises `ConfigError` saying what to install."""
    if find_spec("scrapy_playwright") is None:
        raise ConfigError('render = "browser" needs more packages: pip install "addendum[browser]"', "outlets")
    found = path or next(filter(None, map(shutil.which, _NAMES)), "")
    if not os.access(found, os.X_OK):
        raise ConfigError("no Chromium is there; install it (apt install chromium) or name it", path or "crawl.browser")
    return found


def browser_settings(path: str, timeout: float) -> dict[str, Any]:
    """Scrapy's settings for rendering. As root, Chromium runs only without its sandbox."""
    return {
        "PLAYWRIGHT_LAUNCH_OPTIONS": {
            "executable_path": path,
            "chromium_sandbox": os.geteuid() != 0,
            "proxy": _NOWHERE,
            "timeout": 1000 * timeout,
        },
        "PLAYWRIGHT_DEFAULT_NAVIGATION_TIMEOUT": 1000 * timeout,
        "PLAYWRIGHT_RESTART_DISCONNECTED_BROWSER": True,
    }


class Browser:
    """Renders pages that were fetched, a few at a time, each without memory of any other."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._room = asyncio.Semaphore(AT_ONCE)
        self._parts_room = asyncio.Semaphore(PARTS_AT_ONCE)
        self._number = 0
        settings = crawler.settings
        self._timeout = settings.getfloat("DOWNLOAD_TIMEOUT")
        self._max_bytes = settings.getint("DOWNLOAD_MAXSIZE")
        self._user_agent = str(settings["USER_AGENT"])

    async def render(self, fetched: Response) -> Response:
        """The page as it stands once it has run. Raises `ExtractionError` where it cannot be shown."""
        async with self._room:
            self._number += 1
            number = self._number
            rendering = _Rendering(self._crawler, fetched, LARGEST * self._max_bytes, self._parts_room)
            try:
                shown = await asyncio.wait_for(self._show(number, fetched, rendering), 2 * self._timeout)
            except TimeoutError as error:
                raise ExtractionError("the browser did not show the page in time", fetched.url) from error
            except _playwright_error() as error:
                reason = str(error).strip().splitlines()[0]
                raise ExtractionError(f"the browser cannot show the page ({reason})", fetched.url) from error
            finally:
                await rendering.close()
        if len(shown) > self._max_bytes:
            raise ExtractionError("the page, once shown, is larger than crawl.max_page_bytes", fetched.url)
        return fetched.replace(body=shown)

    async def _show(self, number: int, fetched: Response, rendering: "_Rendering") -> bytes:
        slot = f"browser-{number % AT_ONCE}"
        engine = self._crawler.engine
        assert engine is not None
        engine.downloader.per_slot_settings[slot] = {"delay": 0, "concurrency": AT_ONCE}
        request = Request(
            fetched.url,
            meta={
                "playwright": True,
                "playwright_context": f"page-{number}",
                "playwright_context_kwargs": {"user_agent": self._user_agent, "service_workers": "block"},
                "playwright_include_page": True,
                "playwright_page_init_callback": rendering.begin,
                "playwright_page_goto_kwargs": {"wait_until": "commit"},
                "download_slot": slot,
                "dont_retry": True,
                RENDERING: True,
                NO_ROBOTS: True,
            },
            dont_filter=True,
        )
        await engine.download_async(request)
        return await rendering.settle(1000 * self._timeout)


class _Rendering:
    """One page in the browser: what it may load, and how much of it."""

    def __init__(self, crawler: Crawler, fetched: Response, most_bytes: int, room: asyncio.Semaphore) -> None:
        self._crawler = crawler
        self._fetched = fetched
        self._left_bytes = most_bytes
        self._left_parts = MOST_PARTS
        self._room = room
        self._is_shown = False
        self._page: Any = None

    async def begin(self, page: Any, _request: Request) -> None:
        self._page = page
        await page.route("**/*", self._route)

    async def settle(self, longest: float) -> bytes:
        """The page once it loads nothing any more; one that never comes to rest is taken as it stands."""
        from playwright.async_api import TimeoutError as NeverSettles

        with suppress(NeverSettles):
            await self._page.wait_for_load_state("load", timeout=longest)
            await self._page.wait_for_load_state("networkidle", timeout=SETTLED)
        content: str = await self._page.content()
        return content.encode("utf-8", "replace")

    async def close(self) -> None:
        """The page with all it kept; a browser that does not answer any more is left behind."""
        if self._page is not None:
            with suppress(_playwright_error(), TimeoutError):
                await asyncio.wait_for(self._page.context.close(), 5)

    async def _route(self, route: Any) -> None:
        asked = route.request
        if asked.is_navigation_request():
            await self._navigate(route)
        elif self._may_load(asked):
            await self._load(route)
        else:
            await route.abort()

    async def _navigate(self, route: Any) -> None:
        """The page itself is there already; it may lead nowhere else, and hold no frames."""
        if route.request.frame != self._page.main_frame:
            await route.abort()
        elif self._is_shown:
            await route.fulfill(status=204)  # "No Content" leaves the page where it is
        else:
            self._is_shown = True
            await route.fulfill(status=200, headers=_handed_back(self._fetched), body=self._fetched.body)

    def _may_load(self, asked: Any) -> bool:
        is_plain = asked.method in ("GET", "HEAD")
        is_meant = is_plain or (asked.method == "POST" and same_site(asked.url, self._fetched.url))
        if asked.resource_type not in _NEEDED or not is_meant:
            return False
        self._left_parts -= 1
        return self._left_parts >= 0 and self._left_bytes > 0

    async def _load(self, route: Any) -> None:
        asked = route.request
        given = await asked.all_headers()
        headers = {n: v for n, v in given.items() if n not in _NOT_PASSED_ON and not n.startswith((":", "sec-"))}
        request = Request(
            asked.url,
            method=asked.method,
            headers=headers,
            body=asked.post_data_buffer or b"",
            meta={PART_OF: self._fetched.url, "dont_retry": True},
            dont_filter=True,
        )
        try:
            async with self._room:
                part = await self._download(request)
        except Exception as error:  # noqa: BLE001 a part that cannot be had is one the page does without, as in any browser
            log.debug("%s asks for %s, which cannot be had: %s", self._fetched.url, asked.url, error)
            await route.abort()
            return
        self._left_bytes -= len(part.body)
        with suppress(_playwright_error()):  # the page may be gone meanwhile
            await route.fulfill(status=part.status, headers=_handed_back(part), body=part.body)

    async def _download(self, request: Request) -> Response:
        engine = self._crawler.engine
        if engine is None:
            raise IgnoreRequest("the crawl has ended")
        slot = f"part-{request.url.split('/')[2]}"
        engine.downloader.per_slot_settings[slot] = {"delay": 0, "concurrency": 1}
        request.meta["download_slot"] = slot
        return await engine.download_async(request)


def _handed_back(response: Response) -> dict[str, str]:
    """The headers of a response for the browser; what its body was packed in is gone."""
    found = {}
    for name, values in response.headers.items():
        key = name.decode("latin-1").lower()
        if key not in _NOT_HANDED_BACK:
            found[key] = ("\n" if key == "set-cookie" else ", ").join(value.decode("latin-1") for value in values)
    return found


def _playwright_error() -> type[Exception]:
    from playwright.async_api import Error

    return Error
