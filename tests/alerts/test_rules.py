"""Which changes go to which channels."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from alerts.rules import Rule, in_force, router
from revisions.kinds import Kind, Significance
from revisions.text import Paragraph, Text
from storage.facts import Draft, Event
from storage.tables import Article

ARTICLE = Article(
    id=1,
    url="https://n.example/a",
    title="The ledger of the lamps",
    outlet="The Guardian",
    language="de-CH",
    first_seen_at=datetime(2021, 7, 18, tzinfo=UTC),
)
OLD = Text("H", (Paragraph("The clerk counted forty lamps in the morning."),))
NEW = Text("H", (Paragraph("The clerk counted fifty lamps in the morning."),))


def event(
    type_: str = "updated",
    significance: str = "minor",
    *,
    stealth: bool = False,
    kinds: tuple[Kind, ...] = (Kind.BODY,),
) -> Event:
    if type_ == "discovered":
        return Event(type_, ARTICLE, "lamps")
    return Event(
        type_,
        ARTICLE,
        "lamps",
        kinds=frozenset(kinds),
        significance=Significance(significance),
        stealth=stealth,
        speakers=frozenset({"NSO Group"} if Kind.STATEMENT in kinds else ()),
        texts=(OLD, NEW),
    )


def test_without_rules_every_channel_hears_what_is_at_least_minor_and_what_is_new() -> None:
    route = router(in_force([], ["a", "b"]))
    assert route(event()) == [Draft("a", ("everything",)), Draft("b", ("everything",))]
    assert [d.channel for d in route(event("discovered"))] == ["a", "b"]
    assert route(event(significance="cosmetic")) == []


@pytest.mark.parametrize(
    ("rule", "what", "matches"),
    [
        ({"events": ("gone",)}, event(), False),
        ({"events": ("gone",)}, event("gone", "major", kinds=(Kind.GONE,)), True),
        ({"significance": Significance.MAJOR}, event(), False),
        ({"significance": Significance.COSMETIC}, event(significance="cosmetic"), True),
        ({"kinds": frozenset({Kind.STATEMENT})}, event(), False),
        ({"kinds": frozenset({Kind.STATEMENT, Kind.BODY})}, event(), True),
        ({"kinds": frozenset({Kind.BODY})}, event("discovered"), False),
        ({"speakers": frozenset({"nso group"})}, event(kinds=(Kind.STATEMENT,)), True),
        ({"speakers": frozenset({"amnesty"})}, event(kinds=(Kind.STATEMENT,)), False),
        ({"outlets": frozenset({"the guardian"})}, event(), True),
        ({"outlets": frozenset({"le monde"})}, event("discovered"), False),
        ({"feeds": frozenset({"Lamps"})}, event(), True),
        ({"feeds": frozenset({"ships"})}, event(), False),
        ({"languages": frozenset({"de"})}, event(), True),
        ({"languages": frozenset({"fr"})}, event(), False),
        ({"words": ("Fifty",)}, event(), True),
        ({"words": ("forty", "rain")}, event(), True),
        ({"words": ("lamps",)}, event(), False),
        ({"words": ("lamps",)}, event("discovered"), True),
        ({"words": ("fif",)}, event(), False),
        ({"stealth": True}, event(), False),
        ({"stealth": True}, event(stealth=True), True),
        ({"stealth": False}, event(stealth=True), False),
    ],
)
def test_all_conditions_of_a_rule_must_hold(rule: dict[str, object], what: Event, matches: bool) -> None:
    assert Rule("r", ("a",), **rule).matches(what) is matches  # type: ignore[arg-type]


def test_a_channel_named_by_two_rules_is_told_once_and_knows_both() -> None:
    route = router([Rule("one", ("a",)), Rule("two", ("a", "b"))])
    assert route(event()) == [Draft("a", ("one", "two")), Draft("b", ("two",))]


def test_a_rule_says_of_each_condition_why_it_does_not_hold() -> None:
    rule = Rule(
        "r", ("a",), significance=Significance.MAJOR, speakers=frozenset({"Amnesty"}), outlets=frozenset({"Le Monde"})
    )
    assert list(rule.misses(event())) == [
        "the outlet is The Guardian, not Le Monde",
        "it is minor, the rule asks for at least major",
        "no words of Amnesty came or went",
    ]
    assert list(rule.misses(event("discovered")))[-1].startswith("it asks for kinds, speakers or stealth")
    assert list(Rule("s", ("a",), stealth=True).misses(event())) == ["it is no stealth"]


def test_an_article_of_unknown_language_matches_no_language() -> None:
    unknown = replace(event(), article=ARTICLE.model_copy(update={"language": ""}))
    assert not Rule("r", ("a",), languages=frozenset({"de"})).matches(unknown)
