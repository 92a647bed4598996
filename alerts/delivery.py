"""The outbox at work: every waiting alert is handed to its channel, at least once, and again until it is taken."""

import asyncio
import random
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial

import structlog
from prometheus_client import Histogram

from alerts.build import message_for
from alerts.channels import Channel
from alerts.message import Message
from alerts.pace import Decision, Pace, decide
from revisions.errors import AddendumError, ChannelClosed, DeliveryError, Refused, Retry
from storage import groups, outbox
from storage.database import Database
from storage.outbox import Attempt
from storage.processes import dead_among, process_name
from storage.tables import Alert

log = structlog.get_logger()

DELIVERY_LAG = Histogram(
    "addendum_delivery_lag_seconds",
    "from when an alert was written until it was taken",
    buckets=(0.1, 0.3, 1, 3, 10, 30, 60, 300, 900, 3600, 14400, 86400),
)

# Waits before the next attempt: 28 hours in all, in the spirit of the Standard Webhooks specification's schedule.
WAITS = [timedelta(seconds=s) for s in (5, 30, 120, 300, 900, 1800, 3600, 7200, 14400, 28800, 43200)]
LEASE = timedelta(seconds=60)  # longer than any channel's own time limit
LONGEST_PAUSE = timedelta(minutes=15)  # of a channel in trouble, before another of its alerts is tried
AT_ONCE = 40  # alerts claimed together


