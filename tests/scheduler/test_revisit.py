"""When to look again, with times the test chooses."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from scheduler.hazard import NO_ECHOES, Habit, Hazard, liveliness
from scheduler.plan import is_worth, plan
from scheduler.revisit import PRICE, STEP, Limits, chance_of, next_dearness, wait
from storage.facts import Course, Planned, Signal

NOW = datetime(2021, 7, 18, 16, tzinfo=UTC)
LIMITS = Limits()
AGES = [timedelta(minutes=1), timedelta(hours=1), timedelta(days=1), timedelta(weeks=1), timedelta(days=365)]


def course(age: timedelta = timedelta(days=1), **more: object) -> Course:
    return replace(Course(NOW, NOW - age), **more)  # type: ignore[arg-type]


def ahead(planned: Planned) -> timedelta:
    return planned.at - NOW


def test_an_article_is_visited_less_often_the_older_it_is() -> None:
    waits = [ahead(plan(course(age), LIMITS)) for age in AGES]
    assert waits == sorted(waits)
    assert LIMITS.min < waits[0] < timedelta(minutes=15)
    assert waits[-1] > timedelta(days=1)


def test_the_published_figures_come_out_of_the_model() -> None:
    """21 % of articles change within a week and 82 % of those within a day, the liveliness being gamma-distributed."""
    day, week = (Hazard(0).expected(days * 86400) for days in (1, 7))
    changed = [1 - (1 + expected / 0.3) ** -0.3 for expected in (day, week)]
    assert changed[1] == pytest.approx(0.21, abs=0.01)
    assert changed[0] / changed[1] == pytest.approx(0.82, abs=0.02)


def test_a_constant_rate_is_followed_by_the_square_root_law() -> None:
    old = Hazard(age=1e9, liveliness=1000)
    rate = old.expected(1)
    assert wait(old, PRICE, replace(LIMITS, max=timedelta(days=999))).total_seconds() == pytest.approx(
        (2 * PRICE / rate) ** 0.5, rel=0.03
    )


def test_a_change_is_followed_by_a_look_soon_and_the_outlet_is_known_better() -> None:
    calm = plan(course(last_read_at=NOW - timedelta(hours=2)), LIMITS)
    stirred = plan(course(last_read_at=NOW - timedelta(hours=2), changed=True), LIMITS)
    assert ahead(stirred) < ahead(calm) / 3
    assert stirred.came == pytest.approx(1)
    assert calm.came == 0
    assert stirred.expected == calm.expected > 0
    assert "it changed lately" in stirred.why


def test_a_follow_up_does_not_make_an_article_lively() -> None:
    once = plan(course(last_read_at=NOW - timedelta(minutes=5), changed=True, echoes=(0.1, 0.1, 0.1)), LIMITS)
    assert once.came < 0.2


def test_lively_articles_and_outlets_are_visited_more_often_and_dead_ones_less() -> None:
    typical = ahead(plan(course(), LIMITS))
    assert ahead(plan(course(expected=0.3, came=3), LIMITS)) < typical / 2
    assert ahead(plan(course(outlet_expected=10, outlet_came=60), LIMITS)) < typical / 2
    assert ahead(plan(course(expected=2), LIMITS)) > typical * 2
    assert liveliness(Habit(), Habit()) == 1


def test_failures_in_a_row_slow_visits_down_and_teach_nothing() -> None:
    before = NOW - timedelta(hours=1)
    failed = [plan(course(failed=True, failures=n, last_read_at=before), LIMITS) for n in range(1, 4)]
    assert [round(ahead(later) / ahead(earlier)) for earlier, later in pairwise(failed)] == [2, 2]
    assert (failed[0].expected, failed[0].echoes) == (0, NO_ECHOES)
    assert ahead(plan(course(failed=True, failures=40), LIMITS)) == LIMITS.max


def test_an_article_that_awaits_an_answer_is_looked_at_sooner_for_three_days() -> None:
    typical = plan(course(), LIMITS)
    awaited = plan(course(awaited_since=NOW - timedelta(hours=5)), LIMITS)
    assert ahead(awaited) < ahead(typical) * 0.7
    assert "awaits somebody's answer" in awaited.why
    assert ahead(plan(course(awaited_since=NOW - timedelta(days=4)), LIMITS)) == ahead(typical)


def test_nothing_followed_is_forgotten_and_nothing_is_asked_too_often() -> None:
    assert ahead(plan(course(timedelta(days=4000), expected=90), LIMITS)) == LIMITS.max
    lively = course(timedelta(minutes=1), last_read_at=NOW, came=900, echoes=(9.0, 9.0, 9.0))
    assert ahead(plan(lively, LIMITS)) == LIMITS.min


def test_a_shorter_shortest_wait_makes_all_waits_shorter_in_proportion() -> None:
    eager = Limits(min=timedelta(seconds=2))
    assert ahead(plan(course(timedelta(0)), eager)) < timedelta(seconds=10)
    assert ahead(plan(course(timedelta(days=9)), eager)) < ahead(plan(course(timedelta(days=9)), LIMITS)) / 30


def test_a_signal_is_followed_where_the_next_visit_is_far_enough_for_its_worth() -> None:
    assert is_worth(Signal(timedelta(minutes=10)), LIMITS)
    assert not is_worth(Signal(timedelta(seconds=10)), LIMITS)
    assert not is_worth(Signal(timedelta(minutes=10), true=0, followed=500), LIMITS)
    assert is_worth(Signal(timedelta(hours=10), true=0, followed=500), LIMITS)
    assert not is_worth(Signal(timedelta(minutes=10), dearness=100), LIMITS)
    assert chance_of(90, 100) > 0.85


def test_requests_to_a_host_cost_more_until_what_is_wanted_fits_its_budget() -> None:
    assert next_dearness(1, wanted=720, budget=360) == STEP
    assert next_dearness(4, wanted=360, budget=360) == 4
    assert next_dearness(4, wanted=0, budget=360) == 4 / STEP
    assert next_dearness(1, wanted=10, budget=360) == 1
    dear, wanted = 1.0, []
    for _ in range(40):  # twice as much is wanted as there is
        wanted.append(720 / dear**0.5)
        dear = next_dearness(dear, round(wanted[-1]), 360)
    assert wanted[-1] == pytest.approx(360, rel=0.05)
    assert min(wanted) > 0.9 * 360
    rare = plan(course(dearness=4.0), LIMITS)
    assert ahead(rare) / ahead(plan(course(), LIMITS)) == pytest.approx(2, rel=0.15)
    assert "a request costs 4.0 times as much" in rare.why
