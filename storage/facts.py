"""Plain values that go into the record: what was learned from a poll or a visit, and what follows from it."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from revisions.kinds import Kind, Significance
from revisions.text import Text
from storage.tables import Article
from storage.tables import Change as ChangeRow

if TYPE_CHECKING:  # what compares texts is not loaded for a question
    from revisions.change import Change
    from revisions.statements import Statement

HOURS = 24
AHEAD = timedelta(minutes=1)  # by which clocks may differ, and visits wait to be recorded, without harm


@dataclass(frozen=True)
class Rhythm:
    """What polls taught of a feed; what is old counts less.

    `hours`: entries, whatever they are about, by the hour of day (UTC) they came out in. `news`: entries of the topic
    that came in `watched` seconds. `follow_ups`: those still to come.
    """

    hours: tuple[float, ...] = (0.0,) * HOURS
    news: float = 0.0
    watched: float = 0.0
    follow_ups: float = 0.0


@dataclass(frozen=True)
class FeedSays:
    """What a feed says of itself (`crawler.hints`), and how long ago the oldest of its entries came out."""

    kind: str = ""
    ttl: timedelta = timedelta(0)
    skip_hours: frozenset[int] = frozenset()
    skip_days: frozenset[int] = frozenset()
    turnover: timedelta = timedelta(0)
    hub: str = ""
    topic: str = ""


@dataclass(frozen=True)
class PollFacts:
    """What one poll of a feed taught. `read`: the feed itself was read, or is known to be unchanged.

    `says` and `rhythm` are None where nothing new was learned of them.
    """

    at: datetime
    next_poll_at: datetime
    read: bool
    due_why: str = ""
    says: FeedSays | None = None
    rhythm: Rhythm | None = None
    moved_to: str = ""
    etag: str = ""
    last_modified: str = ""
    error: str = ""


@dataclass(frozen=True)
class FoundArticle:
    """An entry that belongs to the topic. `certain` is False where the article's own text has to decide."""

    url: str
    title: str
    certain: bool
    published_at: datetime | None = None
    updated_at: datetime | None = None


@dataclass(frozen=True)
class Received:
    """What was answered: the bytes of the page (decompressed), and the headers worth keeping.

    `url`: where it came from in the end. `is_rendered`: a browser made the page of what was received.
    """

    url: str
    body: bytes
    headers: tuple[tuple[str, str], ...] = ()
    is_rendered: bool = False


@dataclass(frozen=True)
class Provenance:
    """What reads pages: the program with its version, and the number of its way to extract texts."""

    program: str = "addendum"
    extractor: int = 0


@dataclass(frozen=True)
class VisitFacts:
    """What one visit of an article found. `outcome` is "text" when `text` was read, else a word of `Visit`.

    `limited`: the page asks to subscribe before reading on. `seen`: the packed lines of the page (`revisions.seen`).
    `region`: where the article stands on it, packed, for the next visit; None leaves what is known, b"" forgets it.
    `said`: the statements in `text`, where they were read already. `received`: the answer itself, to prove it by.
    """

    requested_at: datetime
    at: datetime
    outcome: str
    text: Text | None = None
    received: Received | None = None
    canonical: str = ""
    limited: bool = False
    seen: bytes | None = None
    region: bytes | None = None
    said: "tuple[Statement, ...] | None" = None
    status: int = 0
    etag: str = ""
    last_modified: str = ""
    error: str = ""
    not_before: datetime | None = None

    def is_overtaken_by(self, requested_at: datetime | None) -> bool:
        """Was another visit, asked for later, recorded first? One that lies in the future was asked for by a clock that
        was ahead, and is nothing to wait for.
        """
        return requested_at is not None and self.requested_at < requested_at <= self.at + AHEAD


