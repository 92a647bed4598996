"""The chain's head is stamped by a time-stamping authority now and then; failures do no harm."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import httpx
import structlog

from alerts.channels.guarded import guarded_client, post
from revisions.errors import StorageError
from revisions.networks import PUBLIC, Networks
from storage import stamps
from storage.database import Database

log = structlog.get_logger()

TIMEOUT = timedelta(seconds=30)
PAUSE = timedelta(minutes=10)  # after a failure


@dataclass
class Stamping:
    """`authority`: its address, in a private network only if `networks` allows it. `every`: between two stamps."""

    database: Database
    authority: str
    every: timedelta
    networks: Networks = PUBLIC
    now: Callable[[], datetime] = lambda: datetime.now(UTC)

    def __post_init__(self) -> None:
        self._not_before = self.now()

    async def look(self) -> None:
        """Have the head stamped, where it has moved since the last stamp."""
        now = self.now()
        if now < self._not_before <= now + PAUSE:
            return
        head = await asyncio.to_thread(stamps.unstamped, self.database, now, self.every)
        if head is None:
            return
        request = stamps.request_for(head)
        try:
            answer = await self._ask(request.body)
            await asyncio.to_thread(stamps.keep_stamp, self.database, request, answer, self.authority, now)
        except (httpx.HTTPError, httpx.InvalidURL, StorageError, TimeoutError) as error:
            self._not_before = now + PAUSE
            reason = str(error) or type(error).__name__
            log.warning("the chain could not be stamped", authority=self.authority, reason=reason)
        else:
            log.info("the chain was stamped", authority=self.authority, link=head.link)

    async def _ask(self, body: bytes) -> bytes:
        headers = {"Content-Type": stamps.MEDIA_TYPE, "User-Agent": "Addendum"}
        seconds = TIMEOUT.total_seconds()
        async with asyncio.timeout(seconds), guarded_client(self.networks, seconds) as client:
            response, answer = await post(client, self.authority, body, headers)
            response.raise_for_status()
            return answer
