"""Results on standard output: JSON Lines, CSV, a table on a terminal, tab-separated lines in a pipe."""

import csv
import json
import os
import shutil
import sys
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import Any

from revisions.errors import ConfigError
from revisions.moments import parse_moment, show_duration

_FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what spreadsheets take for a formula at the start of a cell
_BREAKS = str.maketrans(dict.fromkeys("\t\r\n\x0b\x0c\x1b\u2028\u2029", " "))


def json_lines(objects: Iterable[Any]) -> None:
    """One object a line, and nothing else on standard output."""
    for item in objects:
        sys.stdout.write(json.dumps(item, ensure_ascii=False) + "\n")


class Form(Enum):
    """How an answer is printed: for people, as JSON Lines, or as CSV."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"

    @classmethod
    def of(cls, *, as_json: bool, as_csv: bool) -> "Form":
        if as_json and as_csv:
            raise ConfigError("choose one of them", "--json --csv")
        return cls.JSON if as_json else cls.CSV if as_csv else cls.TABLE


def objects(form: Form, items: Iterable[dict[str, Any]]) -> None:
    """For other programs: JSON Lines; or CSV (RFC 4180), in which what an object holds is a column named `a.b`."""
    if form is Form.JSON:
        json_lines(items)
        return
    rows = [dict(_flat("", item)) for item in items]
    names = dict.fromkeys(name for row in rows for name in row)
    columns = [name for name in names if not any(other.startswith(f"{name}.") for other in names)]
    writer = csv.DictWriter(sys.stdout, columns, restval="", extrasaction="ignore")
    writer.writeheader()
    writer.writerows(rows)


def _flat(name: str, value: object) -> Iterator[tuple[str, object]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _flat(f"{name}.{key}" if name else key, inner)
    elif isinstance(value, list):
        plain = all(isinstance(item, str) for item in value)
        yield name, _harmless("; ".join(value) if plain else json.dumps(value, ensure_ascii=False))
    else:
        yield name, _harmless(value)


def _harmless(value: object) -> object:
    """No text of a page is taken for a formula (OWASP, "CSV Injection")."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value


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
    console = Console()
    with console.capture() as captured:
        console.print(shown)
    page(captured.get())


def page(text: str) -> None:
    """What is longer than the terminal goes through the pager ($PAGER, or less), with its colours."""
    if text.count("\n") < shutil.get_terminal_size().lines or not sys.stdin.isatty():
        sys.stdout.write(text)
        return
    import click

    os.environ.setdefault("LESS", "FRX")
    click.echo_via_pager(text, color=True)


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


def parse_when(value: str, option: str = "--since") -> datetime:
    """ "7d" ago, or "2021-07-19", or a full time. Raises `ConfigError`, which ends with status 2."""
    try:
        return parse_moment(value, datetime.now(UTC))
    except ValueError as error:
        raise ConfigError(str(error), f"{option} {value}") from error


def _cell(value: object) -> str:
    return "–" if value is None else str(value).translate(_BREAKS)
