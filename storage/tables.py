"""The tables of the record. Words as in DESIGN.md; times are aware and UTC.

The migrations make the schema. What an index is limited to, some rows only, stands here as a remark: said to SQLAlchemy
it loads the parts that speak to PostgreSQL into every command.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from storage.columns import time_column


class Feed(SQLModel, table=True):
    """A polled feed. `configured_url` ties it to the configuration ("" when added by command).

    `due_why`: why the next poll is when it is. `interval_seconds`: how it was polled last, while that went well. What
    the feed says (`storage.facts.FeedSays`) and what polls taught of its `rhythm` (`storage.facts.Rhythm`) follow.
    """

    id: int | None = Field(default=None, primary_key=True)
    name: str
    url: str = Field(unique=True)
    host: str = Field(default="", index=True)
    configured_url: str = ""
    outlet: str = ""
    relevant: str = "match"
    paused: bool = False
    removed: bool = False
    kind: str = ""
    etag: str = ""
    last_modified: str = ""
    first_polled_at: datetime | None = time_column()
    last_polled_at: datetime | None = time_column()
    next_poll_at: datetime | None = time_column(index=True)
    interval_seconds: int = 0
    failures: int = 0
    failing_since: datetime | None = time_column()
    error: str = ""
    due_why: str = ""
    ttl_seconds: int = 0
    skip_hours: list[int] | None = Field(default=None, sa_type=JSON)
    skip_days: list[int] | None = Field(default=None, sa_type=JSON)
    turnover_seconds: int = 0
    hub: str = ""
    topic_url: str = ""
    hours: list[float] | None = Field(default=None, sa_type=JSON)
    news: float = 0.0
    watched: float = 0.0
    follow_ups: float = 0.0


class Subscription(SQLModel, table=True):
    """A feed's subscription at its hub (WebSub). `token`: what our callback's address ends with.

    `state`: asked, active or refused. `next_try_at`: when the hub is asked (again). `pushes` arrived, the last one at
    `pushed_at`.
    """

    feed_id: int = Field(primary_key=True, foreign_key="feed.id")
    token: str = Field(unique=True)
    secret: str
    hub: str
    topic_url: str
    callback: str
    state: str = "asked"
    reason: str = ""
    tries: int = 0
    next_try_at: datetime = time_column(required=True)
    lease_until: datetime | None = time_column()
    pushes: int = 0
    pushed_at: datetime | None = time_column()


class Article(SQLModel, table=True):
    """One story at one canonical URL.

    `status`: candidate (its text will decide whether it is followed), followed, gone, ignored (not our story) or
    merged (found to be another article; `merged_into` says which). `quiet`: found when its feed was first polled, so
    that its discovery is nobody's news. `seen`: digests of all lines the page showed when its latest version was read.
    `copy_of`: the article whose text this one repeats, at a syndicator or in another edition. `due_why`: why the next
    visit is when it is; `signal`: what put it forward, or "". `expected`, `came`, `echoes`: what visits taught of how
    often it changes (`storage.facts.Course`); `awaits_answer`: its latest version says that somebody was asked. `kind`:
    article, or live for a live blog. `spoken`: which speakers its statements were read with (`storage.readings`).
    """

    __table_args__ = (
        Index("ix_article_due", "next_visit_at", "id"),
        Index("ix_article_outlet", "outlet", "last_read_at"),
        Index("ix_article_host", "host", "status", "next_visit_at"),
        Index("ix_article_fresh", "first_seen_at", "next_visit_at"),
        Index("ix_article_spoken", "spoken"),
        Index("ix_article_changed", "changed_at", "id"),
        Index("ix_article_signalled", "next_visit_at"),  # where signal <> ''
    )

    id: int | None = Field(default=None, primary_key=True)
    url: str = Field(unique=True)
    title: str = ""
    outlet: str = ""
    feed_id: int | None = Field(default=None, foreign_key="feed.id", index=True)
    status: str = "followed"
    merged_into: int | None = None
    copy_of: int | None = Field(default=None, foreign_key="article.id", index=True)
    quiet: bool = False
    language: str = ""
    published_at: datetime | None = time_column()
    modified_at: datetime | None = time_column()
    first_seen_at: datetime = time_column(required=True)
    last_visit_at: datetime | None = time_column()
    last_requested_at: datetime | None = time_column()
    last_read_at: datetime | None = time_column()
    changed_at: datetime | None = time_column()
    next_visit_at: datetime | None = time_column()
    missing_since: datetime | None = time_column()
    versions: int = 0
    etag: str = ""
    last_modified: str = ""
    failures: int = 0
    error: str = ""
    seen: bytes | None = None
    host: str = ""
    due_why: str = ""
    signal: str = ""
    expected: float = 0.0
    came: float = 0.0
    echoes: list[float] | None = Field(default=None, sa_type=JSON)
    awaits_answer: bool = False
    kind: str = "article"
    spoken: str = ""


class Region(SQLModel, table=True):
    """Where an article stands on its page and how it reads there, as `crawler.region` packs it."""

    article_id: int = Field(primary_key=True, foreign_key="article.id")
    content: bytes


class Outlet(SQLModel, table=True):
    """What visits taught of an outlet's articles of a kind, ordinary ones or live blogs: changes `expected` of typical
    articles meanwhile and those that `came`.

    Of the signals (a feed's new date, a changed copy) that were `followed`, how many were `true`.
    """

    name: str = Field(primary_key=True)
    kind: str = Field(default="article", primary_key=True)
    expected: float = 0.0
    came: float = 0.0
    signals_followed: int = 0
    signals_true: int = 0


class Host(SQLModel, table=True):
    """How a host is to be treated: when it was `asked` within the last hour (seconds of the epoch), until when it is
    busy.

    `latency`: seconds it usually takes to answer. `crawl_delay`: what its robots.txt asks for. `dearness`: how many
    times as much as usual a request costs, because its budget is short. `rest_until`: until when no work there is
    handed out. The row named `EVERY` (`storage.hosts`) says how dear requests are everywhere, because visits come late.
    """

    name: str = Field(primary_key=True)
    asked: list[float] = Field(default_factory=list, sa_type=JSON)
    busy_until: float = 0.0
    busy_answers: int = 0
    busy_why: str = ""
    latency: float = 0.0
    crawl_delay: float = 0.0
    dearness: float = 1.0
    rest_until: datetime | None = time_column()


class Lease(SQLModel, table=True):
    """Something one process has in hand until then, such as a host ("host:example.org") or handing out the work.

    Given back it has no holder.
    """

    name: str = Field(primary_key=True)
    holder: str = ""
    until: datetime = time_column(required=True)


class Alias(SQLModel, table=True):
    """Another URL that leads to an article."""

    url: str = Field(primary_key=True)
    article_id: int = Field(foreign_key="article.id", index=True)


class Visit(SQLModel, table=True):
    """One request for an article's page and its outcome. On PostgreSQL a table of its own for every month."""

    __table_args__ = (Index("ix_visit_article", "article_id", "at"), Index("ix_visit_at", "at"))

    id: int | None = Field(default=None, primary_key=True)
    article_id: int = Field(foreign_key="article.id")
    at: datetime = time_column(required=True)
    outcome: str
    status: int = 0
    error: str = ""


class Version(SQLModel, table=True):
    """A text that differs from the one before, numbered from 1 within its article. The text is a `VersionText`.

    `source`: visit; archive for one that the Internet Archive captured before the first visit, at `archive_url`; or
    reread for one that a newer extraction read from a page captured before.
    `submitted_at`: when the Internet Archive was asked to save the page; `submit_error`: why it did not.
    """

    __table_args__ = (UniqueConstraint("article_id", "number"), Index("ix_version_captured", "captured_at"))

    id: int | None = Field(default=None, primary_key=True)
    article_id: int = Field(foreign_key="article.id", index=True)
    number: int
    captured_at: datetime = time_column(required=True)
    sha256: str
    headline: str
    words: int
    notices: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSON)
    source: str = "visit"
    archive_url: str = ""
    submitted_at: datetime | None = time_column()
    submit_error: str = ""


