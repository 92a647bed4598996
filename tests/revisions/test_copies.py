"""Who repeats whom, and which words a copy carries."""

import pytest

from revisions.copies import COPY, Carries, carried, catches_up, likeness
from revisions.text import Paragraph, Role, Text

OWN = tuple(
    f"The {who} at the {where} says that the ledger of the lamps names neither the {what} nor anybody who ever sold one."
    for who, where, what in (
        ("miller", "upper weir", "flour"),
        ("organist", "lower parish", "organ"),
        ("ferryman", "old crossing", "oar"),
        ("clerk", "town hall", "stamp"),
        ("baker", "square", "bread"),
        ("warden", "lock", "gate"),
    )
)
BOX = tuple(
    Paragraph(f"What the ledger of lamps is, told in line {n} of a box that stands in every article.", Role.BOX)
    for n in range(8)
)


def text(*paragraphs: str, headline: str = "The ledger", box: bool = False) -> Text:
    return Text(headline, tuple(Paragraph(p) for p in paragraphs) + (BOX if box else ()))


def test_a_copy_with_another_headline_and_a_shortened_end_is_one() -> None:
    assert likeness(text(*OWN), text(*OWN[:5], headline="Lamps", box=True)) >= COPY


def test_a_lightly_edited_copy_is_one_and_an_article_of_its_own_is_none() -> None:
    edited = (OWN[0], OWN[1].replace("neither", "not"), *OWN[2:])
    assert likeness(text(*OWN), text(*edited)) >= COPY
    others = [p.replace("ledger of the lamps", "book of the bridge").replace("says", "denies") for p in OWN]
    assert likeness(text(*OWN), text(*others)) < COPY


def test_a_box_in_common_makes_no_copy_even_where_its_mark_is_missing() -> None:
    box = tuple(p.text for p in BOX)
    one = text(OWN[0], OWN[1], OWN[2], *box)
    other = text(*(p.replace("ledger", "bridge") for p in OWN[3:]), *box)
    assert likeness(one, other) < COPY
    assert likeness(text(*OWN[:2], box=True), text(*OWN[3:5], box=True)) == 0.0


def test_texts_too_short_to_tell_are_no_copies() -> None:
    assert likeness(text("Nobody was in."), text("Nobody was in.")) == 0.0


OLD, NEW = text(*OWN), text(OWN[0], "NSO said it had read none of it and knew of no lamp.", *OWN[2:])


@pytest.mark.parametrize(
    ("copy", "carries"),
    [
        (OLD, Carries.OLD),
        (NEW, Carries.NEW),
        (text(OWN[0], *OWN[2:]), Carries.OLD),
        (text(*OWN, headline="Other"), Carries.OLD),
        (text(*NEW.plain.split("\n\n"), headline="Other"), Carries.NEW),
    ],
)
def test_a_copy_carries_the_old_or_the_new_words(copy: Text, carries: Carries) -> None:
    assert carried(copy, OLD, NEW) is carries


def test_of_an_addition_a_copy_lacks_it_has_the_old_words() -> None:
    assert carried(OLD, OLD, text(*OWN, "More was added at the end of it all.")) is Carries.OLD


def test_of_two_additions_a_copy_has_one_and_reads_differently() -> None:
    assert carried(text(*OWN, "One."), OLD, text(*OWN, "One.", "Two.")) is Carries.OTHER


def test_a_changed_headline_counts_for_copies_that_had_it() -> None:
    renamed = text(*OWN, headline="The book of lamps")
    assert carried(text(*OWN), OLD, renamed) is Carries.OLD
    assert carried(text(*OWN, headline="The book of lamps"), OLD, renamed) is Carries.NEW


def test_a_copy_catches_up_when_it_takes_over_what_the_original_reads_now() -> None:
    assert catches_up(OLD, NEW, original=NEW, earlier=[OLD])
    assert catches_up(text(*OWN, headline="X"), text(*NEW.plain.split("\n\n"), headline="X"), NEW, [OLD])


def test_a_copy_that_says_more_than_the_original_has_news_of_its_own() -> None:
    more = text(*NEW.plain.split("\n\n"), "The syndicator's own reporter was told something else.")
    assert not catches_up(OLD, more, original=NEW, earlier=[OLD])
    assert not catches_up(OLD, text(*OWN[:4]), original=NEW, earlier=[OLD]), "it took out what the original still has"
