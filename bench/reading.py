"""Pages read and compared as the service does it, with the topic it ships with."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from addendum.configfile import load
from crawler.extract import extract
from crawler.page import Page
from revisions.change import Change, compare
from revisions.seen import Seen, reconcile
from revisions.text import Text
from revisions.topic import Topic

DATA = Path(__file__).parents[2] / "shared" / "data"  # the reference data, beside the project
LABELS = Path(__file__).parent / "labels"


@dataclass(frozen=True)
class Reading:
    """A page as the service reads it."""

    text: Text
    seen: Seen


def read(url: str, markup: bytes) -> Reading:
    page = Page(url, markup, "text/html")
    return Reading(extract(page).text, page.seen())


def step(old: Reading, new: Reading) -> Change | None:
    """The change the service would record from one page to the next."""
    before = Seen.unpack(old.seen.pack())
    return compare(old.text, reconcile(old.text, new.text, before, new.seen), shipped_topic().speakers)


@cache
def shipped_topic() -> Topic:
    return load(str(Path(__file__).parents[1] / "config.toml")).topic.as_told()
