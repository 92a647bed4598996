"""Every error Addendum raises on purpose.

They live here because `revisions` is the one package all the others may import.

    AddendumError
    ├── QuestionError      what was asked cannot be answered as it was put: names the part
    ├── ConfigError        the configuration is wrong: names the key, the file and the line
    ├── FeedError          a feed cannot be read: names the feed's URL
    ├── FetchError         a request got no usable answer: names the URL
    ├── ExtractionError    a page holds no article: names the URL
    ├── StorageError       the record cannot be opened, read or written: names the database
    │   └── Contention     another process was in the way; nothing was written, and trying again helps
    └── DeliveryError      an alert cannot be handed over: names the channel
        ├── Retry          it may work later
        ├── Refused        it never will: this alert has failed
        └── ChannelClosed  the receiver asked us to stop (410): the channel is switched off
"""

from datetime import timedelta
from typing import Any


class AddendumError(Exception):
    """What went wrong with which thing, and where useful what to do about it."""

    def __init__(self, reason: str, about: str = "") -> None:
        self.reason = reason
        self.about = about
        super().__init__(f"{about}: {reason}" if about else reason)

    def __reduce__(self) -> tuple[Any, ...]:
        """So that it comes whole out of another process."""
        return type(self), (self.reason, self.about), self.__dict__


class QuestionError(AddendumError):
    pass


class ConfigError(AddendumError):
    pass


class FeedError(AddendumError):
    pass


class FetchError(AddendumError):
    """`status` is the HTTP status when there was an answer; `retry_after` what the server asked for."""

    def __init__(
        self,
        reason: str,
        about: str = "",
        *,
        status: int | None = None,
        retry_after: timedelta | None = None,
    ) -> None:
        super().__init__(reason, about)
        self.status = status
        self.retry_after = retry_after


class ExtractionError(AddendumError):
    pass


class StorageError(AddendumError):
    pass


class Contention(StorageError):
    pass


class DeliveryError(AddendumError):
    """`status` is the HTTP or SMTP status when there was an answer."""

    def __init__(self, reason: str, about: str = "", *, status: int | None = None) -> None:
        super().__init__(reason, about)
        self.status = status


class Retry(DeliveryError):
    """`after` is how long the receiver asked us to wait, if it did."""

    def __init__(
        self,
        reason: str,
        about: str = "",
        *,
        status: int | None = None,
        after: timedelta | None = None,
    ) -> None:
        super().__init__(reason, about, status=status)
        self.after = after


class Refused(DeliveryError):
    pass


class ChannelClosed(DeliveryError):
    pass
