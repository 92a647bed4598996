"""What a change means, by tables of small articles written for them."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from revisions.change import Change, compare, gone, restored
from revisions.kinds import Kind, Significance
from revisions.text import Paragraph, Role, Text
from revisions.topic import Speaker

SPEAKERS = (Speaker("NSO Group", ("NSO", "Clare Locke")), Speaker("Amnesty International", ("Amnesty",)))
BODY = (
    "Forty inspectors stand on a list of 50,000 numbers that reached a small newsroom in an envelope.",
    "The ministry would not be drawn on the matter for three days.",
    "NSO declined to comment on the findings.",
    "A laboratory examined nineteen handsets and found traces of the software on eleven, its report says; the owners "
    "of the other eight had changed their telephones in the meantime.",
    "The council has asked the prosecutor for an explanation.",
)


def text(*paragraphs: str | Paragraph, **fields: object) -> Text:
    body = tuple(p if isinstance(p, Paragraph) else Paragraph(p) for p in paragraphs)
    return replace(Text("Inspectors on the list", body), **fields)


def notice(words: str) -> Paragraph:
    return Paragraph(words, Role.NOTICE)


def change(*paragraphs: str | Paragraph, **fields: object) -> Change:
    found = compare(text(*BODY), text(*paragraphs, **fields), SPEAKERS)
    assert found is not None
    return found


def swapped(old: str, new: str) -> tuple[str, ...]:
    return tuple(p.replace(old, new) for p in BODY)


@pytest.mark.parametrize(
    "same",
    [
        BODY,
        tuple(p.replace("'", "\u2019").replace("-", "\u2011") for p in BODY),
        tuple(p.replace(" ", "\u00a0") for p in BODY),
        tuple(p.replace("handsets", "hand\u00adsets") for p in BODY),
    ],
)
def test_typography_is_no_change(same: tuple[str, ...]) -> None:
    assert compare(text(*BODY), text(*same), SPEAKERS) is None


def test_dates_alone_are_no_change() -> None:
    later = text(*BODY, modified_at=datetime(2021, 7, 19, tzinfo=UTC), published_at=datetime(2021, 7, 18, tzinfo=UTC))
    assert compare(text(*BODY), later) is None


def test_a_paragraph_split_in_two_is_no_change() -> None:
    first, second = BODY[3].split("; ")
    assert compare(text(*BODY), text(*BODY[:3], f"{first};", second, BODY[4])) is None


def test_comment_and_notice_after_publication_are_a_statement_and_a_notice() -> None:
    found = change(
        *BODY[:2],
        "In a statement sent after publication, NSO said: “The list is a telephone book.” The company added that it "
        "would look into every claim.",
        *BODY[3:],
        notice("This article was updated to reflect further comment from NSO, received after publication."),
    )
    assert found.kinds == (Kind.STATEMENT, Kind.NOTICE)
    assert found.significance is Significance.MAJOR
    assert not found.stealth
    assert [(s.speaker, s.action.value, s.quoted) for s in found.statements] == [("NSO Group", "added", True)]
    assert found.statements[0].before == "NSO declined to comment on the findings."
    assert found.summary == "NSO Group comment added (24 words); update notice added"


@pytest.mark.parametrize(
    ("paragraphs", "kinds", "significance", "summary"),
    [
        (swapped("50,000", "60,000"), (Kind.FIGURES,), "major", "figure changed: 50,000 → 60,000"),
        (swapped("eleven", "twelve"), (Kind.FIGURES,), "major", "figure changed: eleven → twelve"),
        ((*BODY[:3], BODY[4]), (Kind.REMOVAL,), "major", "passage removed (29 words)"),
        ((*BODY[:4],), (Kind.REMOVAL,), "minor", "passage removed (9 words)"),
        ((*BODY, "Snow fell on the quay."), (Kind.BODY,), "minor", "text added (5 words)"),
        (swapped("explanation", "explenation"), (Kind.BODY,), "cosmetic", "text changed (+1 −1 words)"),
        (swapped("drawn", "tempted"), (Kind.BODY,), "minor", "text changed (+1 −1 words)"),
        ((BODY[1], BODY[0], *BODY[2:]), (Kind.BODY,), "cosmetic", "passage moved"),
        ((*BODY[:2], *BODY[3:]), (Kind.STATEMENT,), "major", "NSO Group comment withdrawn (7 words)"),
        (
            swapped("NSO declined to comment on the findings.", "NSO said it would sue."),
            (Kind.STATEMENT,),
            "major",
            None,
        ),
        ((*BODY, notice("Correction: it was eleven.")), (Kind.NOTICE,), "major", "correction notice added"),
        ((*BODY, notice("Update 14 March: a new photo.")), (Kind.NOTICE,), "minor", "update notice added"),
    ],
)
def test_kinds_and_significance(
    paragraphs: tuple[str | Paragraph, ...], kinds: tuple[Kind, ...], significance: str, summary: str | None
) -> None:
    found = change(*paragraphs)
    assert (found.kinds, found.significance.value) == (kinds, significance)
    if summary:
        assert found.summary == summary


def test_headline_with_another_meaning_is_major_and_one_reworded_is_minor() -> None:
    other = change(*BODY, headline="Council clears everybody")
    assert (other.kinds, other.significance) == ((Kind.HEADLINE,), Significance.MAJOR)
    assert change(*BODY, headline="Forty inspectors on the list").significance is Significance.MINOR


@pytest.mark.parametrize(
    ("fields", "stealth"),
    [
        ({}, True),
        ({"modified_at": datetime(2021, 7, 18, tzinfo=UTC)}, True),
        ({"modified_at": datetime(2021, 7, 20, tzinfo=UTC)}, False),
    ],
)
def test_stealth_is_a_change_of_substance_without_notice_or_newer_date(
    fields: dict[str, object], stealth: bool
) -> None:
    old = text(*BODY, modified_at=datetime(2021, 7, 19, tzinfo=UTC))
    found = compare(old, text(*BODY[:4], **fields))
    assert found is not None
    assert found.stealth is stealth


def test_gone_and_restored_are_major() -> None:
    assert (gone(410).kinds, gone(410).significance, gone(410).stealth) == ((Kind.GONE,), Significance.MAJOR, True)
    back = restored(change(*BODY[:4]))
    assert back.kinds == (Kind.REMOVAL, Kind.RESTORED)
    assert restored(None).kinds == (Kind.RESTORED,)
