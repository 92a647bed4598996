"""Budgets and back-off, with a clock the test turns."""

from datetime import timedelta

import pytest

from crawler.politeness import FIRST_WAIT, HostWaits, Politeness


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_a_host_is_asked_no_more_often_than_its_hourly_budget() -> None:
    clock = Clock()
    politeness = Politeness(3, clock)
    for _ in range(3):
        politeness.ask("a.example")
        clock.now += 60
    with pytest.raises(HostWaits) as refused:
        politeness.ask("a.example")
    assert refused.value.wait == timedelta(seconds=3600 - 180)
    politeness.ask("b.example")
    clock.now += 3600 - 180
    politeness.ask("a.example")


def test_a_busy_host_is_left_alone_as_long_as_it_asks() -> None:
    clock = Clock()
    politeness = Politeness(100, clock)
    assert politeness.answered("a.example", 429, timedelta(seconds=30)) == timedelta(seconds=30)
    with pytest.raises(HostWaits, match="left alone for 30 s"):
        politeness.ask("a.example")
    clock.now += 31
    politeness.ask("a.example")


def test_a_busy_host_that_names_no_time_is_left_alone_ever_longer() -> None:
    politeness = Politeness(100, Clock())
    waits = [politeness.answered("a.example", 503, None) for _ in range(3)]
    assert waits == [FIRST_WAIT, FIRST_WAIT * 2, FIRST_WAIT * 4]
    assert politeness.answered("a.example", 200, None) is None
    assert politeness.answered("a.example", 503, None) == FIRST_WAIT