class VersionText(SQLModel, table=True):
    """What a version reads: a text as JSON, compressed against the version before unless its chain begins with it."""

    __tablename__ = "version_text"

    article_id: int = Field(primary_key=True, foreign_key="article.id")
    number: int = Field(primary_key=True)
    chain_from: int
    content: bytes


class Capture(SQLModel, table=True):
    """What was answered when a version was read, or when the article was found gone (`number` is None then).

    `page_sha256`: of the bytes received (decompressed), `size` of them; `text_sha256`: the version's. `program` and
    `extractor` read them. `reread_of`: the capture whose page was read anew. `seal`: the digest of all that; once
    linked (`link`, from 1 on without gaps), `chain` is the digest of the link before and the seal (docs/proof.md).
    """

    __table_args__ = (Index("ix_capture_article", "article_id", "number"), Index("ix_capture_unlinked", "id"))
    # ix_capture_unlinked: where link IS NULL

    id: int | None = Field(default=None, primary_key=True)
    article_id: int = Field(foreign_key="article.id")
    number: int | None = None
    url: str
    at: datetime = time_column(required=True)
    status: int
    headers: list[list[str]] = Field(default_factory=list, sa_type=JSON)
    is_rendered: bool = False
    page_sha256: str = ""
    size: int = 0
    text_sha256: str = ""
    program: str
    extractor: int
    reread_of: int | None = Field(default=None, foreign_key="capture.id")
    seal: str
    link: int | None = Field(default=None, unique=True)
    chain: str = ""


