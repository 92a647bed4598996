"""What every page and answer is made from: the record, its address, the templates, and what is asked of it often."""

import threading
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, TypeVar

from fastapi import Depends, Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, Template, select_autoescape

from storage.database import Database
from storage.outlets import OutletFigures, compare_outlets, outlet_names
from storage.present import moment
from storage.queries import count_record
from web.access import form_token, is_trusted

T = TypeVar("T")

NAMES_FOR = 20.0  # seconds for which the names of outlets and the sizes of the record are believed
FIGURES_FOR = 600.0  # the same for figures that go over the whole record


class Kept:
    """What takes long to find out, found out once for several people and believed for a while."""

    def __init__(self) -> None:
        self._found: dict[str, tuple[float, Any]] = {}
        self._locks: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)

    def get(self, name: str, seconds: float, find: Callable[[], T]) -> T:
        with self._locks[name]:
            at, found = self._found.get(name, (float("-inf"), None))
            if time.monotonic() - at > seconds:
                found = find()
                self._found[name] = (time.monotonic(), found)
            value: T = found
            return value


@dataclass
class Site:
    """One record and how it is shown. `writer`: where changes are made, if pages are read from a replica."""

    database: Database
    public_url: str
    speakers: Sequence[str] = ()
    writer: Database | None = None
    _kept: Kept = field(default_factory=Kept)

    @property
    def counted(self) -> dict[str, int]:
        """Sizes of the record."""
        return self._kept.get("sizes", NAMES_FOR, lambda: count_record(self.database))

    @property
    def outlets(self) -> list[str]:
        """Their names."""
        return self._kept.get("outlets", NAMES_FOR, lambda: outlet_names(self.database))

    @property
    def compared(self) -> list[OutletFigures]:
        """Outlets compared."""
        return self._kept.get("compared", FIGURES_FOR, lambda: compare_outlets(self.database))


def _site(request: Request) -> Site:
    site: Site = request.app.state.site
    return site


Here = Annotated[Site, Depends(_site)]


def _environment() -> Environment:
    pages = Environment(
        loader=PackageLoader("web"), autoescape=select_autoescape(default=True), trim_blocks=True, lstrip_blocks=True
    )
    pages.filters["moment"] = lambda value: (moment(value) or "–").replace("T", " ").replace("Z", " UTC")
    pages.filters["iso"] = lambda value: moment(value) or ""
    pages.filters["percent"] = lambda value: "–" if value is None else f"{value:.0%}"
    return pages


_PAGES = _environment()


def template(name: str) -> Template:
    return _PAGES.get_template(name)


def render(request: Request, name: str, status: int = 200, **values: Any) -> HTMLResponse:
    """A page. Article text is escaped wherever a template puts it."""
    may_act = bool(request.app.state.token) and is_trusted(request)
    page = template(name).render(path=request.url.path, form_token=form_token(request) if may_act else "", **values)
    return HTMLResponse(page, status)
