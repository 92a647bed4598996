"""What a service is put together from: parts with recurring jobs, started and stopped together."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

GRACE = timedelta(seconds=8)  # for what is in hand when the service is told to stop


@dataclass(frozen=True)
class Job:
    """`do` is awaited every so many seconds, never twice at once."""

    name: str
    do: Callable[[], Awaitable[object]]
    seconds: float


class Part(Protocol):
    def jobs(self) -> list[Job]: ...

    async def start(self) -> None: ...

    async def stop(self, grace: timedelta) -> None:
        """Begin nothing more, and finish what is in hand within so long."""
