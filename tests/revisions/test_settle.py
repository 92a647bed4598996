"""What two looks at a page agree on."""

import pytest

from revisions.settle import settle
from revisions.text import Paragraph, Text


def text(words: str, headline: str = "H") -> Text:
    return Text(headline, tuple(Paragraph(word) for word in words.split()))


def read(text: Text) -> str:
    return " ".join(p.text for p in text.paragraphs)


@pytest.mark.parametrize(
    ("old", "first", "second", "agreed"),
    [
        ("a b c", "a b c", "a b c", "a b c"),
        ("a b c", "a b NEW c", "a b NEW c", "a b NEW c"),
        ("a 1 b c", "a 2 b c", "a 3 b c", "a 1 b c"),
        ("a 1 b c", "a 2 b NEW c", "a 3 b NEW c", "a 1 b NEW c"),
        ("a 1 b c", "a 2 NEW b c", "a 3 NEW b c", "a 1 NEW b c"),
        ("a 1 b c", "a 2 b", "a 3 b", "a 1 b"),
        ("1 a b", "2 a b", "3 a b", "1 a b"),
        ("a b 1", "a b 2", "a b 3", "a b 1"),
        ("a b 1", "a b NEW 2", "a b NEW 3", "a b NEW 1"),
        ("a b c", "a b NEW c", "a b c", "a b c"),
        ("a b c", "a 1 b c", "a 2 b c", "a b c"),
        ("a 1 2 b", "a 3 b", "a 4 5 6 b", "a 1 2 b"),
        ("1", "2", "3", "1"),
        ("a 1 b 2 c", "a 3 b 4 c", "a 5 b 6 NEW c", "a 1 b 2 c"),
    ],
)
def test_where_two_looks_disagree_the_version_before_is_believed(
    old: str, first: str, second: str, agreed: str
) -> None:
    assert read(settle(text(old), text(first), text(second))) == agreed


def test_an_edit_beside_what_moves_is_an_edit_of_its_own_paragraph() -> None:
    def page(restless: str, price: str) -> Text:
        return Text(
            "H", tuple(map(Paragraph, ("a", restless, f"The price was {price} in the end, filings show.", "c")))
        )

    settled = settle(page("On this day in 1901", "$14m"), page("In 1944 it", "$11m"), page("As of 1830 we", "$11m"))
    assert settled == page("On this day in 1901", "$11m")


def test_a_headline_under_test_is_no_new_headline() -> None:
    settled = settle(text("a", "Old"), text("a NEW", "One"), text("a NEW", "Two"))
    assert (settled.headline, read(settled)) == ("Old", "a NEW")
    assert settle(text("a", "Old"), text("a", "One"), text("a", "One")).headline == "One"
