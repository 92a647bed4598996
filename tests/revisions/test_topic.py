"""Is this our story?"""

import pytest

from revisions.topic import Relevance, Topic

TOPIC = Topic(
    "Pegasus",
    terms=("Pegasus", "NSO", "NSO Group", "פגסוס", "بيغاسوس"),
    context=("spyware", "surveillance", "kémprogram"),
    exclude=("Pegasus Airlines", "airline", "orchestra"),
)


@pytest.mark.parametrize(
    ("title", "relevance"),
    [
        ("NSO Group answers questions", Relevance.YES),
        ("Pegasus spyware found on a telephone", Relevance.YES),
        ("NSO sells Pegasus to a ministry", Relevance.YES),
        ("A Pegasus-kémprogram nyomában", Relevance.YES),
        ("Pegasus wins by a length", Relevance.UNSURE),
        ("Pegasus Airlines adds a flight", Relevance.NO),
        ("NSO plays Mahler with full orchestra", Relevance.NO),
        ("Surveillance of storks succeeds", Relevance.NO),
        ("The NSOU university opens", Relevance.NO),
        ("הפגסוס של המשטרה: surveillance", Relevance.YES),
        ("وبيغاسوس: surveillance", Relevance.YES),
        ("", Relevance.NO),
    ],
)
def test_title_is_judged_by_whole_words_with_context(title: str, relevance: Relevance) -> None:
    assert TOPIC.judge(title).relevance is relevance


def test_one_word_decides_where_no_context_is_asked_for() -> None:
    assert Topic("x", terms=("Pegasus",)).judge("Pegasus wins").relevance is Relevance.YES


def test_verdict_names_the_words_that_counted() -> None:
    verdict = TOPIC.judge("NSO Group and its spyware")
    assert dict(verdict.reasons) == {"NSO": 1, "NSO Group": 2, "spyware": 1}


def test_a_weight_of_its_own_counts_and_a_heavy_context_word_leaves_it_to_the_text() -> None:
    topic = Topic("t", ("Pegasus", "Pegasusaffäre^2"), ("spyware^2", "phones"), ("airline^5",))
    assert topic.judge("Pegasusaffäre: wer wusste was").relevance is Relevance.YES
    assert topic.judge("A spyware firm and its friends").relevance is Relevance.UNSURE
    assert topic.judge("Phones and how to lose them").relevance is Relevance.NO
    assert topic.judge("Pegasus, the airline, bans spyware").weight == 1 + 2 - 5


def test_an_entry_without_a_title_is_left_to_its_text() -> None:
    topic = Topic("t", ("Pegasus",), ("spyware",), ("airline",))
    assert topic.judge_entry("", "", "content 4da1117e").relevance is Relevance.UNSURE
    assert topic.judge_entry("", "", "pegasus airline timetable").relevance is Relevance.NO
    assert topic.judge_entry("Soup of the day", "", "soup").relevance is Relevance.NO