@dataclass(frozen=True)
class Event:
    """Something alerts can be about, as rules judge it. A discovery has no kinds and no significance.

    `speakers`: whose words came, went or were reworded. `said`: the words of speakers that came, `noticed`: those of
    notices. `texts`: the text before and after, where there are both.
    """

    type: str  # discovered, updated, gone, restored
    article: Article
    feed: str = ""
    kinds: frozenset[Kind] = frozenset()
    significance: Significance | None = None
    stealth: bool = False
    speakers: frozenset[str] = frozenset()
    said: frozenset[str] = frozenset()
    noticed: frozenset[str] = frozenset()
    texts: tuple[Text, Text] | None = None

    @classmethod
    def of(cls, article: Article, change: "Change", feed: str = "", texts: tuple[Text, Text] | None = None) -> "Event":
        """A change on its way into the record."""
        return cls(
            type=_type_of(change.kinds),
            article=article,
            feed=feed,
            kinds=frozenset(change.kinds),
            significance=change.significance,
            stealth=change.stealth,
            speakers=frozenset(s.speaker for s in change.statements),
            said=frozenset(s.text for s in change.statements if s.action != "withdrawn"),
            noticed=frozenset(n.text for n in change.notices if n.action != "removed"),
            texts=texts,
        )

    @classmethod
    def of_row(
        cls, article: Article, row: ChangeRow, feed: str = "", texts: tuple[Text, Text] | None = None
    ) -> "Event":
        """A change as it stands in the record."""
        kinds = frozenset(map(Kind, row.kinds))
        return cls(
            type=_type_of(kinds),
            article=article,
            feed=feed,
            kinds=kinds,
            significance=Significance(row.significance),
            stealth=row.stealth,
            speakers=frozenset(s["speaker"] for s in row.statements),
            said=frozenset(s["text"] for s in row.statements if s["action"] != "withdrawn"),
            noticed=frozenset(n["text"] for n in row.notices if n["action"] != "removed"),
            texts=texts,
        )


def _type_of(kinds: Collection[Kind]) -> str:
    return "gone" if Kind.GONE in kinds else "restored" if Kind.RESTORED in kinds else "updated"


@dataclass(frozen=True)
class Draft:
    """An alert to be written: the channel, and the names of the rules that asked for it."""

    channel: str
    rules: tuple[str, ...] = ()


@dataclass(frozen=True)
class VisitResult:
    """What became of a visit: its outcome, and the version and change it led to, if any."""

    article_id: int
    outcome: str
    version: int | None = None
    change_id: int | None = None
    summary: str = ""


@dataclass(frozen=True)
class Course:
    """What the next visit of an article is planned from, at the end of a visit at `now`.

    `since`: when it was found, which for an article of a backlog is not when it came out. `last_read_at`: when its
    page was read before this visit. `changed`, `failed`: what this visit found. `expected`, `came`, `echoes`: what
    earlier visits taught of the article, and of its outlet. `awaited_since`: since when its text awaits somebody's
    answer. `dearness`: how many times as much as usual a request to its host costs.
    """

    now: datetime
    since: datetime
    last_read_at: datetime | None = None
    changed: bool = False
    failed: bool = False
    failures: int = 0
    expected: float = 0.0
    came: float = 0.0
    echoes: tuple[float, ...] = ()
    outlet_expected: float = 0.0
    outlet_came: float = 0.0
    awaited_since: datetime | None = None
    dearness: float = 1.0


@dataclass(frozen=True)
class Planned:
    """When an article is visited next and why; what this visit taught, to be added to what is known."""

    at: datetime
    why: str = ""
    expected: float = 0.0
    came: float = 0.0
    echoes: tuple[float, ...] = ()


@dataclass(frozen=True)
class Signal:
    """A sign that an article changed, its next visit lying `ahead`.

    Of those `followed` at its outlet so many were `true`. `dearness` as in `Course`.
    """

    ahead: timedelta
    true: int = 0
    followed: int = 0
    dearness: float = 1.0


Route = Callable[[Event], Sequence[Draft]]
Plan = Callable[[Course], Planned]
IsWorth = Callable[[Signal], bool]  # is a signal followed at once?
