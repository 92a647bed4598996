"""Alignment: every paragraph once, and the words of both versions exactly."""

from hypothesis import given, settings
from hypothesis import strategies as st

from revisions.align import Action, Edit, align, diff_text
from revisions.text import Paragraph
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
