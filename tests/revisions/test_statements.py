"""Who said what."""

import pytest

from revisions.ledger import compare_statements
from revisions.statements import Attribution
from revisions.text import Paragraph, Role
from revisions.topic import Speaker

SPEAKERS = [
    Speaker("NSO Group", ("NSO", "NSO גרופ", "groupe NSO")),
    Speaker("Israel's defence ministry", ("Israeli Ministry of Defense", "משרד הביטחון")),
]
ATTRIBUTION = Attribution(SPEAKERS)


def said(*paragraphs: str) -> list[tuple[str, str]]:
    return [(s.speaker, s.text) for s in ATTRIBUTION.statements([Paragraph(p) for p in paragraphs])]


@pytest.mark.parametrize(
    ("text", "speaker"),
    [
        ("NSO Group said the list was a fantasy.", "NSO Group"),
        ("“We reject every word,” NSO’s lawyers wrote.", "NSO Group"),
        ("In a statement, the Israeli Ministry of Defense said it approves exports.", "Israel's defence ministry"),
        ("Le groupe NSO a démenti ces accusations.", "NSO Group"),
        ("NSO sagte, die Liste sei erfunden.", "NSO Group"),
        ("NSO negó las acusaciones.", "NSO Group"),
        ("משרד הביטחון מסר כי הוא מאשר ייצוא.", "Israel's defence ministry"),
    ],
)
def test_sentence_that_names_a_speaker_and_a_verb_of_saying_is_a_statement(text: str, speaker: str) -> None:
    assert said(text) == [(speaker, text)]


def test_a_person_is_carried_on_by_the_surname_and_a_name_before_a_quotation_speaks() -> None:
    attribution = Attribution([Speaker("NSO Group", ("NSO", "Shalev Hulio"))])
    paragraphs = [
        Paragraph("NSO’s chief executive, Shalev Hulio, told the newspaper he was concerned."),
        Paragraph("“We will shut systems down,” Hulio said."),
        Paragraph("The river rose that night."),
        Paragraph("NSO: “The company “categorically denies” it.”"),
    ]
    assert [s.paragraph for s in attribution.statements(paragraphs)] == [0, 1, 3]


def test_the_verb_of_saying_may_be_part_of_the_quotation() -> None:
    assert len(said("NSO issued a statement: “No.”", "The company “categorically denies” the claims.")) == 2


@pytest.mark.parametrize(
    "text",
    [
        "NSO sells its tools to sixty clients.",
        "The river pilot said he had never heard of it.",
        "Reporters counted the numbers on the list.",
    ],
)
def test_mention_without_a_word_said_is_none(text: str) -> None:
    assert said(text) == []


def test_speaker_is_carried_to_the_sentences_that_go_on() -> None:
    first = "NSO said the list was a fantasy."
    second = "It added that it would sue."
    third = "“There is nothing in it.”"
    assert said(f"{first} {second}", third) == [("NSO Group", f"{first} {second}"), ("NSO Group", third)]


def test_somebody_else_who_speaks_ends_the_carrying() -> None:
    assert said("NSO said no.", "A neighbour said it was dark. He added that it rained.") == [
        ("NSO Group", "NSO said no.")
    ]


def test_a_heading_gives_the_floor_until_the_next_one() -> None:
    paragraphs = [
        Paragraph("NSO’s response", Role.HEADING),
        Paragraph("The figure is invented."),
        Paragraph("No client is named."),
        Paragraph("Background", Role.HEADING),
        Paragraph("The list holds numbers."),
    ]
    found = ATTRIBUTION.statements(paragraphs)
    assert [s.text for s in found] == ["The figure is invented.", "No client is named."]


def changes(old: list[str], new: list[str]) -> list[tuple[str, str]]:
    before, after = ([Paragraph(p) for p in side] for side in (old, new))
    found = compare_statements(ATTRIBUTION.statements(before), ATTRIBUTION.statements(after))
    return [(c.action.value, c.text) for c in found]


LONG = "NSO said the list was a fantasy made of telephone books and old rumours."


def test_statement_added_withdrawn_and_reworded() -> None:
    assert changes([], [LONG]) == [("added", LONG)]
    assert changes([LONG], []) == [("withdrawn", LONG)]
    reworded = LONG.replace("fantasy", "fairy tale")
    assert changes([LONG], [reworded]) == [("reworded", reworded)]


def test_sentence_that_joins_a_statement_is_added_alone() -> None:
    assert changes([LONG], [f"{LONG} It added that it would sue."]) == [("added", "It added that it would sue.")]


def test_silence_that_turns_into_words_is_an_added_statement() -> None:
    assert changes(["NSO declined to comment."], [LONG]) == [("added", LONG)]


def test_statement_that_only_moved_is_no_change() -> None:
    other = "The river was calm that day."
    assert changes([LONG, other], [other, LONG]) == []


def spoken(*paragraphs: Paragraph | str) -> list[tuple[str, str]]:
    speakers = (Speaker("NSO Group", ("NSO",), "NSO Group"), Speaker("Government of Hungary", (), "Hungary"))
    body = [p if isinstance(p, Paragraph) else Paragraph(p) for p in paragraphs]
    return [(s.speaker, s.text) for s in Attribution(speakers).statements(body)]


def test_the_subject_of_the_verb_speaks_and_not_who_else_is_named() -> None:
    (found,) = spoken("Ada Brandt, who once worked for NSO, said the tin was empty.")
    assert found[0] == "Ada Brandt"
    assert spoken("The harbour's clerk, Clare Locke, said it was late.")[0][0] == "Clare Locke"
    assert spoken("The harbour's voice, NSO, said it was late.")[0][0] == "NSO Group"
    assert spoken("Ada Brandt told the desk nothing of NSO.")[0][0] == "Ada Brandt"
    assert spoken("The presence of numbers that NSO clients chose raises questions, experts say.") == []


def test_a_surname_later_on_is_the_name_as_first_written() -> None:
    found = spoken("Ada Brandt runs the ferry office.", "Brandt said nobody had asked her for the key.")
    assert [speaker for speaker, _ in found] == ["Ada Brandt"]


def test_a_quotation_of_several_sentences_is_attributed_whole() -> None:
    quoted = "“We sell no lists. We never have,” a spokesperson for NSO said."
    assert spoken(quoted) == [("NSO Group", quoted)]


def test_among_responses_a_heading_that_is_a_name_gives_the_floor() -> None:
    found = spoken(
        Paragraph("Government responses", Role.HEADING),
        Paragraph("Hungary", Role.HEADING),
        "We are not aware of any such list.",
        Paragraph("Background", Role.HEADING),
        "The list is long.",
    )
    assert found == [("Government of Hungary", "We are not aware of any such list.")]


def test_what_is_said_in_a_box_carries_over_to_nothing_around_it() -> None:
    found = spoken("NSO said it had read the list.", Paragraph("The list is long.", Role.BOX), "It added a comma.")
    assert [speaker for speaker, _ in found] == ["NSO Group", "NSO Group"]


def test_a_heading_that_reports_gives_nobody_the_floor_nor_does_a_question_in_the_text() -> None:
    assert spoken(Paragraph("NSO says Israel knew", Role.HEADING), "The sun rose over the harbour.") == []
    assert spoken("So what does NSO say?", "The sun rose over the harbour.") == []
    assert spoken(Paragraph("What NSO says", Role.HEADING), "The list is not ours.") != []
