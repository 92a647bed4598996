"""Hubs that push what is new in a feed (WebSub, W3C Recommendation of 23 January 2018): we subscribe, and keep it up.

The hub asks our web page whether we meant it (`web.websub`); from then on it sends there what is new, signed with the
secret it was given. Polling goes on, more rarely, as the safety net.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import structlog

from crawler.crawl import Crawl
from crawler.outcomes import Form
from revisions.errors import FetchError
from storage import subscriptions
from storage.database import Database
from storage.tables import Subscription

log = structlog.get_logger()

LEASE = timedelta(days=10)  # asked for; the hub decides
ASK_AGAIN = timedelta(hours=1)  # after a hub that did not confirm, doubled every time
LONGEST_WAIT = timedelta(days=1)
PATIENCE = 5  # doublings
LATER = timedelta(minutes=1)  # where the hub's host is to be left alone for now


@dataclass
class Push:
    """`callback`: the address, reachable from outside, that ours for hubs begin with."""

    crawl: Crawl
    database: Database
    callback: str
    now: Callable[[], datetime] = lambda: datetime.now(UTC)

    async def renew(self) -> None:
        """Ask the hubs of all feeds that are not subscribed yet, or whose lease is running out."""
        due = await asyncio.to_thread(subscriptions.due_subscriptions, self.database, self.callback, self.now())
        for subscription in due:
            await self._ask(subscription)

    async def _ask(self, subscription: Subscription) -> None:
        try:
            answer = await self.crawl.send(_request(subscription))
        except FetchError as error:
            later = self.now() + max(LATER, error.retry_after or LATER)
            await asyncio.to_thread(subscriptions.postpone, self.database, subscription.token, later)
            return
        wait = min(LONGEST_WAIT, ASK_AGAIN * 2 ** min(subscription.tries, PATIENCE))
        refusal = f"{answer.error}: {answer.text[:200]}" if answer.error and answer.text else answer.error
        now = self.now()
        await asyncio.to_thread(subscriptions.note_asked, self.database, subscription.token, now, now + wait, refusal)
        if refusal:
            log.warning("hub does not take the subscription", hub=subscription.hub, reason=refusal)
        else:
            log.info("hub was asked to push", hub=subscription.hub, feed=subscription.topic_url)


def _request(subscription: Subscription) -> Form:
    """WebSub, 5.1."""
    fields = {
        "hub.mode": "subscribe",
        "hub.topic": subscription.topic_url,
        "hub.callback": subscription.callback,
        "hub.secret": subscription.secret,
        "hub.lease_seconds": str(int(LEASE.total_seconds())),
    }
    return Form(subscription.hub, fields)
