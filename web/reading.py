"""A difference as the page shows it: its lines, what the margin says beside them, and where each can be found."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from revisions.align import Action, Edit
from revisions.render import Line, lines, spans_html
from revisions.text import Text
from revisions.words import letters

FEWEST_LETTERS = 12  # of a passage that is found in a line by its letters


@dataclass(frozen=True)
class Remark:
    """What the margin says beside a line: a statement or a notice that came, went or was reworded."""

    sort: str  # statement or notice
    text: str


@dataclass(frozen=True)
class Shown:
    """A line with its words marked up, whole and as each side has them, and the margin's remarks.

    `from_place`: where a moved paragraph stood before, counted from 1.
    """

    anchor: str
    part: str
    action: Action
    html: str
    old_html: str
    new_html: str
    from_place: int | None
    remarks: tuple[Remark, ...]

    @property
    def tag(self) -> str:
        return "h2" if self.part in ("headline", "heading") else "p"

    @property
    def is_changed(self) -> bool:
        return self.action is not Action.EQUAL


def show(old: Text, new: Text, notices: Sequence[dict[str, Any]], statements: Sequence[dict[str, Any]]) -> list[Shown]:
    """All lines of a difference in reading order. `notices` and `statements` as a change holds them."""
    told = [*_told("notice", notices), *_told("statement", statements)]
    return [_shown(line, told) for line in lines(old, new, unchanged=True)]


def _told(sort: str, entries: Sequence[dict[str, Any]]) -> Iterator[tuple[str, Remark]]:
    for entry in entries:
        who = entry["speaker"] if sort == "statement" else entry["kind"]
        is_reported = sort == "statement" and not entry["quoted"]
        remark = f"{who}{', reported:' if is_reported else ''} {sort} {entry['action']}"
        yield letters(entry["text"]), Remark(sort, remark)
        if entry.get("before"):
            yield letters(entry["before"]), Remark(sort, f"{who} {sort} replaced")


def _shown(line: Line, told: Sequence[tuple[str, Remark]]) -> Shown:
    sides = [letters("".join(span.text for span in line.spans if span.edit is not edit)) for edit in _OTHER_SIDE]
    found = [remark for words, remark in told if line.action is not Action.EQUAL and _stands_in(words, sides)]
    return Shown(
        anchor=line.anchor,
        part=line.label,
        action=line.action,
        html=spans_html(line.spans),
        old_html=_side(line, Edit.INSERT),
        new_html=_side(line, Edit.DELETE),
        from_place=line.old[0] + 1 if line.action is Action.MOVED and line.old else None,
        remarks=tuple(dict.fromkeys(found)),
    )


_OTHER_SIDE = (Edit.INSERT, Edit.DELETE)


def _stands_in(words: str, sides: Sequence[str]) -> bool:
    """Is it in the line, or the whole line in it (a statement may go over several)?"""
    return any(words and side and (words in side or (len(side) >= FEWEST_LETTERS and side in words)) for side in sides)


def _side(line: Line, without: Edit) -> str:
    return spans_html(tuple(span for span in line.spans if span.edit is not without))
