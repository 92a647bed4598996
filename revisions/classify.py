"""What kind of edit a difference is and how much it matters.

Major and minor follow edits of fact, cosmetic follows edits of style,
after the taxonomy of NewsEdits 2.0 (arXiv 2411.18811).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise

from revisions.align import Action, Edit, Span, Step
from revisions.kinds import Kind, Significance
from revisions.notices import NoticeKind
from revisions.statements import StatementChange
from revisions.style import is_figure_replaced, is_style
from revisions.text import Role
from revisions.words import count_words, fold, is_word, sentences, tokens

_TEXT = frozenset({Role.BODY, Role.LIST, Role.QUOTE, Role.BOX})
SUBSTANTIAL = 25  # words added or removed from which a change is major
PASSAGE = 8  # words taken out, none put in, that make a removal


@dataclass(frozen=True)
class Difference:
    """Everything the classification looks at."""

    steps: Sequence[Step]
    lines: Mapping[Kind, tuple[Span, ...]] = field(default_factory=dict)
    statements: Sequence[StatementChange] = ()
    notices: Sequence[NoticeKind] = ()
    has_notice_change: bool = False

    @cached_property
    def spoken(self) -> set[str]:
        """The sentences, folded, that belong to statements that came, went or were reworded."""
        return {fold(text) for s in self.statements for text in (*sentences(s.text), *sentences(s.before))}

    @cached_property
    def edited_steps(self) -> list[Step]:
        """Steps whose words differ, notices aside."""
        return [s for s in self.steps if s.differs and s.role is not Role.NOTICE]


def kinds_of(difference: Difference) -> tuple[Kind, ...]:
    """Every kind that applies, in the order of the table in DESIGN.md; empty when no word differs."""
    found: set[Kind] = set(difference.lines)
    if any(any(figures_replaced(spans)) for spans in difference.lines.values()):
        found.add(Kind.FIGURES)
    if difference.statements:
        found.add(Kind.STATEMENT)
    if difference.has_notice_change:
        found.add(Kind.NOTICE)
    for step in difference.edited_steps:
        found |= set(_kinds_of_step(step, difference.spoken))
    if any(step.action is Action.MOVED and step.role in _TEXT for step in difference.steps):
        found.add(Kind.BODY)
    return tuple(kind for kind in Kind if kind in found)


def _kinds_of_step(step: Step, spoken: set[str]) -> Iterator[Kind]:
    if step.role is Role.CAPTION:
        yield Kind.MEDIA
    elif step.role is Role.HEADING and spoken:
        return  # "NSO's response" above the response is part of it
    elif _only_figures(step):
        yield Kind.FIGURES
    else:
        if any(figures_replaced(step.spans)):
            yield Kind.FIGURES
        came, went = unspoken(step, spoken)
        if went >= PASSAGE and not came:
            yield Kind.REMOVAL
        elif came or went or not spoken:  # neither: punctuation alone
            yield Kind.BODY


def unspoken(step: Step, spoken: set[str]) -> tuple[int, int]:
    """Words that came and words that went outside the given sentences."""
    came = _changed_words(step, Edit.INSERT, spoken)
    went = _changed_words(step, Edit.DELETE, spoken)
    return came, went


def _changed_words(step: Step, edit: Edit, spoken: set[str]) -> int:
    """Words of `edit` in the sentences of their own side that are not among `spoken`."""
    side = [s for s in step.spans if s.edit in (Edit.EQUAL, edit)]
    text = "".join(s.text for s in side)
    marks = _marked(side, edit)
    total = at = 0
    for sentence in sentences(text):
        start = text.index(sentence, at)
        at = start + len(sentence)
        if fold(sentence) not in spoken:
            total += count_words("".join(ch if m else " " for ch, m in zip(sentence, marks[start:at], strict=True)))
    return total


def _marked(spans: Sequence[Span], edit: Edit) -> list[bool]:
    return [span.edit is edit for span in spans for _ in span.text]


def weigh(difference: Difference, kinds: Sequence[Kind]) -> tuple[Significance, str]:
    """Significance and the reason for it, in words a reader can check."""
    if reason := next(_major_reasons(difference, kinds), ""):
        return Significance.MAJOR, reason
    if _is_cosmetic(difference, kinds):
        return Significance.COSMETIC, "only spelling, punctuation or style differ"
    return Significance.MINOR, "words changed, no statement, figure or longer passage"


def _major_reasons(difference: Difference, kinds: Sequence[Kind]) -> Iterator[str]:
    for statement in difference.statements:
        if not (statement.before and is_style(statement.before, statement.text)):
            yield f"a statement by {statement.speaker} was {statement.action.value}"
    for kind in difference.notices:
        if kind in (NoticeKind.CORRECTION, NoticeKind.RETRACTION, NoticeKind.CLARIFICATION):
            yield f"a {kind.value} was published"
    if Kind.FIGURES in kinds:
        yield "a figure changed"
    added = sum(s.words for step in difference.edited_steps for s in step.inserted)
    removed = sum(s.words for step in difference.edited_steps for s in step.deleted)
    if added - removed >= SUBSTANTIAL or (added >= SUBSTANTIAL and removed < PASSAGE):
        yield f"{added} words were added"
    if removed >= SUBSTANTIAL and (removed - added >= PASSAGE or Kind.REMOVAL in kinds):
        yield f"{removed} words were removed"
    if Kind.HEADLINE in difference.lines and _means_something_else(difference.lines[Kind.HEADLINE]):
        yield "the headline says something else"


def _means_something_else(spans: Sequence[Span]) -> bool:
    """More than half of the headline's words are other words."""
    changed = sum(s.words for s in spans if s.edit is not Edit.EQUAL)
    kept = sum(s.words for s in spans if s.edit is Edit.EQUAL)
    return changed > 2 * kept


