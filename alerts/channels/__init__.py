"""The places people read. One module a kind of channel; all share one shape."""

from typing import Protocol

from alerts.message import Message


class Channel(Protocol):
    """Hands a message over, or raises `Retry`, `Refused` or `ChannelClosed` naming what went wrong."""

    name: str

    async def send(self, message: Message) -> int | None:
        """Returns the status the receiver answered with, where its protocol has one."""
