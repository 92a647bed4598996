"""One line a reporter would write about a change."""

from collections.abc import Iterator, Sequence

from revisions.align import Action, Edit, Span, Step
from revisions.classify import Difference, figures_replaced, unspoken
from revisions.kinds import Kind
from revisions.notices import NoticeKind
from revisions.text import Role
from revisions.words import count_words

LONGEST_QUOTE = 80  # characters of a headline quoted in the line


def summarise(difference: Difference, kinds: Sequence[Kind], notices: Sequence[tuple[NoticeKind, str]]) -> str:
    """Clauses joined by semicolons, the most telling first; never empty."""
    clauses = [
        *_statements(difference),
        *_notices(notices),
        *_figures(difference, kinds),
        *_lines(difference),
        *_body(difference, kinds),
    ]
    return "; ".join(dict.fromkeys(clauses)) or "text changed"


def _statements(difference: Difference) -> Iterator[str]:
    totals: dict[tuple[str, str], int] = {}
    for statement in difference.statements:
        key = (statement.speaker, statement.action.value)
        totals[key] = totals.get(key, 0) + count_words(statement.text)
    for (speaker, action), words in totals.items():
        size = "" if action == "reworded" else f" ({_words(words)})"
        yield f"{speaker} comment {action}{size}"


def _notices(notices: Sequence[tuple[NoticeKind, str]]) -> Iterator[str]:
    for kind, action in notices:
        yield f"{kind.value} {action}" if kind is NoticeKind.EDITORS_NOTE else f"{kind.value} notice {action}"


def _figures(difference: Difference, kinds: Sequence[Kind]) -> Iterator[str]:
    if Kind.FIGURES in kinds:
        for step in difference.edited_steps:
            for old, new in figures_replaced(step.spans):
                yield f"figure changed: {old} → {new}"


def _lines(difference: Difference) -> Iterator[str]:
    for kind, spans in difference.lines.items():
        old, new = _side(spans, Edit.DELETE), _side(spans, Edit.INSERT)
        if kind is Kind.HEADLINE and old and new:
            yield f"headline changed: “{_short(old)}” → “{_short(new)}”"
        else:
            yield f"{kind.value} " + ("changed" if old and new else "added" if new else "removed")


def _body(difference: Difference, kinds: Sequence[Kind]) -> Iterator[str]:
    came = went = 0
    for step in difference.edited_steps:
        if step.role is not Role.CAPTION:
            added, removed = unspoken(step, difference.spoken)
            came, went = came + added, went + removed
    if Kind.REMOVAL in kinds and went > came:
        yield f"passage removed ({_words(went)})"
    if Kind.BODY in kinds and (came or went):
        yield _text_clause(came, went)
    elif any(step.action is Action.MOVED for step in difference.steps):
        yield "passage moved"
    elif Kind.BODY in kinds:
        yield "punctuation changed"
    if Kind.MEDIA in kinds:
        yield "caption " + _caption_action(difference.edited_steps)


def _text_clause(came: int, went: int) -> str:
    if came and not went:
        return f"text added ({_words(came)})"
    if went and not came:
        return f"text removed ({_words(went)})"
    return f"text changed (+{came} −{went} words)"


def _caption_action(steps: Sequence[Step]) -> str:
    captions = [s for s in steps if s.role is Role.CAPTION]
    if all(not s.deleted for s in captions):
        return "added"
    return "removed" if all(not s.inserted for s in captions) else "changed"


def _side(spans: Sequence[Span], edit: Edit) -> str:
    kept = (Edit.EQUAL, edit)
    return "".join(s.text for s in spans if s.edit in kept).strip() if any(s.edit in kept for s in spans) else ""


def _short(text: str) -> str:
    return text if len(text) <= LONGEST_QUOTE else text[:LONGEST_QUOTE].rsplit(" ", 1)[0] + " …"


def _words(count: int) -> str:
    return "1 word" if count == 1 else f"{count} words"
