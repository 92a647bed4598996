"""Walls: pages that stand in front of an article instead of being it. They never become a version."""

import re
import tomllib
from functools import cache
from importlib import resources

from crawler.urls import is_front_page
from revisions.text import Text
from revisions.words import fold

LITTLE = 150  # words: a page with more text of its own than this is an article


@cache
def _phrases() -> dict[str, re.Pattern[str]]:
    data = tomllib.loads((resources.files("crawler") / "data" / "walls.toml").read_text("utf-8"))
    return {kind: re.compile("|".join(f"(?:{p})" for p in row), re.IGNORECASE) for kind, row in data.items()}


def asks_for_money(visible: str) -> bool:
    """Does the page, whatever else it holds, ask to subscribe before reading on?"""
    return bool(_phrases()["paywall"].search(fold(visible)))


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
