"""What a host can be asked: its hourly budget, its pauses, and the wait it asked for."""

import asyncio
import time
from collections import Counter, deque
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any, Self

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response

from crawler.marks import PART_OF, RENDERING
from crawler.urls import host_of

BUSY = frozenset({429, 503})
FIRST_WAIT = timedelta(minutes=1)  # doubled with every further busy answer where the host names no time itself
LONGEST_WAIT = timedelta(hours=24)
SLOW = 4.0  # times as long as it takes to answer, a slow host is left alone
QUICK = 0.25  # s within which a host answers that is not slow
LONGEST_PAUSE = 60.0  # s, for being slow
SMOOTHING = 0.3  # weight of the newest answer in a host's latency
_HOUR = 3600.0


class HostWaits(IgnoreRequest):
    """The host must not be asked before `wait` has passed."""

    def __init__(self, host: str, wait: timedelta, why: str) -> None:
        super().__init__(f"{host} is left alone for {int(wait.total_seconds())} s: {why}")
        self.wait = wait


@dataclass
class HostState:
    """What is known of a host; times in seconds of the epoch. `asked`: the last hour's requests.

    `latency`: seconds it usually takes to answer. `crawl_delay`: what its robots.txt asks for.
    """

    asked: deque[float] = field(default_factory=deque)
    busy_until: float = 0.0
    busy_answers: int = 0
    busy_why: str = ""
    latency: float = 0.0
    crawl_delay: float = 0.0


class Politeness:
    """Remembers, per host, what was asked within the last hour and until when it is busy.

    `known` is what an earlier run remembered; `changed` collects the hosts whose state differs from it since.
    `enter` is awaited before a host is asked; where other processes share the hosts it sees that this one has it, and
    raises `HostWaits` where it has not. `release` says that it no longer has; `on_release` hears of it.
    """

    def __init__(
        self,
        per_hour: int,
        clock: Callable[[], float] = time.time,
        *,
        min_delay: timedelta = timedelta(0),
        known: Mapping[str, HostState] | None = None,
    ) -> None:
        self.per_hour = per_hour
        self._clock = clock
        self._min_delay = min_delay.total_seconds()
        self.hosts: dict[str, HostState] = dict(known or {})
        self.changed: set[str] = set()
        self.in_flight: Counter[str] = Counter()
        self._answered_at: dict[str, float] = {}
        self.enter: Callable[[str], Awaitable[None]] = _nobody_else_is_there
        self.on_release: list[Callable[[str], None]] = []

    def take_over(self, host: str, state: HostState) -> None:
        """Go on from what another process left of the host; its delay, too, counts from the last answer there."""
        self.hosts[host] = state
        if state.asked:
            self._answered_at[host] = state.asked[-1]

    def release(self, host: str) -> None:
        """It is no longer this process's."""
        for tell in self.on_release:
            tell(host)

    def left(self, host: str) -> float:
        """Seconds until a request that was counted may go out: the host's delay after the last answer.

        Counting from the answer, no delay on the way can bring two requests closer together where they arrive.
        """
        if host not in self._answered_at:
            return 0.0
        now, state = self._clock(), self._known(host)
        return self._answered_at[host] + self._delay(state) - now

    def has_delay(self, host: str) -> bool:
        return self._delay(self.hosts.get(host) or HostState()) > 0

    def sent(self, host: str) -> None:
        """A request goes out now."""
        self.in_flight[host] += 1

    def ended(self, host: str) -> None:
        """It was answered, or given up."""
        self.in_flight[host] -= 1
        if not self.in_flight[host]:
            del self.in_flight[host]
        now, state = self._clock(), self.hosts.setdefault(host, HostState())
        self._answered_at[host] = now
        if state.asked:
            state.asked[-1] = max(state.asked[-1], now)
            self.changed.add(host)

    def _known(self, host: str) -> HostState:
        """What is known of a host, with nothing in the future, where only a clock that was put back can have left it.

        Whoever waits for such a time waits as long as if it were now, and no longer.
        """
        now, state = self._clock(), self.hosts.get(host) or HostState()
        if state.asked and state.asked[-1] > now:
            state.asked = deque(min(at, now) for at in state.asked)
        state.busy_until = min(state.busy_until, now + LONGEST_WAIT.total_seconds())
        if self._answered_at.get(host, now) > now:
            self._answered_at[host] = now
        return state

    def _delay(self, state: HostState) -> float:
        return max(self._min_delay, state.crawl_delay)

    def wait(self, host: str) -> timedelta | None:
        """For how long the host must be left alone, being busy or its budget used up; None if it need not."""
        now, state = self._clock(), self._known(host)
        if state.busy_until > now:
            return timedelta(seconds=state.busy_until - now)
        lately = [at for at in state.asked if at > now - _HOUR]
        return timedelta(seconds=lately[0] + _HOUR - now) if len(lately) >= self.per_hour else None

    def pause(self, host: str) -> float:
        """Seconds until the host may be asked again without haste: its delay, or longer where it is slow to answer."""
        now, state = self._clock(), self._known(host)
        if not state.asked:
            return 0.0
        slow = SLOW * state.latency if state.latency > QUICK else 0.0
        delay = max(self._delay(state), min(LONGEST_PAUSE, slow))
        return state.asked[-1] + delay - now

    def ask(self, host: str) -> None:
        """Count one request to `host`, or raise `HostWaits`."""
        now, state = self._clock(), self._known(host)
        self.hosts[host] = state
        while state.asked and state.asked[0] <= now - _HOUR:
            state.asked.popleft()
        if state.busy_until > now:
            raise HostWaits(host, timedelta(seconds=state.busy_until - now), state.busy_why)
        if len(state.asked) >= self.per_hour:
            wait = timedelta(seconds=state.asked[0] + _HOUR - now)
            raise HostWaits(host, wait, f"its budget of {self.per_hour} requests an hour is used up")
        state.asked.append(now)
        self.changed.add(host)

    def answered(
        self, host: str, status: int, retry_after: timedelta | None, latency: float | None = None
    ) -> timedelta | None:
        """Note an answer and the seconds it took; returns how long the host is left alone, if it is."""
        state = self.hosts.setdefault(host, HostState())
        self.changed.add(host)
        if latency is not None:
            state.latency = latency if not state.latency else state.latency + SMOOTHING * (latency - state.latency)
        if status not in BUSY:
            state.busy_answers = 0
            return None
        wait = min(LONGEST_WAIT, retry_after or FIRST_WAIT * 2 ** min(state.busy_answers, 12))
        state.busy_answers += 1
        state.busy_until = self._clock() + wait.total_seconds()
        state.busy_why = f"it answered {status}, that it is busy{' (Retry-After)' if retry_after else ''}"
        return wait

    def asks_for_delay(self, host: str, seconds: float) -> None:
        """What the host's robots.txt asks for as `Crawl-delay`, 0 for nothing."""
        state = self.hosts.setdefault(host, HostState())
        if state.crawl_delay != seconds:
            state.crawl_delay = seconds
            self.changed.add(host)


