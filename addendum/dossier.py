"""One article's history as a page that needs nothing else: for a file, a printer, or somebody without the program."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from jinja2 import Environment, PackageLoader
from markupsafe import Markup

from addendum import __version__
from revisions.render import as_html
from storage.export import Exported, capture_json
from storage.present import moment
from storage.tables import Article, Stamp


@dataclass(frozen=True)
class Step:
    """A version or a change, with what it differs in from the version before, as HTML."""

    item: Exported
    difference: Markup | None
    capture: dict[str, Any] | None


def dossier(article: Article, items: Sequence[Exported], stamp: Stamp | None, now: datetime) -> str:
    """`stamp`: one that covers all the captures, if there is one."""
    pages = Environment(loader=PackageLoader("addendum"), autoescape=True, trim_blocks=True, lstrip_blocks=True)
    pages.filters["moment"] = moment
    return pages.get_template("dossier.html").render(
        article=article, steps=list(_steps(items)), stamp=stamp, now=now, program=f"Addendum {__version__}"
    )


def _steps(items: Sequence[Exported]) -> Iterator[Step]:
    before = None
    for item in items:
        capture = capture_json(item.capture) if item.capture else None
        difference = None
        if before is not None and item.text is not None:
            difference = Markup(as_html(before, item.text))
        yield Step(item, difference, capture)
        before = item.text or before
