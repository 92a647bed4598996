"""The service looks after itself, and tells its operator what it cannot mend."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import structlog

from revisions.errors import StorageError
from revisions.topic import Speaker
from storage.clock import bring_back
from storage.database import Database
from storage.health import look_for_trouble
from storage.ledger import catch_up
from storage.operator import Trouble, tell_operator
from storage.retention import Keep, drop_old

log = structlog.get_logger()

FOR_EVER = Keep()
JUMP = timedelta(minutes=1)  # by which the clock and the time that passed may disagree
READING = 20.0  # seconds, at one look, for the statements of articles recorded before, or with other speakers
LOCKED = timedelta(minutes=5)  # after which a record that cannot be written is told past the outbox


@dataclass
class Upkeep:
    """Call `look` every minute or so. `tell_directly` hands a trouble to the operator without the record.

    `ticks` counts the seconds that pass, whatever the clock says.
    """

    database: Database
    operator: Sequence[str]
    channels: Sequence[str]
    tell_directly: Callable[[Trouble], Awaitable[None]]
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ticks: Callable[[], float] = time.monotonic
    speakers: Sequence[Speaker] = ()
    keep: Keep = FOR_EVER

    def __post_init__(self) -> None:
        self._last = (self.now(), self.ticks())
        self._locked_since: datetime | None = None
        self._is_told = False

    async def look(self) -> None:
        now = self.now()
        troubles = self._clock(now)
        try:
            if self._locked_since:
                troubles.append(_was_locked(self._locked_since, now))
            await asyncio.to_thread(self._write, troubles, now)
        except StorageError as error:
            await self._cannot_write(error, now)
        else:
            self._locked_since, self._is_told = None, False

    def _write(self, troubles: Sequence[Trouble], now: datetime) -> None:
        if ahead := bring_back(self.database, now):
            log.warning(
                "the clock was ahead; what was planned by it is brought back", seconds=int(ahead.total_seconds())
            )
        with self.database.write() as session:
            for trouble in troubles:
                tell_operator(session, self.operator, trouble, now)
        self.database.make_room(now)
        look_for_trouble(self.database, self.operator, self.channels, now)
        catch_up(self.database, self.speakers, READING)
        dropped = drop_old(self.database, self.keep, now)
        if dropped.visits or dropped.pages:
            log.info("dropped what is not kept any longer", visits=dropped.visits, pages=dropped.pages)

    def _clock(self, now: datetime) -> list[Trouble]:
        then, ticks = self._last
        self._last = (now, self.ticks())
        jump = (now - then) - timedelta(seconds=self._last[1] - ticks)
        if abs(jump) < JUMP:
            return []
        way = "forward" if jump > timedelta(0) else "back"
        text = (
            f"It went {way} by {abs(jump)} within a minute, or the machine slept. Times recorded around "
            f"{now:%-d %B %Y, %H:%M UTC} may be wrong by as much; see that the machine's clock is kept by NTP."
        )
        return [Trouble("clock", f"clock:{now:%Y-%m-%dT%H:%M}", "The clock jumped", text)]

    async def _cannot_write(self, error: StorageError, now: datetime) -> None:
        self._locked_since = self._locked_since or now
        log.error("the record cannot be written", reason=error.reason, since=self._locked_since.isoformat())
        if now - self._locked_since >= LOCKED and not self._is_told:
            await self.tell_directly(
                Trouble(
                    kind="database",
                    key=f"locked:{self._locked_since.isoformat()}",
                    subject="The record cannot be written",
                    text=f"Since {self._locked_since:%-d %B %Y, %H:%M UTC}: {error.reason}. Nothing recorded is lost, "
                    f"and what changes meanwhile is found when it can be written again.",
                )
            )
            self._is_told = True


def _was_locked(since: datetime, now: datetime) -> Trouble:
    return Trouble(
        kind="database",
        key=f"locked:{since.isoformat()}:over",
        subject="The record could not be written for a while",
        text=f"From {since:%-d %B %Y, %H:%M} to {now:%H:%M UTC} another process held it or it could not be reached. "
        f"It is written again.",
    )
