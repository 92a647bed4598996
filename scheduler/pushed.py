"""What a hub pushed of a feed goes into the record."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

import structlog

from crawler.feeds import read_feed
from revisions.errors import FeedError
from revisions.topic import Topic
from scheduler.entries import articles_of
from scheduler.plan import is_worth
from scheduler.revisit import Limits
from storage import feeds, subscriptions
from storage.database import Database, patiently
from storage.facts import Signal

log = structlog.get_logger()


@dataclass(frozen=True)
class Pushed:
    """Records pushes; needs no crawl, so the process that serves the pages can do it."""

    database: Database
    topic: Topic
    limits: Limits
    now: Callable[[], datetime] = lambda: datetime.now(UTC)

    async def __call__(self, feed_id: int, body: bytes, content_type: str) -> None:
        """Record the entries that a hub pushed; where they cannot be read, the feed itself is polled at once."""
        new = await asyncio.to_thread(self._record, feed_id, body, content_type)
        log.info("a hub pushed what is new in a feed", feed=feed_id, articles=new)

    def _record(self, feed_id: int, body: bytes, content_type: str) -> int:
        feed, now = feeds.get_feed(self.database, feed_id), self.now()
        subscriptions.note_push(self.database, feed_id, now)
        try:
            read = read_feed(body, feed.url, {"content-type": content_type})
        except FeedError as error:
            log.warning("what a hub pushed cannot be read", feed=feed.name, reason=error.reason)
            read = None
        if read is None or read.problem or feed.first_polled_at is None:
            feeds.set_next_poll(self.database, feed_id, now)
            return 0
        found = articles_of(read.entries, self.topic, every_entry=feed.relevant == "all")
        return patiently(lambda: feeds.record_push(self.database, feed_id, found, now, self._is_worth))

    def _is_worth(self, signal: Signal) -> bool:
        return is_worth(signal, self.limits)
