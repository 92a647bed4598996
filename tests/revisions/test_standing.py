"""Statements are followed from version to version, sentence by sentence."""

import pytest

from revisions.standing import Entry, Standing, follow, is_same_statement, marks, without_repeats
from revisions.statements import Statement

FIRST = "NSO Group said: “We sell to states alone.”"
MORE = "It added that it would look into every claim."
OTHER = "NSO Group said: “We sell to vetted states alone, and to nobody else.”"


def said(*texts: str, speaker: str = "NSO Group", silent: bool = False) -> list[Statement]:
    return [Statement(speaker, text, "“" in text, at, silent) for at, text in enumerate(texts)]


def entries(*texts: str, silent: bool = False) -> list[Entry]:
    return [Entry(number, "NSO Group", text, silent) for number, text in enumerate(texts, 1)]


def ended(standing: Standing) -> list[tuple[int, str, int | None]]:
    return [(entry.id, fragment.text, successor) for entry, fragment, successor in standing.ended]


def test_what_stays_stays_and_what_comes_is_only_what_is_new() -> None:
    became = follow(entries(FIRST), said(f"{FIRST} {MORE}"))
    assert became.kept == {1: FIRST}
    assert [(f.text, f.quoted) for f in became.came] == [(MORE, False)]
    assert ended(became) == []


def test_a_sentence_that_goes_ends_alone() -> None:
    became = follow(entries(f"{FIRST} {MORE}"), said(FIRST))
    assert became.kept == {1: FIRST}
    assert ended(became) == [(1, MORE, None)]


def test_a_statement_said_otherwise_is_replaced() -> None:
    became = follow(entries(FIRST), said(OTHER))
    assert became.kept == {}
    assert ended(became) == [(1, FIRST, 0)]


def test_another_statement_replaces_nothing() -> None:
    became = follow(entries(FIRST), said("NSO Group called the list “a telephone book of no importance”."))
    assert ended(became) == [(1, FIRST, None)]


def test_words_end_silence() -> None:
    became = follow(entries("NSO Group did not respond.", silent=True), said(FIRST))
    assert ended(became) == [(1, "NSO Group did not respond.", 0)]


def test_the_same_words_of_somebody_else_are_new() -> None:
    became = follow(entries(FIRST), said(FIRST, speaker="The ministry"))
    assert became.kept == {}
    assert [f.speaker for f in became.came] == ["The ministry"]


def test_typography_and_paragraph_breaks_change_nothing() -> None:
    became = follow(entries(f"{FIRST} {MORE}"), said(FIRST.replace("“", '"').replace("”", '"'), MORE))
    assert set(became.kept) == {1}
    assert ended(became) == []
    assert became.came == []


def test_a_pull_quote_repeats_nothing() -> None:
    assert [s.text for s in without_repeats(said(FIRST, f"{FIRST} {MORE}"))] == [FIRST, MORE]


SAME = [
    (
        "“There is no credence in the claims made about the list,” NSO Group said in a letter.",
        "The company wrote that there is “no credence in the claims made about the list” at all.",
    ),
    (
        "NSO Group said it would continue to investigate all credible claims of misuse and take action.",
        "In a statement, NSO Group said it will continue to investigate all credible claims of misuse.",
    ),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_outlets_word_the_same_statement_each_in_its_way(one: str, other: str) -> None:
    assert is_same_statement(one, other)
    assert marks(one) & marks(other)


def test_different_statements_are_not_the_same() -> None:
    assert not is_same_statement(SAME[0][0], SAME[1][0])
    assert not is_same_statement(FIRST, "NSO Group said: “We shall sue the newspaper in three countries.”")
    assert marks("NSO declined to comment.") == frozenset(), "too short to tell"