class RawPage(SQLModel, table=True):
    """The bytes of a capture's page, compressed against the page of the capture `base`, or alone where it is None.

    `depth`: how many pages have to be unpacked before it.
    """

    __tablename__ = "raw_page"
    __table_args__ = (Index("ix_raw_page_alone", "host", "capture_id"),)  # where base IS NULL

    capture_id: int = Field(primary_key=True, foreign_key="capture.id")
    host: str
    base: int | None = Field(default=None, foreign_key="raw_page.capture_id", index=True)
    depth: int = 0
    content: bytes


class Stamp(SQLModel, table=True):
    """A time-stamping authority's answer (RFC 3161) for the chain as it stood at a link."""

    id: int | None = Field(default=None, primary_key=True)
    link: int = Field(index=True)
    chain: str
    at: datetime = time_column(required=True)
    authority: str
    answer: bytes


class Line(SQLModel, table=True):
    """Words an article carries, or carried: a headline, standfirst, byline or paragraph, to be searched.

    `key`: a digest of the words. They stood there from `first_version`, captured at `since`, to `last_version`, and at
    `until` a version was captured without them; both are None while they stand.
    """

    __table_args__ = (Index("ix_line_article", "article_id", "last_version"), {"sqlite_autoincrement": True})

    id: int | None = Field(default=None, primary_key=True)
    article_id: int = Field(foreign_key="article.id")
    part: str
    key: int = Field(sa_type=BigInteger)
    first_version: int
    last_version: int | None = None
    since: datetime = time_column(required=True)
    until: datetime | None = time_column()


class Statement(SQLModel, table=True):
    """What a speaker is quoted or reported with in an article: the sentences that came together in `first_version`.

    `speaker_key`: the speaker's name folded, to find them by. `status`: stands, withdrawn or reworded; what replaced
    it is `became`. `group_id`: the first statement recorded with the same words of the speaker, which may be
    another outlet's. Versions and times as in `Line`.
    """

    __table_args__ = (
        Index("ix_statement_speaker", "speaker_key", "since", "id"),
        Index("ix_statement_since", "since", "id"),
        Index("ix_statement_article", "article_id"),
        {"sqlite_autoincrement": True},  # a number that was a statement's is never another's
    )

    id: int | None = Field(default=None, primary_key=True)
    article_id: int = Field(foreign_key="article.id")
    speaker: str
    speaker_key: str
    text: str
    quoted: bool
    silent: bool = False
    status: str = "stands"
    became: int | None = None
    group_id: int | None = Field(default=None, index=True)
    first_version: int
    last_version: int | None = None
    since: datetime = time_column(required=True)
    until: datetime | None = time_column()


class StatementMark(SQLModel, table=True):
    """A digest of words in a statement, to find the same statement in other articles by (`revisions.standing`)."""

    __tablename__ = "statement_mark"
    __table_args__ = {"sqlite_with_rowid": False}

    mark: int = Field(primary_key=True, sa_type=BigInteger)
    statement_id: int = Field(primary_key=True, index=True)


