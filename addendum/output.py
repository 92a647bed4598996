"""Results on standard output: JSON Lines, a table on a terminal, tab-separated lines in a pipe."""

import json
import sys
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from addendum.durations import parse_duration, show_duration
from revisions.errors import ConfigError

_BREAKS = str.maketrans(dict.fromkeys("\t\r\n\x0b\x0c\x1b\u2028\u2029", " "))


def json_lines(objects: Iterable[Any]) -> None:
    """One object a line, and nothing else on standard output."""
    for item in objects:
        sys.stdout.write(json.dumps(item, ensure_ascii=False) + "\n")


def table(columns: Sequence[str], rows: Sequence[Sequence[object]], nothing: str) -> None:
    """A table for reading, or lines for other programs. `nothing` is said (on a terminal) where there are no rows."""
    if not sys.stdout.isatty():
        for row in rows:
            sys.stdout.write("\t".join(_cell(value) for value in row) + "\n")
        return
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    if not rows:
        Console().print(nothing)
        return
    shown = Table(*columns, box=None, pad_edge=False, header_style="bold")
    for row in rows:
        shown.add_row(*(Text(_cell(value)) for value in row))
    Console().print(shown)


def say(text: str) -> None:
    """A line for people on standard output."""
    sys.stdout.write(text + "\n")


def ago(value: datetime | None) -> str:
    """How long since, or until, for people."""
    if value is None:
        return "–"
    distance = datetime.now(UTC) - value
    return f"{show_duration(distance)} ago" if distance >= timedelta(0) else f"in {show_duration(-distance)}"


def due(value: datetime | None) -> str:
    """When something comes next, for people."""
    return "now" if value and value <= datetime.now(UTC) else ago(value)


def parse_since(value: str) -> datetime:
    """ "7d" or "2021-07-19" or a full time. Raises `ConfigError`, which ends with status 2."""
    try:
        return datetime.now(UTC) - parse_duration(value)
    except ValueError:
        pass
    try:
        moment = datetime.fromisoformat(value)
    except ValueError as error:
        raise ConfigError(
            'expected a duration such as "7d" or a date such as 2021-07-19', f"--since {value}"
        ) from error
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def _cell(value: object) -> str:
    return "–" if value is None else str(value).translate(_BREAKS)
