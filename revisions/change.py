"""The step from one version to the next: what changed, how much it matters, and whether it was admitted."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache

from revisions.align import Span, Step, align, diff_text
from revisions.classify import Difference, kinds_of, weigh
from revisions.dates import date_in
from revisions.kinds import Kind, Significance
from revisions.ledger import compare_statements
from revisions.live import comparable
from revisions.notices import NoticeKind, notices_in
from revisions.statements import Attribution, StatementChange
from revisions.summary import summarise
from revisions.text import Paragraph, Text
from revisions.topic import Speaker
from revisions.words import fold


@dataclass(frozen=True)
class NoticeChange:
    """`date` is the day the notice itself gives, as ISO 8601, or ""."""

    kind: NoticeKind
    action: str  # added, removed, reworded
    text: str
    date: str = ""


@dataclass(frozen=True)
class Change:
    """What a reader of the record needs to know of one step; `operations` holds the words by paragraph."""

    kinds: tuple[Kind, ...]
    significance: Significance
    reason: str
    stealth: bool
    summary: str
    words_added: int = 0
    words_removed: int = 0
    notices: tuple[NoticeChange, ...] = ()
    statements: tuple[StatementChange, ...] = ()
    operations: tuple[Step, ...] = ()


class Compared(StrEnum):
    """Fields of a text that are compared as one short line each."""

    HEADLINE = "headline"
    STANDFIRST = "standfirst"
    BYLINE = "byline"


def compare(old: Text, new: Text, speakers: Sequence[Speaker] = ()) -> Change | None:
    """The change from `old` to `new`, or None when they read the same.

    Dates and typography alone are no change, nor are new posts of a live blog. Pure: whatever the clock or the
    record say plays no part.
    """
    if old.sha256 == new.sha256:
        return None
    old, new = comparable(old, new)
    steps = align(old.paragraphs, new.paragraphs)
    lines = {field: line_difference(old, new, field) for field in Compared}
    reading = attribution(tuple(speakers))
    notices = [_dated(notice, new) for notice in _notice_changes(old.paragraphs, new.paragraphs)]
    spoken = compare_statements(reading.statements(old.paragraphs), reading.statements(new.paragraphs))
    difference = Difference(
        steps=steps,
        lines={Kind(field): spans for field, spans in lines.items() if spans},
        statements=spoken if any(step.differs for step in steps) else (),  # breaks that moved change nobody's words
        notices=[n.kind for n in notices if n.action != "removed"],
        has_notice_change=bool(notices),
    )
    kinds = kinds_of(difference)
    if not kinds:
        return None
    significance, reason = weigh(difference, kinds)
    added, removed = _count(steps, lines.values())
    return Change(
        kinds=kinds,
        significance=significance,
        reason=reason,
        stealth=_is_stealth(old, new, significance, notices),
        summary=summarise(difference, kinds, [(n.kind, n.action) for n in notices]),
        words_added=added,
        words_removed=removed,
        notices=tuple(notices),
        statements=tuple(difference.statements),
        operations=steps,
    )


def gone(status: int) -> Change:
    """The outlet answers `status` (404, 410, …) where the article stood."""
    return Change(
        (Kind.GONE,), Significance.MAJOR, "the article can no longer be read", True, f"article withdrawn ({status})"
    )


def restored(difference: Change | None) -> Change:
    """The article can be read again, as it was (None) or differently."""
    if difference is None:
        return Change((Kind.RESTORED,), Significance.MAJOR, "the article can be read again", False, "article restored")
    return Change(
        kinds=(*difference.kinds, Kind.RESTORED),
        significance=Significance.MAJOR,
        reason="the article can be read again",
        stealth=difference.stealth,
        summary=f"article restored; {difference.summary}",
        words_added=difference.words_added,
        words_removed=difference.words_removed,
        notices=difference.notices,
        statements=difference.statements,
        operations=difference.operations,
    )


def line_difference(old: Text, new: Text, field: Compared) -> tuple[Span, ...]:
    """Word-level difference of a headline, standfirst or byline; empty when it reads the same.

    A headline or byline that is missing on one side was not found there, which says nothing about an edit.
    """
    before, after = getattr(old, field.value), getattr(new, field.value)
    if fold(before) == fold(after) or (field is not Compared.STANDFIRST and not (before and after)):
        return ()
    return diff_text(before, after)


@lru_cache(maxsize=8)
def attribution(speakers: tuple[Speaker, ...]) -> Attribution:
    """One topic's speakers serve for all its articles."""
    return Attribution(speakers)


def _count(steps: Sequence[Step], lines: Iterable[tuple[Span, ...]]) -> tuple[int, int]:
    spans = [span for step in steps for span in step.spans]
    spans += [span for line in lines for span in line]
    added = sum(s.words for s in spans if s.edit == "insert")
    return added, sum(s.words for s in spans if s.edit == "delete")


def _notice_changes(old: Sequence[Paragraph], new: Sequence[Paragraph]) -> list[NoticeChange]:
    before, after = notices_in(old), notices_in(new)
    had, has = {fold(n.text) for n in before}, {fold(n.text) for n in after}
    went = [n for n in before if fold(n.text) not in has]
    changes: list[NoticeChange] = []
    for notice in after:
        if fold(notice.text) in had:
            continue
        twin = next((n for n in went if n.kind == notice.kind), None)
        if twin:
            went.remove(twin)
        changes.append(NoticeChange(notice.kind, "reworded" if twin else "added", notice.text))
    return changes + [NoticeChange(n.kind, "removed", n.text) for n in went]


def _dated(notice: NoticeChange, text: Text) -> NoticeChange:
    day = date_in(notice.text, text.language, text.modified_at or text.published_at)
    return replace(notice, date=day.isoformat()) if day else notice


def _is_stealth(old: Text, new: Text, significance: Significance, notices: Sequence[NoticeChange]) -> bool:
    """A change of substance with no notice and no newer published date of modification (DESIGN.md, Words)."""
    if significance is Significance.COSMETIC or any(n.action != "removed" for n in notices):
        return False
    if new.modified_at is None:
        return True
    return old.modified_at is not None and new.modified_at <= old.modified_at
