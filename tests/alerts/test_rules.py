"""Which changes go to which channels."""

from datetime import UTC, datetime

import pytest

from alerts.rules import Rule, router
from revisions.change import Change
from revisions.classify import Kind, Significance
from revisions.statements import Outcome, StatementChange
from storage.facts import Draft, Event
from storage.tables import Article

ARTICLE = Article(
    id=1, url="https://n.example/a", outlet="The Guardian", first_seen_at=datetime(2021, 7, 18, tzinfo=UTC)
)
SAID = (StatementChange("NSO Group", Outcome.ADDED, "No.", quoted=True),)


def event(
    type_: str = "updated",
    significance: str = "minor",
    *,
    stealth: bool = False,
    kinds: tuple[Kind, ...] = (Kind.BODY,),
) -> Event:
    statements = SAID if Kind.STATEMENT in kinds else ()
    change = Change(kinds, Significance(significance), "", stealth, "x", statements=statements)
    return Event(type_, ARTICLE, None if type_ == "discovered" else change)


def test_without_rules_every_channel_hears_what_is_at_least_minor_and_what_is_new() -> None:
    route = router([], ["a", "b"])
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
        ({"stealth": True}, event(), False),
        ({"stealth": True}, event(stealth=True), True),
        ({"stealth": False}, event(stealth=True), False),
    ],
)
def test_all_conditions_of_a_rule_must_hold(rule: dict[str, object], what: Event, matches: bool) -> None:
    assert Rule("r", ("a",), **rule).matches(what) is matches  # type: ignore[arg-type]


def test_a_channel_named_by_two_rules_is_told_once_and_knows_both() -> None:
    route = router([Rule("one", ("a",)), Rule("two", ("a", "b"))], ["a", "b"])
    assert route(event()) == [Draft("a", ("one", "two")), Draft("b", ("two",))]