class Change(SQLModel, table=True):
    """The step from one version to the next; without `to_version` the article is gone.

    The change happened between `last_unchanged_at` (the last visit that still found the old text) and `detected_at`.
    `box_key`: the edit of words that several articles may carry, or ""; `box_articles`: the others that carried the box
    then; `told_with`: the change by which that edit was told already. `copies`: what copies of the article read then.
    `untold`: why nobody was told, or "". `outlet`: the article's, to find changes by.
    """

    __table_args__ = (
        Index("ix_change_detected", "detected_at", "id"),
        Index("ix_change_outlet", "outlet", "detected_at", "id"),
        Index("ix_change_significance", "significance", "detected_at", "id"),
        # Not of those that are NULL, which is nearly all of them: it would be taken for a way to find those.
        Index("ix_change_told_with", "told_with"),  # where told_with IS NOT NULL
        Index("ix_change_stealth", "detected_at", "id"),  # where stealth
    )

    id: int | None = Field(default=None, primary_key=True)
    article_id: int = Field(foreign_key="article.id", index=True)
    outlet: str = ""
    from_version: int | None = None
    to_version: int | None = None
    detected_at: datetime = time_column(required=True)
    last_unchanged_at: datetime | None = time_column()
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
    told_with: int | None = Field(default=None, foreign_key="change.id")
    copies: list[dict[str, Any]] | None = Field(default=None, sa_type=JSON)
    untold: str = ""


class Passage(SQLModel, table=True):
    """A paragraph of an article's latest version, by a digest of its words."""

    key: str = Field(primary_key=True)
    article_id: int = Field(primary_key=True, foreign_key="article.id", index=True)


class ChangeKind(SQLModel, table=True):
    """One row a kind of a change, to find changes by, newest first."""

    __tablename__ = "change_kind"
    __table_args__ = {"sqlite_with_rowid": False}

    kind: str = Field(primary_key=True)
    detected_at: datetime = time_column(key=True)
    change_id: int = Field(primary_key=True, foreign_key="change.id")


class ChangeSpeaker(SQLModel, table=True):
    """One row a speaker whose words came or went in a change; `speaker` is the name folded, to find changes by."""

    __tablename__ = "change_speaker"
    __table_args__ = {"sqlite_with_rowid": False}

    speaker: str = Field(primary_key=True)
    detected_at: datetime = time_column(key=True)
    change_id: int = Field(primary_key=True, foreign_key="change.id")


class Alert(SQLModel, table=True):
    """One change (or discovery) for one channel. `uid` is the id a receiver drops a repeat by.

    `state`: waiting; grouped (told by the alert `group_id`, which waits); held (its outlet's pages changed shape);
    sent; or failed. A delivery under way holds `claimed_by` until `claimed_until`. `offered_at`: since when the
    receiver may know it. Without an article it is a grouped alert, or one for the operator, and `content` says what of.
    """

    __table_args__ = (
        Index("ix_alert_due", "state", "next_attempt_at"),
        Index("ix_alert_queue", "channel", "state", "article_id"),
    )

    id: int | None = Field(default=None, primary_key=True)
    uid: str = Field(unique=True)
    channel: str
    event: str
    article_id: int | None = Field(default=None, foreign_key="article.id", index=True)
    change_id: int | None = Field(default=None, foreign_key="change.id", index=True)
    group_id: int | None = Field(default=None, foreign_key="alert.id", index=True)
    content: dict[str, Any] | None = Field(default=None, sa_type=JSON)
    rules: list[str] = Field(default_factory=list, sa_type=JSON)
    created_at: datetime = time_column(required=True)
    state: str = "waiting"
    attempts: int = 0
    next_attempt_at: datetime | None = time_column()
    offered_at: datetime | None = time_column()
    claimed_by: str = ""
    claimed_until: datetime | None = time_column()
    sent_at: datetime | None = time_column(index=True)
    error: str = ""


class Delivery(SQLModel, table=True):
    """One attempt to hand an alert over."""

    id: int | None = Field(default=None, primary_key=True)
    alert_id: int = Field(foreign_key="alert.id", index=True)
    at: datetime = time_column(required=True)
    ok: bool
    status: int | None = None
    detail: str = ""


class ChannelState(SQLModel, table=True):
    """How a channel fares: switched off (`closed_at`), or failing since, and left alone until `paused_until`.

    `reported`: its trouble was told on another channel.
    """

    __tablename__ = "channel_state"

    name: str = Field(primary_key=True)
    closed_at: datetime | None = time_column()
    reason: str = ""
    failing_since: datetime | None = time_column()
    failures: int = 0
    paused_until: datetime | None = time_column()
    reported: bool = False


class OutletHold(SQLModel, table=True):
    """While an outlet's alerts are held because its pages changed shape: until `until`, or a release."""

    __tablename__ = "outlet_hold"

    id: int | None = Field(default=None, primary_key=True)
    outlet: str = Field(index=True)
    since: datetime = time_column(required=True)
    until: datetime = time_column(required=True)
    released_at: datetime | None = time_column()
    reason: str = ""
