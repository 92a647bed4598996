"""`addendum diff`."""

import sys

from addendum.context import Context
from addendum.output import json_lines, page, say
from revisions.align import Action, Edit
from revisions.errors import AddendumError, ConfigError
from revisions.render import Line, as_html, as_json, as_text, lines
from revisions.text import Text
from storage.queries import get_history, get_texts

_COLOURS = {Edit.DELETE: ("\x1b[31;9m", "\x1b[0m"), Edit.INSERT: ("\x1b[32;1m", "\x1b[0m"), Edit.EQUAL: ("", "")}


def show_diff(context: Context, which: str, source: int | None, target: int | None, form: str) -> None:
    if form not in ("text", "html", "json"):
        raise ConfigError("expected text, html or json", f"--format {form}")
    with context.record() as (_, database):
        article = context.article(database, which)
        assert article.id is not None
        numbers = [version.number for version, _ in get_history(database, article.id)]
        if source is None and len(numbers) < 2:
            raise AddendumError("there is only one version of it so far", article.url)
        last = target or numbers[-1]
        first = source or _before(last, numbers)
        old, new = get_texts(database, article.id, first, last)
    if form == "json":
        json_lines([{"article": article.id, "from": first, "to": last, "parts": as_json(old, new)}])
    elif form == "html":
        say(as_html(old, new))
    elif sys.stdout.isatty():
        page("\n\n".join(_coloured(line) for line in lines(old, new)) + "\n")
    else:
        say(_headed(old, new, first, last))


def _before(number: int, numbers: list[int]) -> int:
    """The version that came before one, in the order of their times; the first one has none but itself."""
    return numbers[max(0, numbers.index(number) - 1)] if number in numbers else number - 1


def _headed(old: Text, new: Text, first: int, last: int) -> str:
    return f"--- version {first}: {old.headline}\n+++ version {last}: {new.headline}\n\n{as_text(old, new)}"


def _coloured(line: Line) -> str:
    """Deletions red and struck through, insertions green and bold; no control character of a page gets through."""
    sign = {Action.ADDED: "+", Action.REMOVED: "-", Action.MOVED: ">"}.get(line.action, "~")
    parts = []
    for span in line.spans:
        text = "".join(ch if ch.isprintable() else " " for ch in span.text)
        parts.append(f"{_COLOURS[span.edit][0]}{text}{_COLOURS[span.edit][1]}")
    return f"{sign} {line.label}: {''.join(parts)}"