@dataclass
class Delivered:
    """How many alerts were sent and failed for good by one round; those told in a grouped alert count each."""

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
        paces: Mapping[str, Pace] | None = None,
    ) -> None:
        self._database = database
        self._channels = {channel.name: channel for channel in channels}
        self._public_url = public_url
        self._now = now
        self._paces = paces or {}
        self._owner = process_name()
        self._busy: set[str] = set()

    async def deliver_due(self) -> Delivered:
        """One round: everything due, for every channel not still busy with an earlier round."""
        due = await asyncio.to_thread(outbox.due_channels, self._database, self._now())
        ready = [channel for name, channel in self._channels.items() if name in due and name not in self._busy]
        if not ready:
            return Delivered()
        results = await asyncio.gather(*(self._drain(channel) for channel in ready))
        return Delivered(sum(r.sent for r in results), sum(r.failed for r in results))

    async def deliver(self, channel: str) -> Delivered:
        """Everything due for one channel, unless an earlier call is still at it."""
        known = self._channels.get(channel)
        return await self._drain(known) if known else Delivered()

    async def release(self) -> None:
        """Give back what was claimed and not settled."""
        await asyncio.to_thread(outbox.release, self._database, self._owner)

    def _dead_owners(self) -> set[str]:
        return dead_among(outbox.owners(self._database))

    async def _drain(self, channel: Channel) -> Delivered:
        """Hand over until nothing is due any more, or the receiver is in trouble.

        Nobody else in this process delivers to the channel meanwhile, so a claim of our own that was not settled
        counts for nothing either; claims are renewed before a slow receiver can outlast them.
        """
        total = Delivered()
        if channel.name in self._busy:  # another round was quicker
            return total
        self._busy.add(channel.name)
        try:
            dead = await asyncio.to_thread(self._dead_owners)
            while alerts := await asyncio.to_thread(self._claim, channel.name, dead | {self._owner}):
                if not await self._hand_over(channel, alerts, total):
                    break
        finally:
            self._busy.discard(channel.name)
            await channel.close()
        return total

    def _claim(self, channel: str, dead: set[str]) -> list[Alert]:
        """What may go now, after the channel's pace; what belongs together has been put together."""
        now = self._now()
        pace = self._paces.get(channel, Pace())
        decision = Decision()
        if pace.is_any:
            fresh = partial(groups.fresh_alerts, self._database, channel, now)
            decision = decide(pace, fresh, groups.told_within_an_hour(self._database, channel, now), now)
            if decision.group:
                groups.group(self._database, channel, decision.group, now, decision.reason)
        room = AT_ONCE if decision.room is None else min(AT_ONCE, decision.room)
        if room <= 0:
            return []
        return outbox.claim(
            self._database,
            channel,
            now,
            self._owner,
            LEASE,
            limit=room,
            dead_owners=dead,
            created_before=decision.created_before,
        )

    async def _hand_over(self, channel: Channel, alerts: Sequence[Alert], total: Delivered) -> bool:
        """Attempt claimed alerts, some at a time; False when the channel is to be left alone for now."""
        claimed = time.monotonic()
        for start in range(0, len(alerts), channel.at_once):
            if time.monotonic() - claimed > LEASE.total_seconds() / 2:
                return True
            some = alerts[start : start + channel.at_once]
            attempts = await asyncio.gather(*(self._attempt(channel, alert) for alert in some))
            if any(attempt.ok for attempt in attempts):  # the receiver is there: what failed is about the alert
                attempts = [_without_pause(attempt) for attempt in attempts]
            numbered = [(alert.id, attempt) for alert, attempt in zip(some, attempts, strict=True) if alert.id]
            counted = await asyncio.to_thread(self._settle, some, numbered)
            total.sent += counted.sent
            total.failed += counted.failed
            if any(attempt.closes_channel or attempt.pause_until for attempt in attempts):
                return False
        return True

    def _settle(self, alerts: Sequence[Alert], attempts: Sequence[tuple[int, Attempt]]) -> Delivered:
        outbox.settle(self._database, attempts)
        told = {
            alert.id: len(groups.members_of(self._database, alert.id)) if alert.event == groups.EVENT else 1
            for alert in alerts
            if alert.id
        }
        return Delivered(
            sum(told[number] for number, attempt in attempts if attempt.ok),
            sum(told[number] for number, attempt in attempts if not attempt.ok and attempt.next_at is None),
        )

    async def _attempt(self, channel: Channel, alert: Alert) -> Attempt:
        try:
            message = await asyncio.to_thread(self._message, alert)
            async with asyncio.timeout(LEASE.total_seconds() / 2):
                status = await channel.send(message)
        except TimeoutError:
            error: AddendumError = Retry("the receiver did not answer in time", channel.name)
        except AddendumError as raised:
            error = raised
        except Exception as raised:  # one alert that cannot be told must not hold up the others
            log.exception("alert could not be told", alert=alert.id, channel=channel.name)
            error = AddendumError(f"it could not be told ({type(raised).__name__}: {raised})", channel.name)
        else:
            log.info("alert sent", channel=channel.name, subject=message.subject)
            DELIVERY_LAG.observe(max(0.0, (self._now() - alert.created_at).total_seconds()))
            return Attempt(True, self._now(), status)
        return await asyncio.to_thread(self._failed, alert, error)

    def _message(self, alert: Alert) -> Message:
        zone = self._paces.get(alert.channel, Pace()).zone
        return message_for(self._database, alert, self._public_url, zone)

    def _failed(self, alert: Alert, error: AddendumError) -> Attempt:
        """The failure, when this alert is tried next, and until when its channel is left alone."""
        now = self._now()
        next_at = now + wait_after(alert.attempts, error) if may_retry(alert.attempts, error) else None
        status = error.status if isinstance(error, DeliveryError) else None
        pause_until = None
        if isinstance(error, Retry):
            pause = wait_after(outbox.channel_failures(self._database, alert.channel), error)
            pause_until = now + max(error.after or timedelta(0), min(pause, LONGEST_PAUSE))
            next_at = next_at and max(next_at, pause_until)
        said = "alert not sent, will be tried again" if next_at else "alert failed for good"
        log.warning(
            said, channel=alert.channel, alert=alert.id, reason=error.reason, next=next_at and next_at.isoformat()
        )
        return Attempt(False, now, status, error.reason, next_at, isinstance(error, ChannelClosed), pause_until)


def _without_pause(attempt: Attempt) -> Attempt:
    return replace(attempt, pause_until=None)


def may_retry(attempts: int, error: AddendumError) -> bool:
    """`attempts` counts those already made before this one."""
    return not isinstance(error, (Refused, ChannelClosed)) and attempts < len(WAITS)


def wait_after(attempts: int, error: AddendumError) -> timedelta:
    """The growing wait, spread by ±10% so that receivers are not hit in step; never shorter than what was asked."""
    asked = error.after if isinstance(error, Retry) and error.after else timedelta(0)
    return max(asked, WAITS[min(attempts, len(WAITS) - 1)] * random.uniform(0.9, 1.1))
