"""Edits of style, and figures: what can be said of words that were replaced without knowing what they are about.

NewsEdits 2.0 (arXiv 2411.18811) separates edits of style (syntax, spelling, choice of function words) from edits of
fact. The words are data: `data/style.toml`.
"""

import re
import tomllib
from collections import Counter
from collections.abc import Sequence
from functools import cache
from importlib import resources
from typing import Any

from rapidfuzz.distance import OSA

from revisions.words import is_word, tokens

TYPO = 0.7  # likeness of two words from which one is a correction of the other
STEM = 4  # letters two forms of one word begin with at the least
SAME_STEM = 0.6  # share of the longer form that this beginning must make
_INNER = re.compile(r"[\W_]+")
_FIGURE = re.compile(r"^[\W_]*\d[\d.,:/-]*(?:st|nd|rd|th|m|bn|k|%|km|am|pm)?$", re.IGNORECASE)


@cache
def _data() -> dict[str, Any]:
    return tomllib.loads((resources.files("revisions") / "data" / "style.toml").read_text("utf-8"))


@cache
def _words(table: str) -> frozenset[str]:
    return frozenset(word for row in _data()[table].values() for word in row)


def is_style(old: str, new: str) -> bool:
    """Is replacing one run of words by the other an edit of style?

    Marks, capitals, word division, small misspellings, other forms of a word, words that only carry grammar, and
    remains of mark-up are; a number never is, and a content word more or less never is.
    """
    before, after = _content(old), _content(new)
    if _run_together(before) == _run_together(after):
        return True
    if [w for w in before if _has_digit(w)] != [w for w in after if _has_digit(w)]:
        return False
    lost, found = (
        list((Counter(before) - Counter(after)).elements()),
        list((Counter(after) - Counter(before)).elements()),
    )
    return _are_forms_of_each_other(lost, found)


def _content(text: str) -> list[str]:
    return [t.key.lower() for t in tokens(text) if is_word(t.key)]


def _run_together(words: Sequence[str]) -> str:
    """The words without the spaces and marks that divide them; a number keeps its marks."""
    return "".join(word if word.strip(".,:-").replace(".", "").isdigit() else _INNER.sub("", word) for word in words)


def _are_forms_of_each_other(lost: Sequence[str], found: Sequence[str]) -> bool:
    """Every content word on one side is a form of one on the other; the rest only carries grammar."""
    rest = list(found)
    for word in lost:
        twin = next((other for other in rest if _is_same_word(word, other)), None)
        if twin is not None:
            rest.remove(twin)
        elif not _is_grammar(word):
            return False
    return all(map(_is_grammar, rest))


def _is_same_word(a: str, b: str) -> bool:
    if _has_digit(a) or _has_digit(b):
        return False
    if min(len(a), len(b)) <= 3:  # "lead" for "led", but never "bank" for "ban"
        return OSA.normalized_similarity(a, b) > TYPO and (a[0], a[-1]) == (b[0], b[-1])
    shared = next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
    return shared >= max(STEM, SAME_STEM * max(len(a), len(b))) or OSA.normalized_similarity(a, b) >= TYPO


def _is_grammar(word: str) -> bool:
    return all(part in _words("function_words") for part in word.split("'") if part)


def _has_digit(word: str) -> bool:
    return any(map(str.isdigit, word))


def is_figure(word: str) -> bool:
    """A number in digits or words, or part of a date."""
    return bool(_FIGURE.match(word)) or word.lower() in _words("figures")


def is_figure_replaced(old: str, new: str) -> bool:
    """Was one number, amount or date put in the place of another, with its unit perhaps and nothing else?"""
    sides = [[t.key for t in tokens(text) if is_word(t.key)] for text in (old, new)]
    return (
        all(sides)
        and sides[0] != sides[1]
        and all(is_figure(w) or w.lower() in _words("units") for side in sides for w in side)
        and any(is_figure(w) for side in sides for w in side)
    )
