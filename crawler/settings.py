"""How the crawler behaves towards news sites."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from crawler.browser import browser_settings
from crawler.reach import Outlets
from revisions.topic import Speaker


@dataclass(frozen=True)
class CrawlSettings:
    """`[crawl]` and `[outlets]` of the configuration. `allow_private_networks` holds host names and CIDRs.

    `browser`: where Chromium is, for outlets that need it. `readers`: processes that read pages, 0 for a thread of
    this one; they look for the words of `speakers`.
    """

    user_agent: str
    obey_robots: bool = True
    min_delay: timedelta = timedelta(seconds=2)
    requests_per_hour_per_host: int = 360
    max_page_bytes: int = 10 * 1024 * 1024
    timeout: timedelta = timedelta(seconds=30)
    allow_private_networks: tuple[str, ...] = ()
    outlets: Outlets = field(default_factory=Outlets)
    browser: str = ""
    readers: int = 0
    speakers: tuple[Speaker, ...] = ()


CONCURRENT_REQUESTS = 64  # in all; towards one host see `crawler.download`


def scrapy_settings(settings: CrawlSettings) -> dict[str, Any]:
    """Scrapy's settings for ours, with its defaults replaced where they are not what a good guest does.

    Scrapy spreads a delay by ±jitter; so that `min_delay` is never undercut, the mean is put above it.
    """
    timeout = settings.timeout.total_seconds()
    rendering = browser_settings(settings.browser, timeout) if settings.outlets.need_browser else {}
    handler = "crawler.rendering.NotedRendering" if rendering else "crawler.download.Noted"
    return {
        **rendering,
        "USER_AGENT": settings.user_agent,
        "DOWNLOAD_DELAY": settings.min_delay.total_seconds() * 1.25,
        "DOWNLOAD_DELAY_JITTER": 0.2,
        "DOWNLOAD_TIMEOUT": timeout,
        "DOWNLOAD_MAXSIZE": settings.max_page_bytes,
        "DOWNLOAD_WARNSIZE": 0,
        "DOWNLOAD_VERIFY_CERTIFICATES": True,
        "CONCURRENT_REQUESTS": CONCURRENT_REQUESTS,
        "CONCURRENT_REQUESTS_PER_DOMAIN": 1,
        "CONCURRENT_ITEMS": 1,  # there are none, but Scrapy begins as many tasks with every answer
        "DOWNLOAD_HANDLERS": {"http": handler, "https": handler},
        "REDIRECT_MAX_TIMES": 10,
        "METAREFRESH_ENABLED": False,
        "HTTPERROR_ALLOW_ALL": True,
        "RETRY_TIMES": 1,
        "RETRY_HTTP_CODES": [],
        "RETRY_EXCEPTIONS": ["twisted.web.client.ResponseFailed", "twisted.internet.error.ConnectionLost"],
        "RETRY_GIVE_UP_LOG_LEVEL": "DEBUG",
        "ROBOTSTXT_OBEY": settings.obey_robots,
        "COOKIES_ENABLED": False,
        "HTTPPROXY_ENABLED": False,
        "TELNETCONSOLE_ENABLED": False,
        "REMOTE_CONTROL_ENABLED": False,
        "MEMUSAGE_ENABLED": False,
        "STATS_DUMP": False,
        "LOGSTATS_INTERVAL": 0,
        "LOG_INSTALL_ROOT_HANDLER": False,
        "LOG_ENABLED": False,
        "DEFAULT_REQUEST_HEADERS": {
            "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,application/feed+json;q=0.9,*/*;q=0.8",
            "Accept-Language": "en,*;q=0.5",
        },
        "DOWNLOADER_MIDDLEWARES": {
            "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,
            "scrapy.downloadermiddlewares.offsite.OffsiteMiddleware": None,
            "crawler.guard.GuardMiddleware": 60,
            "crawler.robots.RobotsMiddleware": 90,
            "crawler.reach.ReachMiddleware": 80,
            "crawler.politeness.PolitenessMiddleware": 100,  # what robots.txt forbids does not count as asked
        },
        "ALLOW_PRIVATE_NETWORKS": list(settings.allow_private_networks),
    }
