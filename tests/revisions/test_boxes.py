"""Boxes many articles carry."""

from revisions.align import align
from revisions.boxes import box_change, passage_key, passages, without
from revisions.text import Paragraph, Role, Text

HEADING = Paragraph("What is the ledger of the lamps?", Role.HEADING)
LINES = (
    "The ledger is a notebook of 1,200 lines in which a clerk wrote down every order that crossed the counter of the "
    "lamp shop between two winters, with the hour beside it.",
    "A line in the ledger does not say that a telephone was opened. It says that somebody paid for the wish, in coins, "
    "and that the clerk believed them.",
)
OWN = Paragraph("The miller says that his telephone grew warm whenever the council sat.")


def article(*lines: str, role: Role = Role.BODY) -> Text:
    return Text("The miller", (OWN, HEADING, *(Paragraph(line, role) for line in lines)))


def carried_by(ids: frozenset[int], *texts: Text) -> dict[str, frozenset[int]]:
    return {key: ids for t in texts for key in passages(t) if key != passage_key(OWN.text)}


def test_an_edit_within_a_run_that_others_carry_lies_in_a_box() -> None:
    old, new = article(*LINES), article(LINES[0], LINES[1].replace("coins", "notes"))
    box = box_change(old, new, align(old.paragraphs, new.paragraphs), carried_by(frozenset({7, 8}), old))
    assert box is not None
    assert (box.others, len(box.steps)) == (frozenset({7, 8}), 1)


def test_the_same_edit_has_the_same_key_whatever_else_changed() -> None:
    old, new = article(*LINES), article(LINES[0], LINES[1].replace("coins", "notes"))
    more = Text(new.headline, (Paragraph("A word of the miller's own comes first."), *new.paragraphs))
    carriers = carried_by(frozenset({7, 8}), old)
    keys = {
        box.key
        for version in (new, more)
        if (box := box_change(old, version, align(old.paragraphs, version.paragraphs), carriers))
    }
    assert len(keys) == 1


def test_one_other_article_makes_a_marked_box_and_no_unmarked_one() -> None:
    for role, is_box in ((Role.BOX, True), (Role.BODY, False)):
        old = article(*LINES, role=role)
        new = article(LINES[0], LINES[1].replace("coins", "notes"), role=role)
        box = box_change(old, new, align(old.paragraphs, new.paragraphs), carried_by(frozenset({7}), old))
        assert (box is not None) == is_box


def test_paragraphs_without_a_heading_are_no_box_however_many_carry_them() -> None:
    old, new = (Text("x", tuple(map(Paragraph, lines))) for lines in (LINES, (LINES[0], LINES[1] + " Twice.")))
    assert box_change(old, new, align(old.paragraphs, new.paragraphs), carried_by(frozenset({7, 8, 9}), old)) is None


def test_a_text_without_its_box_keeps_the_rest() -> None:
    assert without(article(*LINES), [1, 2, 3]).paragraphs == (OWN,)
