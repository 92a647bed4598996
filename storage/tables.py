"""The tables of the record. Words as in DESIGN.md; times are aware and UTC."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, DateTime, Index, TypeDecorator, UniqueConstraint
from sqlalchemy.engine import Dialect
from sqlmodel import Field, SQLModel

# Names for every constraint, so that a later migration can find them on each database.
SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class UTCDateTime(TypeDecorator[datetime]):
    """An aware time, kept as UTC on every database; a naive one is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a time without a zone cannot be recorded: {value!r}")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def _time(*, index: bool = False, required: bool = False) -> Any:
    return Field(default=None, sa_type=UTCDateTime, index=index, nullable=not required)


class Feed(SQLModel, table=True):
    """A polled feed. `configured_url` ties it to the configuration ("" when added by command)."""

    id: int | None = Field(default=None, primary_key=True)
    name: str
    url: str = Field(unique=True)
    configured_url: str = ""
    outlet: str = ""
    relevant: str = "match"
    paused: bool = False
    removed: bool = False
    kind: str = ""
    etag: str = ""
    last_modified: str = ""
    first_polled_at: datetime | None = _time()
    last_polled_at: datetime | None = _time()
    next_poll_at: datetime | None = _time(index=True)
    interval_seconds: int = 0
    failures: int = 0
    error: str = ""


class Article(SQLModel, table=True):
    """One story at one canonical URL.

    `status`: candidate (its text will decide whether it is followed), followed, gone, ignored (not our story) or
    merged (found to be another article; `merged_into` says which). `quiet`: found when its feed was first polled, so
    that its discovery is nobody's news. `seen`: digests of all lines the page showed when its latest version was read.
    """

    __table_args__ = (Index("ix_article_due", "status", "next_visit_at"),)

    id: int | None = Field(default=None, primary_key=True)
    url: str = Field(unique=True)
    title: str = ""
    outlet: str = ""
    feed_id: int | None = Field(default=None, foreign_key="feed.id", index=True)
    status: str = "followed"
    merged_into: int | None = None
    quiet: bool = False
    language: str = ""
    published_at: datetime | None = _time()
    modified_at: datetime | None = _time()
    first_seen_at: datetime = _time(required=True)
    last_visit_at: datetime | None = _time()
    last_requested_at: datetime | None = _time()
    last_read_at: datetime | None = _time()
    changed_at: datetime | None = _time()
    next_visit_at: datetime | None = _time()
    missing_since: datetime | None = _time()
    versions: int = 0
    etag: str = ""
    last_modified: str = ""
    failures: int = 0
    error: str = ""
    seen: bytes | None = None


class Alias(SQLModel, table=True):
    """Another URL that leads to an article."""

    url: str = Field(primary_key=True)
    article_id: int = Field(foreign_key="article.id", index=True)


class Visit(SQLModel, table=True):
    """One request for an article's page and its outcome."""

    __table_args__ = (Index("ix_visit_article", "article_id", "at"),)

    id: int | None = Field(default=None, primary_key=True)
    article_id: int = Field(foreign_key="article.id")
    at: datetime = _time(required=True)
    outcome: str
    status: int = 0
    error: str = ""


class Version(SQLModel, table=True):
    """A text that differs from the one before, numbered from 1 within its article; `content` is the text as JSON."""

    __table_args__ = (UniqueConstraint("article_id", "number"),)

    id: int | None = Field(default=None, primary_key=True)
    article_id: int = Field(foreign_key="article.id", index=True)
    number: int
    captured_at: datetime = _time(required=True)
    sha256: str
    headline: str
    words: int
    notices: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSON)
    content: str


class Change(SQLModel, table=True):
    """The step from one version to the next; without `to_version` the article is gone.

    The change happened between `last_unchanged_at` (the last visit that still found the old text) and `detected_at`.
    `box_key`: the edit of a box that several articles carry, or ""; `box_articles`: the others that carried it then;
    `told_with`: the change by which that edit was told already.
    """

    id: int | None = Field(default=None, primary_key=True)
    article_id: int = Field(foreign_key="article.id", index=True)
    from_version: int | None = None
    to_version: int | None = None
    detected_at: datetime = _time(index=True, required=True)
    last_unchanged_at: datetime | None = _time()
    kinds: list[str] = Field(default_factory=list, sa_type=JSON)
    significance: str
    reason: str = ""
    stealth: bool = False
    summary: str
    words_added: int = 0
    words_removed: int = 0
    notices: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSON)
    statements: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSON)
    box_key: str = Field(default="", index=True)
    box_articles: list[int] | None = Field(default=None, sa_type=JSON)
    told_with: int | None = Field(default=None, foreign_key="change.id", index=True)


class Passage(SQLModel, table=True):
    """A paragraph of an article's latest version, by a digest of its words."""

    key: str = Field(primary_key=True)
    article_id: int = Field(primary_key=True, foreign_key="article.id", index=True)


class ChangeKind(SQLModel, table=True):
    """One row a kind of a change, to find changes by."""

    __tablename__ = "change_kind"

    kind: str = Field(primary_key=True)
    change_id: int = Field(primary_key=True, foreign_key="change.id")


class ChangeSpeaker(SQLModel, table=True):
    """One row a speaker whose words came or went in a change, to find changes by."""

    __tablename__ = "change_speaker"

    speaker: str = Field(primary_key=True)
    change_id: int = Field(primary_key=True, foreign_key="change.id")


class Alert(SQLModel, table=True):
    """One change (or discovery) for one channel. `uid` is the id a receiver drops a repeat by.

    `state`: waiting, sent or failed. A delivery under way holds `claimed_by` until `claimed_until`.
    """

    __table_args__ = (Index("ix_alert_due", "state", "next_attempt_at"),)

    id: int | None = Field(default=None, primary_key=True)
    uid: str = Field(unique=True)
    channel: str
    event: str
    article_id: int = Field(foreign_key="article.id", index=True)
    change_id: int | None = Field(default=None, foreign_key="change.id", index=True)
    rules: list[str] = Field(default_factory=list, sa_type=JSON)
    created_at: datetime = _time(required=True)
    state: str = "waiting"
    attempts: int = 0
    next_attempt_at: datetime | None = _time()
    claimed_by: str = ""
    claimed_until: datetime | None = _time()
    sent_at: datetime | None = _time()
    error: str = ""


class Delivery(SQLModel, table=True):
    """One attempt to hand an alert over."""

    id: int | None = Field(default=None, primary_key=True)
    alert_id: int = Field(foreign_key="alert.id", index=True)
    at: datetime = _time(required=True)
    ok: bool
    status: int | None = None
    detail: str = ""


class ChannelState(SQLModel, table=True):
    """A channel that is switched off, and why."""

    __tablename__ = "channel_state"

    name: str = Field(primary_key=True)
    closed_at: datetime | None = _time()
    reason: str = ""
