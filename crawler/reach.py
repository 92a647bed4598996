"""How single outlets are reached: a subscriber's headers and cookies, a proxy, a browser.

What is given for an outlet is sent to its own hosts and nowhere else: a redirect that leads away, or from https down to
http, takes nothing along.
"""

from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self
from urllib.parse import unquote, urlsplit, urlunsplit

from scrapy import Request
from scrapy.crawler import Crawler

from crawler.marks import PART_OF
from crawler.urls import host_of

_GIVEN = "reach_headers"  # in a request's meta: the names of the headers we added
_PROXY_AUTHORIZATION = "Proxy-Authorization"


@dataclass(frozen=True)
class Reach:
    """`[outlets."…"]` of the configuration. `proxy` is an http address, with user and password if need be.

    `browser`: its pages show nothing without JavaScript.
    """

    headers: Mapping[str, str] = field(default_factory=dict)
    cookies: Mapping[str, str] = field(default_factory=dict)
    proxy: str = ""
    browser: bool = False

    @property
    def given(self) -> dict[str, str]:
        """The headers sent to the outlet's own hosts."""
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        return {**self.headers, **({"Cookie": cookie} if cookie else {})}


@dataclass(frozen=True)
class Outlets:
    """By host: `example.org` is meant with all hosts below it, unless one of them is named itself.

    `proxy` is for all that name none of their own.
    """

    by_host: Mapping[str, Reach] = field(default_factory=dict)
    proxy: str = ""

    def at(self, url: str) -> Reach:
        labels = host_of(url).lower().split(".")
        names = (".".join(labels[start:]) for start in range(len(labels)))
        return next((self.by_host[name] for name in names if name in self.by_host), _NONE)

    @property
    def need_browser(self) -> bool:
        return any(reach.browser for reach in self.by_host.values())

    @property
    def proxy_hosts(self) -> set[str]:
        """Where proxies are, which the configuration names and may thus lie in a private network."""
        proxies = [self.proxy, *(reach.proxy for reach in self.by_host.values())]
        return {host_of(proxy) for proxy in proxies} - {""}


_NONE = Reach()


class ReachMiddleware:
    """Adds what is given for the host of a request; what was given for a host it was redirected from is taken away."""

    def __init__(self, outlets: Outlets) -> None:
        self._outlets = outlets

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(outlets_of(crawler))

    def process_request(self, request: Request) -> None:
        for name in request.meta.pop(_GIVEN, ()):
            request.headers.pop(name, None)
        own = {} if _is_downgraded(request) else self._outlets.at(request.url).given
        for name, value in own.items():
            held = request.headers.get(name) if name == "Cookie" else None  # what a page set in the browser
            request.headers[name] = f"{held.decode('latin-1')}; {value}" if held else value
        request.meta[_GIVEN] = [*own, _PROXY_AUTHORIZATION]
        self._choose_proxy(request)

    def _choose_proxy(self, request: Request) -> None:
        proxy = self._outlets.at(request.meta.get(PART_OF, request.url)).proxy or self._outlets.proxy
        request.meta.pop("proxy", None)
        if not proxy:
            return
        parts = urlsplit(proxy)
        request.meta["proxy"] = urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], "", "", ""))
        if parts.username:
            user = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
            request.headers[_PROXY_AUTHORIZATION] = b"Basic " + b64encode(user.encode())


def _is_downgraded(request: Request) -> bool:
    """Did a redirect lead from https to http?"""
    before = request.meta.get("redirect_urls", [])
    return request.url.startswith("http:") and any(url.startswith("https:") for url in before)


def outlets_of(crawler: Crawler) -> Outlets:
    """What the crawl's spider was given."""
    spider: Any = crawler.spider
    outlets: Outlets = spider.outlets
    return outlets
