"""Long lists a page at a time: a cursor names the place between two rows, whatever is added meanwhile."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar

from sqlalchemy import literal, tuple_
from sqlmodel import Session

from revisions.errors import QuestionError

T = TypeVar("T")
U = TypeVar("U")

LARGEST_ID = 2**31 - 1  # a row's number


@dataclass(frozen=True)
class Page(Generic[T]):
    """Some rows, newest first, with the cursors of the pages on both sides, "" where there is none."""

    items: list[T]
    older: str = ""
    newer: str = ""

    def of(self, items: list[U]) -> "Page[U]":
        return Page(items, self.older, self.newer)


def paged(
    session: Session, query: Any, columns: Sequence[Any], key: Callable[[Any], tuple[Any, ...]], cursor: str, limit: int
) -> Page[Any]:
    """The rows of a query beside a cursor, in falling order of `columns`, whose values in a row `key` tells.

    Raises `QuestionError` for a cursor that is none of ours.
    """
    towards_newer, values = _place(cursor, len(columns))
    if values:
        place = tuple_(*(literal(value, column.type) for value, column in zip(values, columns, strict=True)))
        query = query.where(tuple_(*columns) > place if towards_newer else tuple_(*columns) < place)
    query = query.order_by(*(column.asc() if towards_newer else column.desc() for column in columns))
    rows = list(session.exec(query.limit(limit + 1)))
    is_more = len(rows) > limit
    rows = rows[:limit]
    if towards_newer:
        rows.reverse()
    older = key(rows[-1]) if rows and (is_more or towards_newer) else None
    newer = key(rows[0]) if rows and (is_more if towards_newer else bool(values)) else None
    return Page(rows, _cursor("<", older), _cursor(">", newer))


def _cursor(direction: str, values: tuple[Any, ...] | None) -> str:
    if values is None:
        return ""
    written = [value.isoformat() if isinstance(value, datetime) else value for value in values]
    return urlsafe_b64encode(json.dumps([direction, *written]).encode()).decode().rstrip("=")


def _place(cursor: str, length: int) -> tuple[bool, list[Any]]:
    if not cursor:
        return False, []
    try:
        direction, *values = json.loads(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        read = [_time(value) if isinstance(value, str) else _number(value) for value in values]
        if len(read) != length or direction not in ("<", ">"):
            raise ValueError(cursor)
    except (ValueError, TypeError, AttributeError, OverflowError) as error:
        raise QuestionError("this is no cursor; take `next` of the page before", cursor[:40]) from error
    return direction == ">", read


def _number(value: int) -> int:
    if abs(value) > LARGEST_ID:
        raise ValueError(value)
    return int(value)


def _time(value: str) -> datetime:
    read = datetime.fromisoformat(value)
    if read.tzinfo is None:
        raise ValueError(value)
    return read.astimezone(UTC)
