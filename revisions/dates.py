"""The date a notice gives for itself ("Update 14 March", "amended on 20 July 2021")."""

import re
import tomllib
from collections.abc import Iterator
from datetime import date, datetime
from functools import cache
from importlib import resources

from revisions.words import fold

_WORD = r"[^\s\d.,:()]{2,}\.?"
_OF = r"(?:(?:de|del|of|di)\s+)?"
_SHAPES = [
    re.compile(r"\b\d{4}-\d{1,2}-\d{1,2}\b"),
    re.compile(rf"\b\d{{4}}\.\s+{_WORD}\s+\d{{1,2}}\b"),  # 2021. július 19
    re.compile(rf"\b\d{{1,2}}(?:st|nd|rd|th|er|º|\.)?\s+{_OF}{_WORD},?\s+{_OF}\d{{4}}\b"),
    re.compile(rf"\b{_WORD}\s+\d{{1,2}}(?:st|nd|rd|th)?,?\s+\d{{4}}\b"),
    re.compile(r"\b\d{1,2}[./]\d{1,2}[./]\d{2,4}\b"),
    re.compile(rf"\b\d{{1,2}}(?:st|nd|rd|th|er|º|\.)?\s+{_OF}{_WORD}"),
    re.compile(rf"\b{_WORD}\s+\d{{1,2}}(?:st|nd|rd|th)?\b"),
]
_HEBREW_IN = re.compile(r"(?<=\d )ב(?=[\u05d0-\u05ea]{3})")  # "19 ביולי": the prefix "in" belongs to no month's name
EARLY = 240  # letters; a date further on is what the notice is about
LANGUAGES = ["en", "fr", "de", "es", "nl", "it", "hu", "he", "ar", "hi"]


@cache
def calendar_words() -> frozenset[str]:
    """Words that stand in a date or time beside numbers, in lower case (`data/dates.toml`)."""
    data = tomllib.loads((resources.files("revisions") / "data" / "dates.toml").read_text("utf-8"))
    return frozenset(word for row in data.values() for word in row)


def date_in(text: str, language: str = "", near: datetime | None = None) -> date | None:
    """The first date in the beginning of `text`, or None.

    A date without a year is the one last passed at `near`; without `near` it is none.
    """
    import dateparser  # takes half a second, and few changes need it

    flat = _HEBREW_IN.sub("", fold(text))[:EARLY]
    settings = {
        "REQUIRE_PARTS": ["day", "month"],
        "PREFER_DATES_FROM": "past",
        "RELATIVE_BASE": (near or datetime(1, 1, 1)).replace(tzinfo=None),
        "DATE_ORDER": "MDY" if language in ("", "en") else "DMY",
    }
    for candidate in _candidates(flat):
        if not near and not re.search(r"\d{4}|\d[./]\d{1,2}[./]\d\d", candidate):
            continue
        found = dateparser.parse(candidate, languages=LANGUAGES, settings=settings)
        if found is not None:
            day: date = found.date()
            return day
    return None


def _candidates(text: str) -> Iterator[str]:
    for shape in _SHAPES:
        for match in shape.finditer(text):
            yield match[0]
