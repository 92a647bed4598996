"""Notices: the outlet's own words about a change, recognised and typed.

A keyword alone misfires ("Corrections" in a navigation bar, "Updated: 10:16 pm" beside the byline), so a label counts
only where it opens a paragraph and something is said after it, and a bare time is never a notice.
The phrases are data: `data/notices.toml`.
"""

import re
import tomllib
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, lru_cache
from importlib import resources
from typing import Any

from revisions.dates import calendar_words
from revisions.text import Paragraph, Role
from revisions.words import count_words, fold

LONGEST = 160  # words; a longer paragraph under a label is about something else
LONG = 80  # words; in a longer paragraph only the opening says that it is a notice
OPENING = 160  # letters
SAID = 4  # words behind a time from which something is said


class NoticeKind(StrEnum):
    UPDATE = "update"
    CORRECTION = "correction"
    CLARIFICATION = "clarification"
    EDITORS_NOTE = "editor's note"
    RETRACTION = "retraction"


# The most telling first: a note that corrects is a correction even when it opens with "Update".
_WEIGHT = [
    NoticeKind.RETRACTION,
    NoticeKind.CORRECTION,
    NoticeKind.CLARIFICATION,
    NoticeKind.UPDATE,
    NoticeKind.EDITORS_NOTE,
]

_LONG_AGO = 80  # letters; a longer line says more than when


@cache
def _when() -> str:
    """One word of a date or time."""
    return "|".join(map(re.escape, sorted(calendar_words(), key=len, reverse=True)))


