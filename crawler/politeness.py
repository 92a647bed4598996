"""What a host can be asked: its hourly budget, and the wait it asked for."""

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Self

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response

from crawler.urls import host_of

BUSY = frozenset({429, 503})
FIRST_WAIT = timedelta(minutes=1)  # doubled with every further busy answer where the host names no time itself
LONGEST_WAIT = timedelta(hours=24)
_HOUR = 3600.0


class HostWaits(IgnoreRequest):
    """The host must not be asked before `wait` has passed."""

    def __init__(self, host: str, wait: timedelta, why: str) -> None:
        super().__init__(f"{host} is left alone for {int(wait.total_seconds())} s: {why}")
        self.wait = wait


@dataclass
class _Host:
    asked: deque[float] = field(default_factory=deque)  # monotonic times of the last hour's requests
    busy_until: float = 0.0
    busy_answers: int = 0


class Politeness:
    """Remembers, per host, what was asked within the last hour and until when it is busy."""

    def __init__(self, per_hour: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._per_hour = per_hour
        self._clock = clock
        self._hosts: dict[str, _Host] = {}

    def ask(self, host: str) -> None:
        """Count one request to `host`, or raise `HostWaits`."""
        now, state = self._clock(), self._hosts.setdefault(host, _Host())
        while state.asked and state.asked[0] <= now - _HOUR:
            state.asked.popleft()
        if state.busy_until > now:
            raise HostWaits(host, timedelta(seconds=state.busy_until - now), "it answered that it is busy")
        if len(state.asked) >= self._per_hour:
            wait = timedelta(seconds=state.asked[0] + _HOUR - now)
            raise HostWaits(host, wait, f"its budget of {self._per_hour} requests an hour is used up")
        state.asked.append(now)

    def answered(self, host: str, status: int, retry_after: timedelta | None) -> timedelta | None:
        """Note an answer; returns how long the host is left alone, if it is."""
        state = self._hosts.setdefault(host, _Host())
        if status not in BUSY:
            state.busy_answers = 0
            return None
        wait = min(LONGEST_WAIT, retry_after or FIRST_WAIT * 2 ** min(state.busy_answers, 12))
        state.busy_answers += 1
        state.busy_until = self._clock() + wait.total_seconds()
        return wait


class PolitenessMiddleware:
    """Holds every request, robots.txt included, to its host's budget and back-off."""

    def __init__(self, politeness: Politeness) -> None:
        self._politeness = politeness

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(Politeness(crawler.settings.getint("REQUESTS_PER_HOUR_PER_HOST")))

    def process_request(self, request: Request) -> None:
        self._politeness.ask(host_of(request.url))

    def process_response(self, request: Request, response: Response) -> Response:
        self._politeness.answered(host_of(request.url), response.status, retry_after(response))
        return response


def retry_after(response: Response) -> timedelta | None:
    """What `Retry-After` asks for, as seconds or as a date (RFC 9110, 10.2.3); None when absent or unreadable."""
    value = (response.headers.get("Retry-After") or b"").decode("latin-1").strip()
    if value.isdigit():
        return timedelta(seconds=min(int(value), int(LONGEST_WAIT.total_seconds())))
    try:
        moment = parsedate_to_datetime(value) if value else None
    except ValueError:
        return None
    if moment is None:
        return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(timedelta(0), aware - datetime.now(UTC))
