"""What has been in hand for too long is told by name and ended; a process that stands still says where.

Pages and feeds have bounds of their own, in time and size. This is for what nobody thought of.
"""

import asyncio
import faulthandler
import os
import socket
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TextIO

import structlog

from scheduler.counters import OLDEST_IN_HAND
from scheduler.parts import Job

log = structlog.get_logger()

TOLD = (
    600.0  # s in hand, after which it is told; a visit to a host that wants a minute between two requests takes eight
)
ENDED = 1800.0  # s in hand, after which it is given up
STILL = 60.0  # s in which nothing at all went on, after which every thread tells where it is
BEAT = 5.0  # s between two signs of life


class Stuck(Exception):
    """Work that was given up."""


@dataclass
class _InHand:
    what: str
    since: float  # monotonic
    is_told: bool = False


@dataclass
class Watchdog:
    """A part of the service. `errors`: where threads tell where they are."""

    told: float = TOLD
    ended: float = ENDED
    still: float = STILL
    beat: float = BEAT
    errors: TextIO = field(default_factory=lambda: sys.stderr)

    def __post_init__(self) -> None:
        self._in_hand: dict[object, _InHand] = {}
        self._beating: asyncio.Task[None] | None = None

    @asynccontextmanager
    async def over(self, what: str) -> AsyncIterator[None]:
        """Watch over a piece of work. Raises `Stuck` when it takes too long; errors of its own travel on."""
        key = object()
        self._in_hand[key] = _InHand(what, time.monotonic())
        limit = asyncio.timeout(self.ended)
        try:
            async with limit:
                yield
        except TimeoutError as error:
            if not limit.expired():
                raise
            raise Stuck(f"{what} did not come to its end within {self.ended:.0f} s") from error
        finally:
            del self._in_hand[key]

    def jobs(self) -> list[Job]:
        return [Job("watch", self.look, 10.0)]

    async def look(self) -> None:
        """Tell, once, what has been in hand for long."""
        now = time.monotonic()
        OLDEST_IN_HAND.set(max((now - work.since for work in self._in_hand.values()), default=0.0))
        for work in self._in_hand.values():
            if now - work.since > self.told and not work.is_told:
                work.is_told = True
                seconds = round(now - work.since)
                log.warning("it takes long and is given up later", what=work.what, seconds=seconds)

    async def start(self) -> None:
        self._beating = asyncio.ensure_future(self._beat())

    async def stop(self, grace: timedelta) -> None:
        if self._beating:
            self._beating.cancel()
        faulthandler.cancel_dump_traceback_later()

    async def _beat(self) -> None:
        """Faulthandler's own thread waits for each sign of life: it needs no turn of the interpreter's to speak."""
        while True:
            faulthandler.dump_traceback_later(self.still, file=self.errors)
            _tell_systemd()
            before = time.monotonic()
            await asyncio.sleep(self.beat)
            if (seconds := time.monotonic() - before - self.beat) > self.still:
                what = [work.what for work in self._in_hand.values()]
                log.error("everything stood still", seconds=round(seconds), in_hand=what)


def _tell_systemd() -> None:
    """A sign of life for `WatchdogSec=` (sd_notify(3)), without which it ends the process and starts it anew."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address or "WATCHDOG_USEC" not in os.environ:
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as to:
        to.connect("\0" + address[1:] if address.startswith("@") else address)
        to.send(b"WATCHDOG=1")