@cache
def _only_a_time() -> re.Pattern[str]:
    return re.compile(rf"^[\W\d_]*(?:(?:{_when()})\b[\W\d_]*)*$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Notice:
    kind: NoticeKind
    text: str


@dataclass(frozen=True, slots=True)
class _Phrases:
    kind: NoticeKind
    label: re.Pattern[str] | None
    sentence: re.Pattern[str] | None


@cache
def _data() -> dict[str, Any]:
    return tomllib.loads((resources.files("revisions") / "data" / "notices.toml").read_text("utf-8"))


@cache
def _cues() -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Pieces of words no notice is without, with their accents and without: those in ASCII, and all."""
    written = [fold(cue) for row in _data().values() for cue in row["cues"]]
    cues = tuple(dict.fromkeys([*written, *map(_without_accents, written)]))
    return tuple(filter(str.isascii, cues)), cues


def _without_accents(text: str) -> str:
    return "".join(ch for ch in unicodedata.normalize("NFD", text) if not unicodedata.combining(ch))


def may_hold_notice(text: str) -> bool:
    """A quick test that no notice fails, for text of any length."""
    low = (text if text.isascii() else fold(text)).lower()
    ascii_cues, cues = _cues()
    return any(cue in low for cue in (ascii_cues if low.isascii() else cues))


@cache
def _table() -> tuple[_Phrases, ...]:
    collected: dict[NoticeKind, tuple[list[str], list[str]]] = {kind: ([], []) for kind in _WEIGHT}
    for row in _data().values():
        for name, phrases in row.items():
            if name in ("cues", "participles"):
                continue
            labels, sentences = collected[NoticeKind(name.replace("editors_note", "editor's note"))]
            labels += phrases["label"]
            sentences += phrases["sentence"]
    return tuple(_Phrases(kind, _label(labels), _any(sentences)) for kind, (labels, sentences) in collected.items())


def _label(phrases: list[str]) -> re.Pattern[str] | None:
    """A label opens the paragraph; a date or time may stand between it and the colon or dash."""
    return re.compile(_opening(phrases) + r"\s*(?:[:\-|]\s*|\]\s*|\)\s+)(?P<rest>.+)$", re.IGNORECASE | re.DOTALL)


def _opening(phrases: list[str]) -> str:
    when = rf"(?P<when>(?:[\s,.:(\[|-]*(?:\d[\d:./,-]*|(?:{_when()})\b)[.)\],]*)*)"
    return rf"^[\W_]*(?:{'|'.join(phrases)})" + when


@cache
def _bare_label() -> re.Pattern[str]:
    """A label and perhaps a date with nothing said after it: a line above the notice's own words."""
    return re.compile(_opening(_labels()) + r"[\W_]*$", re.IGNORECASE)


def _labels() -> list[str]:
    return [p for row in _data().values() for kind in row.values() if isinstance(kind, dict) for p in kind["label"]]


@cache
def _opened() -> re.Pattern[str]:
    """A label and the date or time behind it."""
    return re.compile(_opening(_labels()), re.IGNORECASE)


# A note that stands under every article: how to report an error, what an advertisement is.
_STANDING = re.compile(
    r"\bif you (?:are aware|see|spot|find|notice|believe|have)\b|\bto report (?:an? )?(?:error|correction|mistake)"
    r"|\b(?:advertis|affiliate|disclaimer)|\bplease (?:contact|e-?mail|send|write)\b|\bwe (?:strive|aim) to\b",
    re.IGNORECASE,
)


@cache
def _participle() -> re.Pattern[str]:
    """A label that says when a page was touched, or that heads a list of notices, and announces none."""
    forms = "|".join(form for row in _data().values() for form in row["participles"])
    return re.compile(rf"^\W*(?:{forms})", re.IGNORECASE)


def is_bare_label(text: str) -> bool:
    """A line such as "Update, July 10" that is the heading of a notice: its words stand in the next paragraph.

    "Updated 10 July" says when the page was touched, and a bare clock time belongs to a ticker.
    """
    flat = fold(text)
    if len(flat) > _LONG_AGO or not may_hold_notice(flat) or _participle().match(flat):
        return False
    label = _bare_label().match(flat)
    return label is not None and (
        not label["when"].strip(" .,:-") or bool(re.search(r"[^\W\d_]{3}|\d{4}", label["when"]))
    )


def _any(phrases: list[str]) -> re.Pattern[str] | None:
    return re.compile("|".join(f"(?:{p})" for p in phrases), re.IGNORECASE) if phrases else None


@lru_cache(maxsize=16384)
def recognise(text: str) -> Notice | None:
    """The notice a paragraph is, or None. Works on the paragraph alone, in every language of the tables."""
    if not text or len(text) > LONGEST * 24 or not may_hold_notice(text):
        return None
    flat = fold(text)
    words = count_words(flat)
    for phrases in _table():
        if _says(phrases, flat, words):
            return Notice(phrases.kind, text.strip())
    return None


def is_only_a_time(text: str) -> bool:
    """A line that says nothing but when: "Updated: 10:16 pm", "Thursday 18 November, 12:31 GMT"."""
    flat = fold(text)
    says_when = re.search(r"[^\W\d_]|\d[:.]\d\d", flat)
    return len(flat) <= _LONG_AGO and bool(says_when and _only_a_time().match(flat))


def notices_in(paragraphs: Iterable[Paragraph]) -> list[Notice]:
    """The notices among paragraphs, in order. One whose words say no kind is the editor's note it was taken for."""
    return [
        recognise(paragraph.text) or Notice(NoticeKind.EDITORS_NOTE, paragraph.text)
        for paragraph in paragraphs
        if paragraph.role is Role.NOTICE
    ]


def _says(phrases: _Phrases, flat: str, words: int) -> bool:
    said = flat if words <= LONG else flat[:OPENING]
    if phrases.sentence and phrases.sentence.search(said):
        return True
    label = phrases.label.match(flat) if phrases.label and words <= LONGEST else None
    if label is None or _only_a_time().match(label["rest"]) or count_words(label["rest"]) < 2:
        return False
    return not _STANDING.search(flat) and not (_participle().match(flat) and _is_time_stamp(flat))


def _is_time_stamp(flat: str) -> bool:
    """ "Updated: Nov 19, 2019 10:16 pm Sign up …": a time, and what stands behind it is another line.

    What is said of the update stands behind a dash or colon, and does not begin with the time.
    """
    opening = _opened().match(flat)
    if opening is None or not opening["when"].strip(" .,:-|"):
        return count_words(flat[opening.end() :] if opening else flat) < SAID
    said = re.match(r"\s*[)\]]?\s*[:\-|]\s*(?P<rest>[^\W\d_].*)", flat[opening.end() :], re.DOTALL)
    return said is None or count_words(said["rest"]) < SAID
