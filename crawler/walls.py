"""Walls: pages that stand in front of an article instead of being it. They never become a version."""

import re
import tomllib
from functools import cache
from importlib import resources

from crawler.urls import is_front_page
from revisions.text import Text
from revisions.words import fold

AROUND = 80  # letters around a telling piece of a word in which its phrase stands
LISTED = 0.6  # share of a page's words in a list of articles from which the page is that list
NEXT_TO_NOTHING = 60  # words
FAMILIAR = 0.06  # share of words among the commonest of its language that running text has at the least
_ONE_BACK = {code: code - 1 for code in range(1, 0x250)}
LITTLE = 150  # words: a page with more text of its own than this is an article


@cache
def _data() -> dict[str, dict[str, list[str]]]:
    return tomllib.loads((resources.files("crawler") / "data" / "walls.toml").read_text("utf-8"))


@cache
def _phrases() -> dict[str, re.Pattern[str]]:
    return {
        kind: re.compile("|".join(f"(?:{p})" for p in row), re.IGNORECASE) for kind, row in _data()["walls"].items()
    }


@cache
def _cues() -> tuple[str, ...]:
    return tuple(_data()["cues"]["paywall"])


def asks_for_money(visible: str) -> bool:
    """Does the page, whatever else it holds, ask to subscribe before reading on?"""
    low = visible.lower()
    phrases = _phrases()["paywall"]
    places = (at.start() for cue in _cues() for at in re.finditer(re.escape(cue), low))
    return any(phrases.search(visible, max(0, at - AROUND), at + AROUND) for at in places)


def is_scrambled(text: Text) -> bool:
    """Is it the article with every letter moved on by one, as some outlets show it to those who have not paid?"""
    letters = text.plain[:4000]
    return text.words >= LITTLE // 3 and _familiar(letters.translate(_ONE_BACK)) > FAMILIAR > 3 * _familiar(letters)


def _familiar(text: str) -> float:
    """Share of the words that are among the commonest of some language, 0 to 1."""
    words = text.lower().split()
    common = _common()
    return sum(word in common for word in words) / max(1, len(words))


@cache
def _common() -> frozenset[str]:
    return frozenset(_data()["common"]["words"])


def is_section(text: Text, kind: str, listed: int) -> bool:
    """A page without a date that lists articles, or calls itself no article and says next to nothing.

    `kind` is what the page declares in `og:type`, `listed` how many words stand in lists of other articles.
    """
    if kind == "article" or text.published_at is not None:
        return False
    says_so = kind in ("website", "blog", "profile") and text.words < NEXT_TO_NOTHING
    return says_so or (text.words > 0 and listed >= LISTED * text.words)


def wall(text: Text, visible: str, requested: str, answered: str) -> str:
    """What kind of wall the page is ("consent", "paywall", …), or "" for none.

    `visible` is all the page says, asked only where no text was found: a cookie banner above a short article is none.
    The addresses are the one asked for and the one that answered in the end.
    """
    if is_front_page(answered) and not is_front_page(requested):
        return "redirect to the front page"
    if text.words >= LITTLE:
        return ""
    says = fold(f"{text.headline} {text.plain if text.paragraphs else visible}")[:4000]
    return next((kind for kind, pattern in _phrases().items() if pattern.search(says)), "")
