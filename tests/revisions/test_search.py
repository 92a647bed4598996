"""Words are found however they are written, in every script the story is told in."""

import pytest

from revisions.errors import QuestionError
from revisions.search import excerpt, parse, terms

FOUND = [
    ("NSO’s “lawful” customers", "nso", "lawful"),
    ("Das Ministerium hörte mit; Łódź schwieg.", "horte", "LODZ"),
    ("It sold 50,000 numbers, not 1.5 million.", "50000", "50,000", "1.5"),
    ("L’État s’est tu", "etat", "s'est"),
    ("החברה מסרה כי לממשלה אין חלק בכך", "חברה", "ממשלה", "החברה"),
    ("בחברה אומרים דבר אחר", "החברה", "חברה"),
    ("הַחֶבְרָה", "החברה"),
    ("وقالت الشركة إنّ أحمد لا يعرف", "شركة", "احمد", "قالت"),
    ("للشركة رأي آخر", "الشركة", "شركة"),
    ("وزارة الداخليّة", "الداخلية"),
    ("कंपनी ने कहा कि जासूसी नहीं हुई", "कंपनी", "जासूसी"),
    ("ज़मीन पर कुछ नहीं", "जमीन"),
    ("Το υπουργείο απάντησε", "απαντησε"),
    ("٢٠٢١ رقما", "2021"),
]


def is_in(text: str, asked: str) -> bool:
    question, found = parse(asked), terms(text)
    return bool(question.found_in(found))


@pytest.mark.parametrize(("text", "asked"), [(text, asked) for text, *words in FOUND for asked in words])
def test_a_word_is_found_however_it_is_written(text: str, asked: str) -> None:
    assert is_in(text, asked)


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("התחברה אליהם", "חברה"),  # another word that ends like it
        ("Inso and nsob", "nso"),
        ("a car pet", "carpet"),
        ("no such credence", '"no credence"'),
    ],
)
def test_other_words_are_not(text: str, asked: str) -> None:
    assert not is_in(text, asked)


def test_phrases_beginnings_and_what_is_unwanted() -> None:
    phrase, beginning, unwanted = parse('"no credence" surveil* -drone').sought
    assert phrase.ways == (("no", "credence"),)
    assert beginning.is_prefix
    assert beginning.ways == (("surveil",),)
    assert unwanted.is_unwanted
    assert parse("end-use").sought[0].ways == (("end", "use"),), "what is written in one is a phrase"


@pytest.mark.parametrize(
    "asked", ["", "   ", '""', "-only", "***", "?!", "a*", "x" * 500, " ".join("abcdefghijklmnopqr")]
)
def test_a_question_without_an_answer_says_what_to_ask(asked: str) -> None:
    with pytest.raises(QuestionError):
        parse(asked)


def test_an_excerpt_shows_what_was_asked_for_with_the_words_around_it() -> None:
    pieces = excerpt(f"{'before ' * 9}“no credence”, it said {'behind ' * 9}", parse('"no credence"'), around=3)
    assert [(p.text, p.is_hit) for p in pieces] == [
        ("…", False),
        ("before before before", False),
        ("“no credence”,", True),
        ("it said behind", False),
        ("…", False),
    ]