async def _nobody_else_is_there(host: str) -> None:
    """The process has all hosts to itself."""


def politeness_of(crawler: Crawler) -> Politeness:
    """What the crawl's spider was given."""
    spider: Any = crawler.spider
    politeness: Politeness = spider.politeness
    return politeness


class PolitenessMiddleware:
    """Holds every request, robots.txt included, to its host's budget, pauses and back-off."""

    def __init__(self, politeness: Politeness) -> None:
        self._politeness = politeness

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(politeness_of(crawler))

    async def process_request(self, request: Request) -> None:
        """What has to wait a little waits here; the download slot keeps the delay between requests of this run.

        What a page asks for in the browser counts, but it does not wait: it is part of the page.
        """
        if request.meta.get(RENDERING):
            return
        host = host_of(request.url)
        await self._politeness.enter(host)
        while not request.meta.get(PART_OF) and (seconds := self._politeness.pause(host)) > 0:
            await asyncio.sleep(seconds)
        self._politeness.ask(host)

    def process_response(self, request: Request, response: Response) -> Response:
        if request.meta.get(RENDERING):
            return response
        latency = request.meta.get("download_latency")
        self._politeness.answered(host_of(request.url), response.status, retry_after(response), latency)
        return response


def retry_after(response: Response) -> timedelta | None:
    """What `Retry-After` asks for, as seconds or as a date (RFC 9110, 10.2.3); None when absent or unreadable."""
    value = (response.headers.get("Retry-After") or b"").decode("latin-1").strip()
    if value.isascii() and value.isdigit():
        return timedelta(seconds=min(int(value[:9]), int(LONGEST_WAIT.total_seconds())))
    try:
        moment = parsedate_to_datetime(value) if value else None
    except ValueError:
        return None
    if moment is None:
        return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(timedelta(0), aware - datetime.now(UTC))
