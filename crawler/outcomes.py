"""What a feed poll or an article visit is asked to do, and what came of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from crawler.feeds import Feed
from crawler.page import Page
from crawler.reading import Reading


@dataclass(frozen=True, slots=True)
class Order:
    """An address to ask for, with the validators of its last answer for a conditional request (RFC 9110, 13).

    `region`: where its article stood and how it read, packed (`crawler.region`), for a page that reads the same to be
    known without reading it in full.
    """

    url: str
    etag: str = ""
    last_modified: str = ""
    region: bytes = b""


@dataclass(frozen=True)
class Form:
    """Fields to be sent to an address that takes them, such as a hub; `headers` beside the usual ones.

    `follow`: whether a redirect is followed.
    """

    url: str
    fields: Mapping[str, str]
    headers: Mapping[str, str] = field(default_factory=dict)
    follow: bool = True


@dataclass(frozen=True)
class Answer:
    """What came back for a form: `error` says why it was not taken, `text` is the beginning of what was answered."""

    url: str
    status: int = 0
    text: str = ""
    error: str = ""


@dataclass(frozen=True)
class FeedPoll:
    """`moved_to` is the address a permanent redirect gave; `error` says why there is no feed.

    `fresh_for`: how long the answer says it stays fresh.
    """

    url: str
    feed: Feed | None = None
    not_modified: bool = False
    moved_to: str = ""
    etag: str = ""
    last_modified: str = ""
    error: str = ""
    retry_after: timedelta | None = None
    fresh_for: timedelta = timedelta(0)


class Outcome(StrEnum):
    """Of a visit. `TEXT` becomes changed or unchanged once it is compared with the record; `UNCHANGED` is certain."""

    TEXT = "text"
    UNCHANGED = "unchanged"
    NOT_MODIFIED = "not modified"
    WALL = "wall"
    GONE = "gone"
    FAILED = "failed"


@dataclass(frozen=True)
class ArticleVisit:
    """`reading`: what was read from the page in full. `page`: as it was received, where there is something to prove.

    `headers` came with it; `is_rendered`: the browser made it of what was received.
    """

    url: str
    requested_at: datetime
    outcome: Outcome
    reading: Reading | None = None
    page: Page | None = None
    headers: tuple[tuple[str, str], ...] = ()
    is_rendered: bool = False
    status: int = 0
    etag: str = ""
    last_modified: str = ""
    error: str = ""
    retry_after: timedelta | None = None
