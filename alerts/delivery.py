"""The outbox at work: every waiting alert is handed to its channel, at least once, and again until it is taken."""

import asyncio
import os
import random
import socket
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import psutil
import structlog

from alerts.channels import Channel
from alerts.message import Message, for_change, for_discovery
from revisions.errors import AddendumError, ChannelClosed, DeliveryError, Refused, Retry
from storage import outbox
from storage.database import Database
from storage.outbox import Attempt
from storage.queries import get_article, get_change
from storage.tables import Alert

log = structlog.get_logger()

# Waits before the next attempt: 28 hours in all, in the spirit of the Standard Webhooks specification's schedule.
WAITS = [timedelta(seconds=s) for s in (5, 30, 120, 300, 900, 1800, 3600, 7200, 14400, 28800, 43200)]
LEASE = timedelta(seconds=60)  # longer than any channel's own time limit
AT_ONCE = 20


@dataclass
class Delivered:
    """How many alerts were sent and failed for good by one round."""

    sent: int = 0
    failed: int = 0


class Deliverer:
    """Delivers what waits, channels beside each other, so that one that hangs holds up only itself."""

    def __init__(
        self,
        database: Database,
        channels: Sequence[Channel],
        public_url: str,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._database = database
        self._channels = {channel.name: channel for channel in channels}
        self._public_url = public_url
        self._now = now
        self._owner = process_name()
        self._busy: set[str] = set()

    async def deliver_due(self) -> Delivered:
        """One round: everything due, for every channel not still busy with an earlier round."""
        free = [channel for name, channel in self._channels.items() if name not in self._busy]
        if not free:
            return Delivered()
        closed, dead = await asyncio.to_thread(self._standing)
        rounds = [self._drain(channel, dead) for channel in free if channel.name not in closed]
        results = await asyncio.gather(*rounds)
        return Delivered(sum(r.sent for r in results), sum(r.failed for r in results))

    async def release(self) -> None:
        """Give back what was claimed and not settled."""
        await asyncio.to_thread(outbox.release, self._database, self._owner)

    def _standing(self) -> tuple[dict[str, str], set[str]]:
        dead = {owner for owner in outbox.owners(self._database) if is_dead(owner)}
        return outbox.closed_channels(self._database), dead

    async def _drain(self, channel: Channel, dead: set[str]) -> Delivered:
        """Hand over until nothing is due any more.

        Nobody else in this process delivers to the channel meanwhile, so a claim of our own that was not settled
        counts for nothing either; claims are renewed before a slow receiver can outlast them.
        """
        total = Delivered()
        self._busy.add(channel.name)
        try:
            while alerts := await asyncio.to_thread(self._claim, channel.name, dead | {self._owner}):
                claimed = time.monotonic()
                for alert in alerts:
                    assert alert.id is not None
                    if time.monotonic() - claimed > LEASE.total_seconds() / 2:
                        break
                    attempt = await self._attempt(channel, alert)
                    await asyncio.to_thread(outbox.settle, self._database, alert.id, attempt)
                    total.sent += attempt.ok
                    total.failed += not attempt.ok and attempt.next_at is None
                    if attempt.closes_channel:
                        return total
        finally:
            self._busy.discard(channel.name)
        return total

    def _claim(self, channel: str, dead: set[str]) -> list[Alert]:
        return outbox.claim(self._database, channel, self._now(), self._owner, LEASE, limit=AT_ONCE, dead_owners=dead)

    async def _attempt(self, channel: Channel, alert: Alert) -> Attempt:
        try:
            message = await asyncio.to_thread(self._message, alert)
            async with asyncio.timeout(LEASE.total_seconds() / 2):
                status = await channel.send(message)
        except TimeoutError:
            return self._failed(alert, Retry("the receiver did not answer in time", channel.name))
        except AddendumError as error:
            return self._failed(alert, error)
        except Exception as error:  # one alert that cannot be told must not hold up the others
            log.exception("alert could not be told", alert=alert.id, channel=channel.name)
            return self._failed(alert, Retry(f"it could not be told ({type(error).__name__}: {error})", channel.name))
        log.info("alert sent", channel=channel.name, subject=message.subject)
        return Attempt(True, self._now(), status)

    def _message(self, alert: Alert) -> Message:
        if alert.change_id is not None:
            return for_change(alert, get_change(self._database, alert.change_id), self._public_url)
        return for_discovery(alert, get_article(self._database, str(alert.article_id)), self._public_url)

    def _failed(self, alert: Alert, error: AddendumError) -> Attempt:
        now = self._now()
        next_at = now + wait_after(alert.attempts, error) if may_retry(alert.attempts, error) else None
        status = error.status if isinstance(error, DeliveryError) else None
        closed = isinstance(error, ChannelClosed)
        said = "alert not sent, will be tried again" if next_at else "alert failed for good"
        log.warning(
            said, channel=alert.channel, alert=alert.id, reason=error.reason, next=next_at and next_at.isoformat()
        )
        return Attempt(False, now, status, error.reason, next_at, closed)


def may_retry(attempts: int, error: AddendumError) -> bool:
    """`attempts` counts those already made before this one."""
    return not isinstance(error, (Refused, ChannelClosed)) and attempts < len(WAITS)


def wait_after(attempts: int, error: AddendumError) -> timedelta:
    """The growing wait, spread by ±10% so that receivers are not hit in step; never shorter than what was asked."""
    asked = error.after if isinstance(error, Retry) and error.after else timedelta(0)
    return max(asked, WAITS[min(attempts, len(WAITS) - 1)] * random.uniform(0.9, 1.1))


def process_name(pid: int | None = None) -> str:
    """This process, told apart from a later one that gets the same number."""
    process = psutil.Process(pid or os.getpid())
    return f"{socket.gethostname()}:{process.pid}:{process.create_time():.2f}"


def is_dead(owner: str) -> bool:
    """Did the process of that name run on this machine and end? One on another machine is given its lease."""
    host, pid, _ = owner.rsplit(":", 2)
    if host != socket.gethostname():
        return False
    try:
        return process_name(int(pid)) != owner
    except (psutil.NoSuchProcess, ValueError):
        return True
