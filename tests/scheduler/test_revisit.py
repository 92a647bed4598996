"""When to look again, with times the test chooses."""

from datetime import UTC, datetime, timedelta

from scheduler.revisit import Limits, next_interval, next_visit

NOW = datetime(2021, 7, 18, 16, tzinfo=UTC)
LIMITS = Limits()


def wait(since: timedelta, failures: int = 0) -> timedelta:
    return next_visit(NOW, NOW - since, failures, LIMITS) - NOW


def test_an_article_is_visited_less_often_the_longer_nothing_happened() -> None:
    waits = [wait(timedelta(**{unit: 1})) for unit in ("minutes", "hours", "days", "weeks")]
    assert waits == sorted(waits)
    assert waits[0] == LIMITS.min
    assert wait(timedelta(hours=10)) == timedelta(hours=1)
    assert wait(timedelta(days=4000)) == LIMITS.max


def test_failures_in_a_row_slow_visits_down() -> None:
    waits = [wait(timedelta(hours=1), failures) for failures in range(4)]
    assert waits == [timedelta(minutes=6) * 2**n for n in range(4)]


def test_a_feed_is_polled_more_often_while_it_brings_news() -> None:
    start = next_interval(timedelta(0), new_entries=0, failures=0, limits=LIMITS)
    assert next_interval(start, new_entries=2, failures=0, limits=LIMITS) < start
    assert next_interval(start, new_entries=0, failures=0, limits=LIMITS) > start
    assert next_interval(timedelta(days=9), new_entries=0, failures=0, limits=LIMITS) == LIMITS.feed_max


def test_a_broken_feed_is_retried_ever_more_slowly() -> None:
    waits = [next_interval(timedelta(minutes=5), new_entries=0, failures=n, limits=LIMITS) for n in range(1, 8)]
    assert waits == sorted(waits)
    assert waits[0] == timedelta(minutes=10)
    assert waits[-1] == LIMITS.feed_max
