"""Explanatory boxes that many articles carry: a change inside such a box is one change, told once.

A box is known by its mark-up (role `box`), or by its words: a run of paragraphs with a heading that other articles
carry, too.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b

from revisions.align import Step
from revisions.text import Paragraph, Role, Text
from revisions.words import count_words, letters

FEWEST_WORDS = 8  # of a paragraph that tells a box; shorter ones stand in many articles by chance
FEWEST_CARRIERS = 2  # other articles that make an unmarked run of paragraphs a box
RUN = 50  # words such a run must have
GAP = 3  # steps between two shared paragraphs that belong to the run when they differ or are headings

Carriers = Mapping[str, frozenset[int]]  # the key of a passage → the articles whose latest version has it


@dataclass(frozen=True)
class BoxChange:
    """The steps of a change that lie in a shared box, the other articles that carry it, and a key for the edit."""

    steps: tuple[Step, ...]
    others: frozenset[int]
    key: str


def passage_key(text: str) -> str:
    """What a paragraph is found by in other articles; "" for one too short to tell."""
    if count_words(text) < FEWEST_WORDS:
        return ""
    return blake2b(letters(text).encode(), digest_size=8).hexdigest()


def passages(text: Text) -> set[str]:
    return {key for p in text.paragraphs if (key := passage_key(p.text))}


def box_change(old: Text, new: Text, steps: Sequence[Step], carriers: Carriers) -> BoxChange | None:
    """What of a change lies in a box that other articles carry, or None."""
    others = [_others(old.paragraphs, new.paragraphs, step, carriers) for step in steps]
    found: list[Step] = []
    named: set[int] = set()
    for run in (*_marked_runs(steps), *_unmarked_runs(steps, others)):
        in_run = frozenset().union(*(others[at] for at in run))
        changed = [steps[at] for at in run if steps[at].differs]
        if in_run and changed:
            found += changed
            named |= in_run
    if not found:
        return None
    return BoxChange(tuple(found), frozenset(named), _edit_key(old.paragraphs, new.paragraphs, found))


def edit_key(old: Text, new: Text, steps: Sequence[Step]) -> str:
    """The same for the same edit of words that several articles carry outside a box; "" for what may recur by chance.

    Headline, standfirst and byline are each article's own, so an edit of theirs has no key.
    """
    changed = [step for step in steps if step.differs]
    words = sum(span.words for step in changed for span in step.spans if span.edit != "equal")
    is_own = any(getattr(old, field) != getattr(new, field) for field in ("headline", "standfirst", "byline"))
    touched = [old.paragraphs[i].text for step in changed for i in step.old]
    touched += [new.paragraphs[j].text for step in changed for j in step.new]
    if is_own or not words or not all(passage_key(text) for text in touched):
        return ""
    return _edit_key(old.paragraphs, new.paragraphs, changed)


def without(text: Text, indices: Iterable[int]) -> Text:
    """The text without the paragraphs at `indices`."""
    gone = set(indices)
    return replace(text, paragraphs=tuple(p for at, p in enumerate(text.paragraphs) if at not in gone))


def _others(old: Sequence[Paragraph], new: Sequence[Paragraph], step: Step, carriers: Carriers) -> frozenset[int]:
    keys = {passage_key(old[i].text) for i in step.old} | {passage_key(new[j].text) for j in step.new}
    return frozenset().union(*(carriers.get(key, frozenset()) for key in keys if key))


def _marked_runs(steps: Sequence[Step]) -> list[list[int]]:
    runs: list[list[int]] = []
    for at, step in enumerate(steps):
        if step.role is not Role.BOX:
            continue
        if runs and runs[-1][-1] == at - 1:
            runs[-1].append(at)
        else:
            runs.append([at])
    return runs


def _unmarked_runs(steps: Sequence[Step], others: Sequence[frozenset[int]]) -> list[list[int]]:
    """Runs of paragraphs outside marked boxes that several other articles carry, with a heading among them."""
    shared = [at for at, step in enumerate(steps) if step.role is not Role.BOX and len(others[at]) >= FEWEST_CARRIERS]
    runs: list[list[int]] = []
    for at in shared:
        between = range(runs[-1][-1] + 1, at) if runs else range(0)
        if runs and len(between) <= GAP and all(steps[i].differs or _is_heading(steps[i]) for i in between):
            runs[-1] += [*between, at]
        else:
            runs.append([*_headings_before(steps, at), at])
    return [run for run in runs if _is_box(steps, run)]


def _headings_before(steps: Sequence[Step], at: int) -> list[int]:
    return [at - 1] if at and _is_heading(steps[at - 1]) else []


def _is_box(steps: Sequence[Step], run: Sequence[int]) -> bool:
    words = sum(span.words for at in run for span in steps[at].spans if span.edit != "delete")
    return words >= RUN and any(_is_heading(steps[at]) for at in run)


def _is_heading(step: Step) -> bool:
    text = "".join(span.text for span in step.spans if span.edit != "delete")
    is_question = text.rstrip().endswith("?") and count_words(text) <= 12
    return step.role is Role.HEADING or is_question


def _edit_key(old: Sequence[Paragraph], new: Sequence[Paragraph], steps: Sequence[Step]) -> str:
    """The same for the same edit of the same box, whatever else changed around it."""
    edits = sorted(
        "|".join([*(letters(old[i].text) for i in step.old), "→", *(letters(new[j].text) for j in step.new)])
        for step in steps
    )
    return blake2b("\n".join(edits).encode(), digest_size=12).hexdigest()
