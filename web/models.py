"""What the API answers with, as its OpenAPI document describes it; the names are those of the contract."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Moment = Annotated[str, Field(description="RFC 3339, UTC, whole seconds", examples=["2021-07-18T16:00:00Z"])]
Number = Annotated[int, Field(ge=0)]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid")


class ArticleReference(_Model):
    id: int
    url: str
    title: str
    outlet: str
    published_at: Moment | None
    first_seen_at: Moment | None


class CarryingArticle(ArticleReference):
    """`change`: the article's own change, if it was seen."""

    change: int | None


class CopyingArticle(ArticleReference):
    """`carries`: which words it had when the change was seen."""

    carries: str


class VersionReference(_Model):
    number: Number
    captured_at: Moment | None
    sha256: str


class NoticeChange(BaseModel):
    kind: str
    action: Literal["added", "removed", "reworded"]
    text: str
    date: str = Field(default="", description="The day the notice itself gives")


class StatementChange(BaseModel):
    speaker: str
    action: Literal["added", "withdrawn", "reworded"]
    text: str
    quoted: bool = True
    before: str = Field(default="", description="What was reworded")


class Links(_Model):
    article: str
    diff: str | None = None
    version: str | None = None


class Change(_Model):
    """The step from one version to the next; `to_version` is null for an article that is gone."""

    id: int
    detected_at: Moment | None
    last_unchanged_at: Moment | None
    article: ArticleReference
    from_version: VersionReference | None
    to_version: VersionReference | None
    kinds: list[str]
    significance: Literal["major", "minor", "cosmetic"]
    reason: str
    stealth: bool
    summary: str
    words_added: Number
    words_removed: Number
    notices: list[NoticeChange]
    statements: list[StatementChange]
    shared_with: list[CarryingArticle]
    copies: list[CopyingArticle]
    links: Links

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": 7,
                    "detected_at": "2021-07-19T08:26:00Z",
                    "last_unchanged_at": "2021-07-19T08:20:00Z",
                    "article": {
                        "id": 3,
                        "url": "https://courier.example/harbour-list",
                        "title": "Spyware list names harbour inspectors",
                        "outlet": "The Harbour Courier",
                        "published_at": "2021-07-18T16:00:00Z",
                        "first_seen_at": "2021-07-18T16:04:00Z",
                    },
                    "from_version": {"number": 1, "captured_at": "2021-07-18T16:04:00Z", "sha256": "9b1c…"},
                    "to_version": {"number": 2, "captured_at": "2021-07-19T08:26:00Z", "sha256": "44ad…"},
                    "kinds": ["statement", "notice"],
                    "significance": "major",
                    "reason": "a statement was added",
                    "stealth": False,
                    "summary": "NSO Group comment added (22 words); update notice added",
                    "words_added": 31,
                    "words_removed": 0,
                    "notices": [{"kind": "update", "action": "added", "text": "Updated with a comment."}],
                    "statements": [
                        {"speaker": "NSO Group", "action": "added", "quoted": True, "text": "The list is no list."}
                    ],
                    "shared_with": [],
                    "copies": [],
                    "links": {
                        "diff": "http://127.0.0.1:8321/articles/3/diff/1..2",
                        "article": "http://127.0.0.1:8321/articles/3",
                    },
                }
            ]
        }
    )


class Article(_Model):
    id: int
    url: str
    title: str
    outlet: str
    status: str
    versions: Number
    published_at: Moment | None
    first_seen_at: Moment | None
    last_visit_at: Moment | None
    next_visit_at: Moment | None
    error: str | None = Field(description="Why its last visit failed")


class Version(VersionReference):
    headline: str
    words: Number
    notices: list[dict[str, Any]]
    change: int | None = Field(description="The change that led to it")
    source: Literal["visit", "archive", "reread"]
    archive_url: str | None


class Paragraph(_Model):
    role: str
    text: str


class VersionText(VersionReference):
    """A version as it read."""

    headline: str
    standfirst: str
    byline: str
    published_at: Moment | None
    modified_at: Moment | None
    language: str
    paragraphs: list[Paragraph]


class Span(_Model):
    edit: Literal["equal", "insert", "delete"]
    text: str


class Part(_Model):
    """A changed headline, standfirst, byline or paragraph; `anchor` names it on the page of the difference."""

    part: str
    action: Literal["equal", "edited", "added", "removed", "moved"]
    anchor: str
    spans: list[Span]


class Diff(_Model):
    article: int
    from_: Number = Field(alias="from")
    to: Number
    change: int | None
    parts: list[Part]


class Visit(_Model):
    at: Moment | None
    outcome: str
    status: int
    error: str | None


class Statement(_Model):
    """What a speaker is quoted or reported with. `last_version`: the last that has it, the latest while it stands.

    `group`: the number of the statement by which these words were first recorded, here or at another outlet.
    """

    id: int
    speaker: str
    text: str
    quoted: bool
    silent: bool
    article: ArticleReference
    first_version: Number
    last_version: Number
    since: Moment | None
    until: Moment | None
    status: Literal["stands", "reworded", "withdrawn", "gone"]
    became: int | None = Field(description="The statement that replaced it")
    group: int | None
    links: Links


class StatementWithWordings(Statement):
    """`wordings`: how it was put here and elsewhere, oldest first."""

    wordings: list[Statement]


class Hit(_Model):
    article: ArticleReference
    part: str
    speaker: str | None
    text: str
    first_version: Number
    last_version: Number
    since: Moment | None
    until: Moment | None = Field(description="When it was found that the article no longer says so")
    links: Links


class OutletFigures(_Model):
    outlet: str
    articles: Number
    edited: Number
    edits: Number
    noticed: Number
    share_noticed: float | None = Field(ge=0, le=1)
    stealth: Number
    hours_to_first_edit: float | None


class Push(_Model):
    hub: str
    state: str
    reason: str | None
    lease_until: Moment | None
    pushes: Number
    last_push_at: Moment | None


class Feed(_Model):
    id: int
    name: str
    url: str
    outlet: str
    relevant: str
    status: Literal["paused", "broken", "ok", "new"]
    kind: str | None
    last_polled_at: Moment | None
    next_poll_at: Moment | None
    next_poll_why: str | None
    push: Push | None
    failures: Number
    error: str | None


class Problem(_Model):
    """What is wrong, and where useful what to do about it."""

    error: str
