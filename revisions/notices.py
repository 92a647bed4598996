"""Notices: the outlet's own words about a change, recognised and typed.

A keyword alone misfires ("Corrections" in a navigation bar, "Updated: 10:16 pm" beside the byline), so a label counts
only where it opens a paragraph and something is said after it, and a bare time is never a notice.
The phrases are data: `data/notices.toml`.
"""

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, lru_cache
from importlib import resources
from typing import Any

from revisions.text import Paragraph, Role
from revisions.words import count_words, fold

LONGEST = 160  # words; a longer paragraph is about something else


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

_WHEN = (
    r"(?:mon|tues?|wed(?:nes)?|thur?s?|fri|sat(?:ur)?|sun)(?:day)?"
    r"|(?:jan|feb|mar|apr|may|jun|jul|aug|sep|sept|oct|nov|dec)\w*"
    r"|a\.?m|p\.?m|[a-z]{1,3}t|utc|gmt|uhr|ist|at|on|the|um|le|la|el|il|de|den|der|das|du|den|am|vom|von|à|a|h|ore|il"
    r"|st|nd|rd|th|januar|februar|märz|april|mai|juni|juli|august|september|oktober|november|dezember"
    r"|janvier|février|mars|avril|juin|juillet|août|septembre|octobre|novembre|décembre"
    r"|last|first|published|posted|updated|ago|hours?|minutes?|mins?|days?|today|yesterday|by"
)
_ONLY_A_TIME = re.compile(rf"^[\W\d_]*(?:(?:{_WHEN})\b[\W\d_]*)*$", re.IGNORECASE)


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
    """Pieces of words no notice is without: those in ASCII, and all."""
    cues = tuple(dict.fromkeys(cue for row in _data().values() for cue in row["cues"]))
    return tuple(filter(str.isascii, cues)), cues


def may_hold_notice(text: str) -> bool:
    """A quick test that no notice fails, for text of any length."""
    low = text.lower()
    ascii_cues, cues = _cues()
    return any(cue in low for cue in (ascii_cues if low.isascii() else cues))


@cache
def _table() -> tuple[_Phrases, ...]:
    collected: dict[NoticeKind, tuple[list[str], list[str]]] = {kind: ([], []) for kind in _WEIGHT}
    for row in _data().values():
        for name, phrases in row.items():
            if name == "cues":
                continue
            labels, sentences = collected[NoticeKind(name.replace("editors_note", "editor's note"))]
            labels += phrases["label"]
            sentences += phrases["sentence"]
    return tuple(_Phrases(kind, _label(labels), _any(sentences)) for kind, (labels, sentences) in collected.items())


def _label(phrases: list[str]) -> re.Pattern[str] | None:
    """A label opens the paragraph; a date or time may stand between it and the colon or dash."""
    opening = r"^[\W_]*(?:" + "|".join(phrases) + r")"
    when = r"(?:[\s,(\[|]*(?:\d[\d:./,-]*|" + _WHEN + r")[.)\],]*)*"
    return re.compile(opening + when + r"\s*(?:[:\-|]\s*|\]\s*|\)\s+)(?P<rest>.+)$", re.IGNORECASE | re.DOTALL)


def _any(phrases: list[str]) -> re.Pattern[str] | None:
    return re.compile("|".join(f"(?:{p})" for p in phrases), re.IGNORECASE) if phrases else None


@lru_cache(maxsize=16384)
def recognise(text: str) -> Notice | None:
    """The notice a paragraph is, or None. Works on the paragraph alone, in every language of the tables."""
    if not text or len(text) > LONGEST * 12 or not may_hold_notice(text):
        return None
    flat = fold(text)
    words = count_words(flat)
    for phrases in _table() if words <= LONGEST else ():
        if _says(phrases, flat, words):
            return Notice(phrases.kind, text.strip())
    return None


def is_only_a_time(text: str) -> bool:
    """A line that says nothing but when: "Updated: 10:16 pm", "Thursday 18 November, 12:31 GMT"."""
    flat = fold(text)
    says_when = re.search(r"[^\W\d_]|\d[:.]\d\d", flat)
    return len(flat) <= 80 and bool(says_when and _ONLY_A_TIME.match(flat))


def notices_in(paragraphs: Iterable[Paragraph]) -> list[Notice]:
    """The notices among paragraphs, in order. One whose words say no kind is the editor's note it was taken for."""
    return [
        recognise(paragraph.text) or Notice(NoticeKind.EDITORS_NOTE, paragraph.text)
        for paragraph in paragraphs
        if paragraph.role is Role.NOTICE
    ]


def _says(phrases: _Phrases, flat: str, words: int) -> bool:
    if phrases.sentence and words <= 80 and phrases.sentence.search(flat):
        return True
    label = phrases.label.match(flat) if phrases.label else None
    return label is not None and not _ONLY_A_TIME.match(label["rest"]) and count_words(label["rest"]) >= 2
