"""Telling an edit from a page that is laid out or read differently."""

from revisions.seen import Seen, reconcile
from revisions.text import Paragraph, Role, Text

FIRST = "Forty inspectors stand on a list that reached the newsroom in an envelope."
SECOND = "The ministry would not be drawn on the matter for three days."
THIRD = "The clerk who stamped the papers breeds carp in the hills."
NAMES = [f"class-{n}" for n in range(20)]


def text(*paragraphs: str | Paragraph, headline: str = "Inspectors on the list") -> Text:
    return Text(headline, tuple(p if isinstance(p, Paragraph) else Paragraph(p) for p in paragraphs))


def plain(found: Text) -> list[str]:
    return [p.text for p in found.paragraphs]


def test_a_paragraph_that_still_stands_on_the_page_was_not_taken_out() -> None:
    page = Seen.of([FIRST, SECOND, THIRD])
    assert plain(reconcile(text(FIRST, SECOND, THIRD), text(FIRST, THIRD), page, page)) == [FIRST, SECOND, THIRD]


def test_a_paragraph_that_left_the_page_was_taken_out() -> None:
    before, now = Seen.of([FIRST, SECOND, THIRD]), Seen.of([FIRST, THIRD])
    assert plain(reconcile(text(FIRST, SECOND, THIRD), text(FIRST, THIRD), before, now)) == [FIRST, THIRD]


def test_a_paragraph_that_stood_on_the_page_before_was_not_put_in_and_a_new_one_was() -> None:
    before = Seen.unpack(Seen.of([FIRST, SECOND]).pack())
    now = Seen.of([FIRST, SECOND, THIRD])
    assert plain(reconcile(text(FIRST), text(FIRST, SECOND, THIRD), before, now)) == [FIRST, THIRD]


def test_one_copy_of_a_sentence_that_stood_twice_can_be_taken_out() -> None:
    before, now = Seen.of([FIRST, SECOND, FIRST]), Seen.of([FIRST, SECOND])
    assert plain(reconcile(text(FIRST, SECOND, FIRST), text(FIRST, SECOND), before, now)) == [FIRST, SECOND]


def test_a_headline_in_other_capitals_is_a_new_headline_and_another_line_of_the_page_is_none() -> None:
    page = Seen.of(["Inspectors on the list", "Harbour news", FIRST])
    capitals = reconcile(text(FIRST), text(FIRST, headline="Inspectors On The List"), page, page)
    other_line = reconcile(text(FIRST), text(FIRST, headline="Harbour news"), page, page)
    assert (capitals.headline, other_line.headline) == ("Inspectors On The List", "Inspectors on the list")


def test_where_a_page_was_built_anew_labels_come_and_go_but_sentences_and_notices_do_not() -> None:
    label, notice = Paragraph("Share your views"), Paragraph("Correction: the price was wrong.", Role.NOTICE)
    before = Seen.of([FIRST, "Photo by the harbour master"], NAMES)
    now = Seen.of([FIRST, THIRD, label.text, notice.text], [f"new-{n}" for n in range(20)])
    old = text(FIRST, Paragraph("Photo by the harbour master", Role.CAPTION))
    found = plain(reconcile(old, text(FIRST, label, THIRD, notice), before, now))
    assert found == [FIRST, "Photo by the harbour master", THIRD, notice.text]


def test_a_page_is_known_again_by_its_digests() -> None:
    packed = Seen.of([FIRST, SECOND], NAMES).pack()
    again = Seen.unpack(packed)
    assert again.pack() == packed
    assert again.holds(FIRST.upper())
    assert not again.holds(THIRD)
    assert again.is_built_like(Seen.of([], NAMES))
    assert Seen.unpack(b"") == Seen()