def _is_cosmetic(difference: Difference, kinds: Sequence[Kind]) -> bool:
    if set(kinds) - {Kind.BODY, Kind.HEADLINE, Kind.STANDFIRST, Kind.BYLINE, Kind.STATEMENT, Kind.MEDIA}:
        return False
    lines = [
        _without_repeats(spans) for spans in (*(s.spans for s in difference.edited_steps), *difference.lines.values())
    ]
    return all(is_style(_side(spans, Edit.DELETE), _side(spans, Edit.INSERT)) for spans in lines)


def _without_repeats(spans: Sequence[Span]) -> list[Span]:
    """Leave out words that were only written twice in a row, and once after the edit, or the other way round."""
    kept: list[Span] = []
    for at, span in enumerate(spans):
        around = [
            _keys(near.text)
            for near in (*spans[max(0, at - 1) : at], *spans[at + 1 : at + 2])
            if near.edit is Edit.EQUAL
        ]
        words = _keys(span.text)
        is_repeat = span.edit is not Edit.EQUAL and any(
            n[-len(words) :] == words or n[: len(words)] == words for n in around
        )
        if not (words and is_repeat):
            kept.append(span)
    return kept


def _keys(text: str) -> list[str]:
    return [t.key.lower() for t in tokens(text)]


def _side(spans: Sequence[Span], edit: Edit) -> str:
    return " ".join(s.text for s in spans if s.edit is edit)


def figures_replaced(spans: Sequence[Span]) -> Iterator[tuple[str, str]]:
    """Every number, amount or date that stands where another stood, as old and new words."""
    for first, second in pairwise(spans):
        if first.edit is Edit.DELETE and second.edit is Edit.INSERT and is_figure_replaced(first.text, second.text):
            yield first.text.strip(" ,.;"), second.text.strip(" ,.;")


def _only_figures(step: Step) -> bool:
    """Numbers, amounts, dates or percentages replaced in otherwise equal text."""
    if step.action not in (Action.EDITED, Action.MOVED):
        return False
    edits = [s for s in step.spans if s.edit is not Edit.EQUAL and any(is_word(t.key) for t in tokens(s.text))]
    return len(edits) > 0 and len(edits) == 2 * sum(1 for _ in figures_replaced(step.spans))
