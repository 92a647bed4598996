"""The words a text is found by, and what people ask for, alike in every script and for every database.

Terms are lower-case runs of letters, marks and digits. What is written in several ways is one term: accents of Latin,
Greek and Cyrillic letters, vowel points, the forms of alef and yeh, final letters of Hebrew, nukta and chandrabindu,
digits of every script, thousands with and without a comma. Hebrew and Arabic write "the", "and", "in", "to" in one
with the word that follows, so a word asked for is also found behind them.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from revisions.errors import QuestionError
from revisions.words import WORD_LETTER, fold

MOST_TERMS = 16  # in one question
MOST_LETTERS = 400  # of a question
AROUND = 25  # words of an excerpt on each side
LONGEST_TERM = 64  # letters of a term that count; what is longer is no word but data
SHORTEST_PREFIX = 2  # letters before a "*"

_RUN = re.compile(rf"(?:(?!_){WORD_LETTER})+")
_THOUSANDS = re.compile(r"(?<![\d.,])(\d{1,3}(?:,\d{3})+)(?![\d,])")
_ONE_WAY: dict[int, str | int | None] = {
    # Arabic: Larkey, Ballesteros and Connell, "Light stemming for Arabic information retrieval" (2007), normalisation.
    **dict.fromkeys(map(ord, "أإآٱ"), "ا"),
    ord("ى"): "ي",
    ord("ی"): "ي",
    ord("ک"): "ك",
    ord("ة"): "ه",
    **dict(zip(map(ord, "ךםןףץ"), "כמנפצ", strict=True)),
    ord("\u093c"): None,
    ord("\u0901"): "\u0902",
    ord("ß"): "ss",
    ord("ł"): "l",
    ord("ø"): "o",
    ord("đ"): "d",
    ord("ı"): "i",
}
_HAS_ACCENTS = re.compile(r"[\u00c0-\u024f\u0370-\u052f\u1e00-\u1fff]")
_HEBREW, _ARABIC = re.compile(r"[\u05d0-\u05ea]"), re.compile(r"[\u0621-\u064a]")
# What is written in one with the next word, alone and after "and".
_JOINED = {
    _HEBREW: ("ה", "ו", "ב", "ל", "מ", "ש", "כ", "וה", "וב", "ול", "ומ", "וש", "שה", "מה", "כש"),
    _ARABIC: ("ال", "و", "ف", "ب", "ل", "ك", "لل", "وال", "فال", "بال", "كال", "وب", "ول", "ولل"),
}
# Where the article itself is written in one with what stands before it: "to the" is one letter in Hebrew.
_SWALLOWED = {"ה": ("ב", "ל", "כ", "וב", "ול"), "ال": ("لل", "ولل")}
_ASKED = re.compile(r'"([^"]*)"?|(\S+)')


@dataclass(frozen=True, slots=True)
class Sought:
    """Terms that stand one after the other, written in any of `ways`; the last one only begins so if `is_prefix`."""

    ways: tuple[tuple[str, ...], ...]
    is_prefix: bool = False
    is_unwanted: bool = False


@dataclass(frozen=True, slots=True)
class Question:
    """All of `sought` must stand in one paragraph, or headline; what is unwanted must not."""

    sought: tuple[Sought, ...]

    def found_in(self, found: Sequence[str]) -> set[int]:
        """The places among the terms of a text where what was asked for stands."""
        places: set[int] = set()
        for sought in self.sought:
            for way in () if sought.is_unwanted else sought.ways:
                for at in range(len(found) - len(way) + 1):
                    if _stands_at(found, at, way, is_prefix=sought.is_prefix):
                        places.update(range(at, at + len(way)))
        return places


def _stands_at(found: Sequence[str], at: int, way: tuple[str, ...], *, is_prefix: bool) -> bool:
    *whole, last = way
    end = found[at + len(whole)]
    return list(found[at : at + len(whole)]) == whole and (end.startswith(last) if is_prefix else end == last)


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of an excerpt, to be joined by spaces; `is_hit`: what was asked for."""

    text: str
    is_hit: bool


def excerpt(text: str, question: Question, around: int = AROUND) -> list[Piece]:
    """The text with what was asked for marked, from `around` words before the first to `around` behind the last."""
    words = text.split()
    owners = [(term, at) for at, word in enumerate(words) for term in terms(word)]
    hits = {owners[place][1] for place in question.found_in([term for term, _ in owners])}
    first = max(0, min(hits, default=0) - around)
    last = min(len(words), max(hits, default=around) + around + 1)
    pieces = [Piece("…", is_hit=False)] if first else []
    for is_hit, run in groupby(range(first, last), key=hits.__contains__):
        pieces.append(Piece(" ".join(words[at] for at in run), is_hit))
    if last < len(words):
        pieces.append(Piece("…", is_hit=False))
    return pieces


def terms(text: str) -> list[str]:
    """The terms of a text in order."""
    return [_term(run[0])[:LONGEST_TERM] for run in _RUN.finditer(_plain(text))]


def _plain(text: str) -> str:
    return _THOUSANDS.sub(lambda number: number[0].replace(",", ""), fold(text).lower())


def _term(run: str) -> str:
    if run.isascii():
        return run
    if _HAS_ACCENTS.search(run):
        run = "".join(ch for ch in unicodedata.normalize("NFD", run) if not "\u0300" <= ch <= "\u036f")
    return "".join(_digit(ch) for ch in run.translate(_ONE_WAY))


def _digit(ch: str) -> str:
    value = unicodedata.decimal(ch, None)
    return ch if value is None else str(value)


def parse(asked: str) -> Question:
    """A question: words, "phrases in quotation marks", beginnings of words (surveil*), -unwanted.

    Raises `QuestionError` for a question without a word to look for, or one too long.
    """
    if len(asked) > MOST_LETTERS:
        raise QuestionError(f"the question is too long; ask for at most {MOST_LETTERS} letters", asked[:40] + "…")
    sought = tuple(_sought(fold(asked)))
    if not any(not s.is_unwanted for s in sought):
        raise QuestionError('name at least one word to look for, such as surveillance, "press freedom" or spy*', asked)
    if sum(len(s.ways[0]) for s in sought) > MOST_TERMS:
        raise QuestionError(f"ask for at most {MOST_TERMS} words", asked[:40] + "…")
    return Question(sought)


def _sought(asked: str) -> Iterator[Sought]:
    for match in _ASKED.finditer(asked):
        phrase, word = match.groups()
        text = phrase if phrase is not None else word
        is_unwanted = phrase is None and word.startswith("-") and len(word) > 1
        is_prefix = phrase is None and word.endswith("*")
        found = tuple(terms(text))
        if not found:
            continue
        if is_prefix and len(found[-1]) < SHORTEST_PREFIX:
            raise QuestionError(f"give at least {SHORTEST_PREFIX} letters before the *", word)
        yield Sought(tuple(_ways(found)), is_prefix, is_unwanted)


def _ways(found: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    yield found
    first, *rest = found
    for script, joined in _JOINED.items():
        if script.search(first):
            yield from ((before + first, *rest) for before in joined)
    for article, joined in _SWALLOWED.items():
        if first.startswith(article) and len(first) > len(article) + 2:
            yield from ((before + first.removeprefix(article), *rest) for before in joined)
