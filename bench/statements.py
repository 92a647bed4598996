"""Statements found against statements labelled: sentences with their speakers."""

import tomllib
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from bench.reading import LABELS
from revisions.notices import recognise
from revisions.statements import Attribution
from revisions.text import Paragraph, Role
from revisions.topic import Speaker
from revisions.words import fold, sentences

LONGEST_HEADING = 9  # words of a line of the seeds that ends in no mark and is a heading

Said = set[tuple[int, int, str]]  # paragraph, sentence, speaker


def seeds(folder: Path) -> Iterator[tuple[str, list[Paragraph], Said]]:
    """The seed articles with their labels; the lines of their explanatory box have its role, as they do on the page."""
    for name, row in tomllib.loads((LABELS / "seeds.toml").read_text("utf-8")).items():
        lines = [line.strip() for line in (folder / name).read_text("utf-8").splitlines() if line.strip()]
        boxes = row.pop("boxes")
        paragraphs = [Paragraph(line, _role(at, line, boxes)) for at, line in enumerate(lines)]
        yield name, paragraphs, set(_labelled(row, paragraphs))


def _role(at: int, line: str, boxes: Sequence[Sequence[int]]) -> Role:
    if recognise(line):
        return Role.NOTICE
    if any(first <= at <= last for first, last in boxes):
        return Role.BOX
    is_heading = len(line.split()) <= LONGEST_HEADING and line[-1] not in '.”"!:,' and not line.startswith("•")
    return Role.HEADING if is_heading else Role.BODY


def _labelled(row: dict[str, list[str]], paragraphs: Sequence[Paragraph]) -> Iterator[tuple[int, int, str]]:
    for speaker, places in row.items():
        for place in places:
            at, _, span = place.partition(".")
            first, _, last = span.partition("-")
            count = len(sentences(paragraphs[int(at)].text))
            for number in range(int(first), min(int(last or first) + 1, count)):
                yield int(at), number, speaker


def articles() -> Iterator[tuple[str, list[Paragraph], Said]]:
    """Articles written for this measure, by language: each paragraph a list of [speaker, sentence]."""
    data = tomllib.loads((LABELS / "statements.toml").read_text("utf-8"))
    for language, rows in data.items():
        paragraphs: list[Paragraph] = []
        said: Said = set()
        for at, row in enumerate(rows["paragraphs"]):
            text = " ".join(sentence for _, sentence in row)
            paragraphs.append(Paragraph(text, Role.HEADING if row[0][0] == "heading" else Role.BODY))
            by = [speaker for speaker, words in row for _ in sentences(words)]
            said |= {(at, number, speaker) for number, speaker in enumerate(by) if speaker not in ("", "heading")}
        yield language, paragraphs, said


def found(speakers: Sequence[Speaker], paragraphs: Sequence[Paragraph]) -> Said:
    """What the attribution finds, sentence by sentence."""
    said: Said = set()
    for statement in Attribution(speakers).statements(paragraphs):
        own = Counter(fold(sentence) for sentence in sentences(statement.text))
        for number, sentence in enumerate(sentences(paragraphs[statement.paragraph].text)):
            if own[fold(sentence)]:
                said.add((statement.paragraph, number, statement.speaker))
    return said


def f1(right: int, wrong: int, missed: int) -> float:
    return 2 * right / max(1, 2 * right + wrong + missed)
