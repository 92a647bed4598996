"""What a page or an answer is asked for, as it stands in the address: read, checked, and written again."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, Literal
from urllib.parse import urlencode

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from revisions.kinds import Kind
from revisions.moments import parse_moment
from storage.database import Database
from storage.paging import Page
from storage.search import Hit, find
from storage.statements import StatementFilter
from storage.stream import ChangeFilter


def _moment(value: str) -> str:
    if value:
        parse_moment(value, datetime.now(UTC))
    return value


def _no_zero(value: str) -> str:
    if "\x00" in value:
        raise ValueError("a text without the character U+0000 was expected")
    return value


def _empty_is_none(value: object) -> object:
    """A form sends its empty fields, too."""
    return None if value == "" else value


When = Annotated[
    str,
    Field(max_length=40, examples=["7d", "2021-07-18"], description='"7d" ago, a day, or a time'),
    AfterValidator(_moment),
]
Name = Annotated[str, Field(max_length=200), AfterValidator(_no_zero)]
Cursor = Annotated[str, Field(max_length=200, description="From the `Link` header of the page before")]
OfKind = Annotated[Kind | None, BeforeValidator(_empty_is_none)]
AtLeast = Annotated[Literal["minor", "major"] | None, BeforeValidator(_empty_is_none)]
Status = Annotated[Literal["stands", "reworded", "withdrawn", "gone"] | None, BeforeValidator(_empty_is_none)]
State = Annotated[Literal["candidate", "followed", "gone"] | None, BeforeValidator(_empty_is_none)]
YesNo = Annotated[bool, BeforeValidator(lambda value: False if value == "" else value)]


class _Asked(BaseModel):
    model_config = ConfigDict(extra="ignore")

    since: When = ""
    until: When = ""
    cursor: Cursor = ""

    def address(self, path: str, **other: Any) -> str:
        """The same question at a path, with some of it put otherwise; what is empty is left out."""
        return address(path, {**self.model_dump(mode="json"), **other})

    @property
    def _times(self) -> tuple[datetime | None, datetime | None]:
        now = datetime.now(UTC)
        return (
            parse_moment(self.since, now) if self.since else None,
            parse_moment(self.until, now) if self.until else None,
        )


def address(path: str, values: Mapping[str, Any]) -> str:
    """A path with those of the values that are not empty."""
    told = {name: "1" if value is True else value for name, value in values.items() if value}
    return f"{path}?{urlencode(told)}" if told else path


class ChangesAsked(_Asked):
    """Which changes."""

    kind: OfKind = None
    significance: Annotated[AtLeast, Field(description="At least so much")] = None
    speaker: Name = ""
    outlet: Name = ""
    stealth: Annotated[YesNo, Field(description="Only changes nobody owned up to")] = False
    each: Annotated[YesNo, Field(description="An edit of a box in many articles once for each of them")] = False

    @property
    def is_narrow(self) -> bool:
        """Is anything asked for in particular?"""
        return self.filter != ChangeFilter()

    @property
    def filter(self) -> ChangeFilter:
        since, until = self._times
        return ChangeFilter(
            since,
            until,
            self.kind.value if self.kind else "",
            self.significance or "",
            self.speaker,
            self.outlet,
            self.stealth,
            each=self.each,
        )


class StatementsAsked(_Asked):
    """Which statements."""

    speaker: Name = ""
    outlet: Name = ""
    status: Status = None
    article: Annotated[int | None, Field(ge=1, le=2**31 - 1, description="Only those of this article")] = None

    def filter(self, *, once: bool) -> StatementFilter:
        since, until = self._times
        return StatementFilter(self.speaker, self.outlet, self.status or "", since, until, self.article, once)


class ArticlesAsked(_Asked):
    """Which articles."""

    outlet: Name = ""
    status: State = None


class SearchAsked(_Asked):
    """What to look for, and where."""

    q: Annotated[
        str,
        Field(
            max_length=400,
            examples=['"no credence"', "surveil*"],
            description='Words that stand in one paragraph; "a phrase"; surveil* for a beginning; -without',
        ),
        AfterValidator(_no_zero),
    ] = ""
    speaker: Name = ""
    outlet: Name = ""

    def find(self, database: Database, limit: int) -> Page[Hit]:
        """Raises `QuestionError` for a question that cannot be asked."""
        since, until = self._times
        return find(
            database,
            self.q,
            speaker=self.speaker,
            outlet=self.outlet,
            since=since,
            until=until,
            cursor=self.cursor,
            limit=limit,
        )
