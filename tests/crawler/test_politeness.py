"""Budgets and back-off, with a clock the test turns."""

from datetime import timedelta

import pytest
from scrapy.http import Response

from crawler.politeness import FIRST_WAIT, HostWaits, Politeness, retry_after


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


def test_what_was_asked_of_a_host_is_remembered_by_the_next_run() -> None:
    clock = Clock()
    before = Politeness(2, clock)
    for _ in range(2):
        before.ask("a.example")
    before.answered("b.example", 429, timedelta(minutes=5))
    assert before.changed == {"a.example", "b.example"}
    after = Politeness(2, clock, known=before.hosts)
    with pytest.raises(HostWaits, match="its budget of 2 requests an hour is used up"):
        after.ask("a.example")
    with pytest.raises(HostWaits, match="left alone for 300 s: it answered 429"):
        after.ask("b.example")


def test_a_host_is_left_alone_for_its_delay_and_longer_while_it_is_slow() -> None:
    clock = Clock()
    politeness = Politeness(99, clock, min_delay=timedelta(seconds=2))
    assert politeness.pause("a.example") == 0
    politeness.ask("a.example")
    assert politeness.pause("a.example") == 2
    politeness.answered("a.example", 200, None, latency=0.1)
    assert politeness.pause("a.example") == 2
    politeness.answered("a.example", 200, None, latency=10.1)
    assert politeness.pause("a.example") == pytest.approx(4 * 3.1)
    politeness.asks_for_delay("a.example", 30)
    assert politeness.pause("a.example") == 30
    clock.now += 30
    assert politeness.pause("a.example") <= 0


def test_a_clock_put_back_silences_no_host() -> None:
    clock = Clock()
    politeness = Politeness(2, clock, min_delay=timedelta(seconds=2))
    politeness.ask("a.example")
    clock.now -= 900
    assert politeness.pause("a.example") == 2
    politeness.ask("a.example")
    with pytest.raises(HostWaits) as refused:
        politeness.ask("a.example")
    assert refused.value.wait == timedelta(hours=1)


def test_the_delay_counts_from_the_answer_and_goes_on_from_one_process_to_the_next() -> None:
    clock = Clock()
    politeness = Politeness(9, clock, min_delay=timedelta(seconds=2))
    politeness.ask("a.example")
    assert politeness.left("a.example") == 0
    politeness.sent("a.example")
    clock.now += 5
    politeness.ended("a.example")
    assert politeness.left("a.example") == 2
    clock.now += 1
    other = Politeness(9, clock, min_delay=timedelta(seconds=2))
    other.take_over("a.example", politeness.hosts["a.example"])
    assert other.left("a.example") == other.pause("a.example") == 1
    clock.now -= 900
    assert other.left("a.example") == other.pause("a.example") == 2
    clock.now += 2
    assert other.left("a.example") == other.pause("a.example") == 0, "a clock put back silences no host"


@pytest.mark.parametrize(
    ("said", "seconds"),
    [("120", 120), ("9" * 5000, 86_400), ("\u00b2", None), ("soon", None), ("Mon, 99 Foo 9999999999 0:0:0 GMT", None)],
)
def test_how_long_a_busy_host_asks_to_be_left_alone(said: str, seconds: int | None) -> None:
    response = Response("https://news.example/", headers={"Retry-After": said.encode("latin-1")})
    assert retry_after(response) == (None if seconds is None else timedelta(seconds=seconds))
