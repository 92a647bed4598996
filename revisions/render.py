"""One difference, told as plain text, as HTML or as JSON, alike wherever it is shown."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from html import escape
from typing import Any

from revisions.align import Action, Edit, Span, Step, align
from revisions.change import Compared, line_difference
from revisions.text import Role, Text

KEPT_AROUND = 12  # words of unchanged text shown on each side of an edit in an excerpt


@dataclass(frozen=True)
class Line:
    """One changed headline, standfirst, byline or paragraph. `label` is a field's name or a paragraph's role.

    `old`, `new`: indices of the paragraphs it was and is.
    """

    label: str
    action: Action
    spans: tuple[Span, ...]
    old: tuple[int, ...] = ()
    new: tuple[int, ...] = ()

    @property
    def anchor(self) -> str:
        """What names this line among those of the same two versions, for as long as they are kept."""
        if self.new:
            return f"p{self.new[0] + 1}"
        return f"r{self.old[0] + 1}" if self.old else self.label


def lines(old: Text, new: Text, *, unchanged: bool = False) -> Iterator[Line]:
    """The changed parts in reading order; with `unchanged` the others too."""
    for field in Compared:
        if spans := line_difference(old, new, field):
            yield Line(field.value, Action.EDITED, spans)
        elif unchanged and (value := getattr(new, field.value)):
            yield Line(field.value, Action.EQUAL, (Span(Edit.EQUAL, value),))
    for step in align(old.paragraphs, new.paragraphs):
        if unchanged or _is_shown(step):
            yield Line(step.role.value, step.action, step.spans, step.old, step.new)


def _is_shown(step: Step) -> bool:
    return step.differs or (step.action is Action.MOVED and step.role is not Role.CAPTION)


def as_text(old: Text, new: Text) -> str:
    """Removed words as [-…-], added words as {+…+}, as `git diff --word-diff=plain` marks them (git-diff(1))."""
    return "\n\n".join(f"{_mark(line)} {_plain(line)}" for line in lines(old, new))


def _mark(line: Line) -> str:
    sign = {Action.ADDED: "+", Action.REMOVED: "-", Action.MOVED: ">", Action.EQUAL: " "}.get(line.action, "~")
    return f"{sign} {line.label}:"


def _plain(line: Line) -> str:
    return mark_up(line.spans, ("[-", "-]"), ("{+", "+}"))


def mark_up(spans: tuple[Span, ...], deleted: tuple[str, str], inserted: tuple[str, str]) -> str:
    """The spans as one string with the given brackets, white space kept outside them."""
    brackets = {Edit.EQUAL: ("", ""), Edit.DELETE: deleted, Edit.INSERT: inserted}
    out = []
    for span in spans:
        left, right = brackets[span.edit]
        body = span.text.rstrip()
        out.append(f"{left}{body}{right}{span.text[len(body) :]}")
    return "".join(out).strip()


def as_html(old: Text, new: Text, *, unchanged: bool = False) -> str:
    """A fragment of paragraphs with <ins> and <del>; every word of the article escaped."""
    return "\n".join(_html_line(line) for line in lines(old, new, unchanged=unchanged))


def _html_line(line: Line) -> str:
    tag = "h2" if line.label in ("headline", "heading") else "p"
    return (
        f'<{tag} class="{line.action.value}" data-part="{escape(line.label, quote=True)}" dir="auto">'
        f"{spans_html(line.spans)}</{tag}>"
    )


def spans_html(spans: tuple[Span, ...]) -> str:
    tags = {Edit.DELETE: ("<del>", "</del>"), Edit.INSERT: ("<ins>", "</ins>")}
    safe = tuple(Span(s.edit, escape(s.text, quote=False)) for s in spans)
    return mark_up(safe, tags[Edit.DELETE], tags[Edit.INSERT])


def as_json(old: Text, new: Text) -> list[dict[str, Any]]:
    """One object a changed part: part, action and its spans as {edit, text}."""
    return [
        {
            "part": line.label,
            "action": line.action.value,
            "anchor": line.anchor,
            "spans": [{"edit": s.edit.value, "text": s.text} for s in line.spans],
        }
        for line in lines(old, new)
    ]


def excerpt(line: Line, around: int = KEPT_AROUND) -> Line:
    """The same line with long unchanged runs shortened to `around` words next to an edit."""
    last = len(line.spans) - 1
    spans = tuple(
        Span(s.edit, _shorten(s.text, around, head=at > 0, tail=at < last)) if s.edit is Edit.EQUAL else s
        for at, s in enumerate(line.spans)
    )
    return replace(line, spans=spans)


def _shorten(text: str, around: int, *, head: bool, tail: bool) -> str:
    words = text.split(" ")
    if len(words) <= around * (head + tail) + 2:
        return text
    first = " ".join(words[:around]) + " " if head else ""
    last = " " + " ".join(words[-around:]) if tail else ""
    return f"{first}…{last}"
