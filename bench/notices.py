"""Notices found against phrases labelled in running text, where the borders of paragraphs are lost."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from revisions.notices import is_bare_label, recognise
from revisions.words import sentences

# How the data's labels read in the project's words. Its "clarification" and "developing" may be editors' notes.
KINDS = {
    "update": {"update"},
    "correction": {"correction"},
    "clarification": {"clarification", "editor's note"},
    "developing": {"editor's note"},
}
_LABEL_WITH_DATE = re.compile(
    r"(?:\w+ (?:vom |of |on )?\d[\d.]+\d{2,4}|[^\W\d]+ vom .{4,30}? Uhr|Editor's note):", re.IGNORECASE
)
_WITHIN = re.compile(r"\w-$|[/,(\[]\s*$|\b\d\.\s*$")  # a compound, an aside, an item of a list
_BORDER = re.compile(r"(?:^|[.!?\"”“»|:()\[\]•·…*—–-])\s*$")


@dataclass(frozen=True)
class Phrase:
    """A phrase, the text around it, and what it may be called; empty where it is no notice."""

    match: str
    context: str
    kinds: frozenset[str]


def load(file: Path) -> Iterator[Phrase]:
    for line in file.read_text("utf-8").splitlines():
        row = json.loads(line)
        yield Phrase(row["match"], row["context"], frozenset(KINDS.get(row["label"], set())))


def found(phrase: Phrase) -> str:
    """The kind of notice the phrase opens or stands in, or ""."""
    for paragraph in _paragraphs(phrase):
        if notice := recognise(paragraph):
            return notice.kind.value
    return ""


def _paragraphs(phrase: Phrase) -> Iterator[str]:
    """What may have been the phrase's paragraph: from the phrase on, where something ended before it; its sentence."""
    text = phrase.context
    start = text.find(phrase.match)
    before, rest = text[:start], text[start:]
    label = re.match(r"(?:\S+\s){1,5}?(?=[A-Z])", rest)
    if label and is_bare_label(label[0]) and re.search(r"[^\W\d][.!?]\s*$", before):
        yield f"{label[0].strip()}: {rest[label.end() :]}"
    if _LABEL_WITH_DATE.match(rest) or (_BORDER.search(before) and not _WITHIN.search(before)):
        yield rest
    at = 0
    for sentence in sentences(text):
        begin = text.index(sentence, at)
        at = begin + len(sentence)
        if begin <= start < at and begin != start and not _opens_late(sentence, start - begin):
            yield sentence


def _opens_late(sentence: str, offset: int) -> bool:
    """A label in the middle of a sentence is none."""
    return bool(recognise(sentence[offset:])) and not recognise(sentence[:offset] + " " + sentence[offset:])
