"""Telling an edit from furniture that moves: what two looks at a page, moments apart, agree on.

A paragraph that is different every time it is looked at was not edited by anybody. So when a page seems changed it is
looked at again, and where the two looks disagree the version before is believed.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from rapidfuzz.distance import LCSseq

from revisions.align import Action, align
from revisions.text import Paragraph, Text
from revisions.words import fold


def settle(old: Text, first: Text, second: Text) -> Text:
    """The text two looks agree on; what they disagree on stands as it stood in `old`.

    A headline that is one thing now and another a moment later (an A/B test) is no new headline, and a look that
    brings back the old page (a stale cache) settles on the old text until both looks have seen the new one.
    """
    if first.sha256 == second.sha256:
        return second
    fields = {
        name: getattr(second if _agree(first, second, name) else old, name)
        for name in ("headline", "standfirst", "byline")
    }
    return replace(second, paragraphs=tuple(_agreed(old.paragraphs, first.paragraphs, second.paragraphs)), **fields)


def _agree(first: Text, second: Text, field: str) -> bool:
    return fold(getattr(first, field)) == fold(getattr(second, field))


def _agreed(old: Sequence[Paragraph], first: Sequence[Paragraph], second: Sequence[Paragraph]) -> Iterator[Paragraph]:
    """Paragraphs both looks share, in order; between them, where they differ, what `old` has in that place."""
    place = _places(old, second)
    shared = _shared(first, second)
    used = -1  # the last paragraph of `old` accounted for
    for at, (_, j) in enumerate(shared):
        if _is_gap(shared, at):
            end = next((place[k] for _, k in shared[at:] if k in place), len(old))
            yield from old[used + 1 : end]
            used = max(used, end - 1)
        yield second[j]
        used = max(used, place.get(j, used))
    if not shared or shared[-1] != (len(first) - 1, len(second) - 1):
        yield from old[used + 1 :]


def _places(old: Sequence[Paragraph], second: Sequence[Paragraph]) -> dict[int, int]:
    """Where each paragraph of the second look stood in `old`, edited or not."""
    kept = [step for step in align(old, second) if step.old and step.new and step.action is not Action.MOVED]
    return {j: step.old[0] for step in kept for j in step.new}


def _shared(first: Sequence[Paragraph], second: Sequence[Paragraph]) -> list[tuple[int, int]]:
    """Pairs of indices of paragraphs that read the same, in the order of both."""
    blocks = LCSseq.opcodes([fold(p.text) for p in first], [fold(p.text) for p in second])
    return [
        (block.src_start + n, block.dest_start + n)
        for block in blocks
        if block.tag == "equal"
        for n in range(block.src_end - block.src_start)
    ]


def _is_gap(shared: Sequence[tuple[int, int]], at: int) -> bool:
    """Do the looks disagree between this shared paragraph and the one before it?"""
    before = shared[at - 1] if at else (-1, -1)
    return shared[at] != (before[0] + 1, before[1] + 1)
