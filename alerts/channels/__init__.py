"""The places people read. One module a kind of channel; all share one shape."""

from typing import Protocol

from alerts.message import Message


class Channel(Protocol):
    """Hands a message over, or raises `Retry`, `Refused` or `ChannelClosed` naming what went wrong.

    `at_once`: how many messages it takes beside each other.
    """

    name: str
    at_once: int

    async def send(self, message: Message) -> int | None:
        """Returns the status the receiver answered with, where its protocol has one."""

    async def close(self) -> None:
        """Let go of connections kept for the next message; `send` makes them anew."""
