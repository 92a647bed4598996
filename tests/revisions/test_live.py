"""Live blogs: posts come, fall off the end, are edited and taken out."""

import pytest

from revisions.change import compare
from revisions.live import has_new_posts
from revisions.text import Paragraph, Role, Text


def blog(*posts: tuple[str, str]) -> Text:
    return Text("The hearing, as it happened", tuple(Paragraph(words, Role.BODY, key) for key, words in posts))


A, B, C = ("a", "The chair opens the hearing."), ("b", "A witness speaks of lamps."), ("c", "The basket rings.")
D, E = ("d", "The hearing is adjourned until noon."), ("e", "Everybody goes for soup.")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ((B, A), (C, B, A)),
        ((A, B), (A, B, C)),
        ((C, B, A), (E, D, C, B)),
        ((A, B, C), (B, C, D)),
        ((B, A), (E, D)),
    ],
    ids=["newest first", "oldest first", "the oldest fell off", "the oldest fell off in front", "none is left"],
)
def test_new_posts_are_no_change(old: tuple[tuple[str, str], ...], new: tuple[tuple[str, str], ...]) -> None:
    assert compare(blog(*old), blog(*new)) is None
    assert has_new_posts(blog(*old), blog(*new))


def test_an_edited_post_is_a_change_of_that_post_alone() -> None:
    change = compare(blog(B, A), blog(D, C, ("b", "A witness speaks of candles."), A))
    assert change is not None
    assert (change.words_added, change.words_removed) == (1, 1)


def test_a_post_taken_out_from_the_middle_is_a_removal() -> None:
    change = compare(blog(C, B, A), blog(D, C, A))
    assert change is not None
    assert change.words_removed == 5


def test_a_notice_in_a_new_post_is_a_change() -> None:
    words = "Correction: an earlier version of this article said the basket was tin."
    new = Text("The hearing, as it happened", (Paragraph(words, Role.NOTICE, "d"), *blog(B, A).paragraphs))
    change = compare(blog(B, A), new)
    assert change is not None
    assert [n.kind.value for n in change.notices] == ["correction"]
