"""Alignment: every paragraph once, and the words of both versions exactly."""

import random
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from revisions import align as alignment
from revisions.align import Action, Edit, align, diff_text
from revisions.change import compare
from revisions.text import Paragraph, Text
from revisions.words import fold, tokens

VOCABULARY = ["harbour", "list", "numbers", "pilot", "envelope", "twelve", "Tuesday,", "said.", "“quoted”", "$14m"]
WORDS = st.lists(st.sampled_from(VOCABULARY), max_size=12)
PARAGRAPHS = st.lists(WORDS.map(lambda words: Paragraph(" ".join(words))), max_size=8)


@given(PARAGRAPHS, PARAGRAPHS)
@settings(deadline=None, max_examples=150)
def test_every_paragraph_of_both_sides_stands_in_exactly_one_step(old: list[Paragraph], new: list[Paragraph]) -> None:
    steps = align(old, new)
    assert sorted(i for step in steps for i in step.old) == list(range(len(old)))
    assert sorted(j for step in steps for j in step.new) == list(range(len(new)))


@given(st.text(max_size=80), st.text(max_size=80))
@settings(deadline=None)
def test_spans_hold_the_words_of_both_texts(old: str, new: str) -> None:
    spans = diff_text(old, new)
    for side, text in ((Edit.DELETE, old), (Edit.INSERT, new)):
        kept = "".join(span.text for span in spans if span.edit in (Edit.EQUAL, side))
        assert [t.key for t in tokens(kept)] == [t.key for t in tokens(text)]


@given(PARAGRAPHS)
def test_a_text_does_not_differ_from_itself(paragraphs: list[Paragraph]) -> None:
    assert all(step.action is Action.EQUAL for step in align(paragraphs, paragraphs))


def test_edited_paragraph_is_paired_with_itself_though_its_neighbour_is_new() -> None:
    old = [Paragraph("The pilot counted the barges on the river until it was dark.")]
    new = [
        Paragraph("Somebody else stood on the bridge that evening, witnesses recall."),
        Paragraph("The pilot counted the barges on the river until it was dark and cold."),
    ]
    added, edited = align(old, new)
    assert (added.action, edited.action) == (Action.ADDED, Action.EDITED)
    assert [fold(s.text) for s in edited.inserted] == ["and cold"]


def test_paragraph_found_again_elsewhere_has_moved() -> None:
    old = [Paragraph(f"Paragraph number {n} tells its own story at some length.") for n in ("one", "two", "three")]
    moved = [step for step in align(old, [old[2], old[0], old[1]]) if step.action is Action.MOVED]
    assert len(moved) == 1
    assert not moved[0].differs


@given(PARAGRAPHS, PARAGRAPHS)
@settings(deadline=None, max_examples=150)
def test_texts_too_large_for_the_best_alignment_lose_no_word(old: list[Paragraph], new: list[Paragraph]) -> None:
    with patch.multiple(alignment, MOST_PAIRS=4, MOST_CELLS=16):
        steps = align(old, new)
    for side, paragraphs, places in (
        (Edit.DELETE, old, [i for step in steps for i in step.old]),
        (Edit.INSERT, new, [j for step in steps for j in step.new]),
    ):
        assert sorted(places) == list(range(len(paragraphs)))
        kept = [t.key for s in steps for x in s.spans if x.edit in (Edit.EQUAL, side) for t in tokens(x.text)]
        assert sorted(kept) == sorted(t.key for p in paragraphs for t in tokens(p.text))


def test_of_many_paragraphs_those_that_read_the_same_elsewhere_have_moved() -> None:
    old = [Paragraph(f"Barge {n} lay at pier {n % 7} until its papers came.") for n in range(6)]
    with patch.multiple(alignment, MOST_PAIRS=4):
        steps = align(old, [Paragraph("The harbour was quiet."), *reversed(old)])
    assert sum(step.action is Action.MOVED for step in steps) == 5
    assert not any(step.action is Action.REMOVED for step in steps)


@pytest.mark.parametrize("paragraphs", [1, 50, 3000])
def test_two_long_texts_that_have_nothing_in_common_are_compared(paragraphs: int) -> None:
    """60,000 words each; with every pair of paragraphs looked at it took hours."""
    words = [f"w{number}" for number in range(5000)]
    chance = random.Random(paragraphs)

    def text() -> Text:
        length = 60_000 // paragraphs
        lines = (" ".join(chance.choices(words, k=length)).capitalize() + "." for _ in range(paragraphs))
        return Text("The harbour list", tuple(map(Paragraph, lines)))

    change = compare(text(), text())
    assert change is not None
    assert change.words_removed > 30_000
