"""When to poll a feed again, with times the test chooses."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from crawler.feeds import Entry
from crawler.feeds import Feed as ReadFeed
from crawler.hints import Hints
from crawler.outcomes import FeedPoll
from scheduler.polled import facts_of
from scheduler.polling import Poll, Wishes, after_failures, learn, next_poll
from scheduler.revisit import Limits
from storage.facts import FoundArticle, Rhythm
from storage.tables import Feed

NOW = datetime(2021, 7, 18, 16, tzinfo=UTC)  # a Sunday
LIMITS = Limits()
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def wait(rhythm: Rhythm, now: datetime = NOW, **wishes: object) -> timedelta:
    return next_poll(rhythm, now, Wishes(**wishes), LIMITS)[0] - now  # type: ignore[arg-type]


def polled(rhythm: Rhythm, every: timedelta, times: int, news: int = 0) -> Rhythm:
    for number in range(times):
        at = NOW + number * every
        rhythm = learn(rhythm, Poll(at, at - every, news=[None] * news))
    return rhythm


def test_a_feed_of_which_nothing_is_known_is_polled_every_few_minutes() -> None:
    assert wait(Rhythm()) == pytest.approx(5 * MINUTE, rel=0.05)


def test_a_feed_is_polled_less_often_the_longer_it_brings_nothing_and_never_less_than_the_limit() -> None:
    waits = [wait(polled(Rhythm(), HOUR, hours)) for hours in (0, 1, 24, 24 * 14, 24 * 365)]
    assert waits == sorted(waits)
    assert HOUR < waits[-1] <= LIMITS.feed_max
    tight = replace(LIMITS, feed_max=HOUR)
    assert next_poll(polled(Rhythm(), HOUR, 9000), NOW, Wishes(), tight)[0] == NOW + HOUR


def test_news_brings_a_poll_soon_and_that_wears_off() -> None:
    quiet = polled(Rhythm(), HOUR, 24 * 14)
    stirred = polled(quiet, HOUR, 1, news=1)
    assert wait(stirred) < wait(quiet) / 4
    assert wait(polled(stirred, HOUR, 24 * 3)) > 2 * wait(stirred)
    assert wait(polled(stirred, HOUR, 24 * 60)) > 0.9 * wait(quiet)


def test_a_busy_feed_is_polled_often_but_not_more_often_than_the_limit() -> None:
    assert wait(polled(Rhythm(), HOUR, 24 * 7, news=20)) == LIMITS.feed_min


def test_the_first_poll_takes_the_rhythm_from_the_dates_of_what_the_feed_holds() -> None:
    published = [NOW - number * HOUR for number in range(1, 49)]
    busy = learn(Rhythm(), Poll(NOW, None, published, published[:40]))
    still = learn(Rhythm(), Poll(NOW, None, published, []))
    assert wait(busy) < 10 * MINUTE
    assert wait(still) > 30 * MINUTE
    assert learn(Rhythm(), Poll(NOW, None, [], [None])) == Rhythm()


def test_a_feed_is_polled_in_the_hours_in_which_its_outlet_publishes() -> None:
    mornings = [NOW.replace(hour=8) - day * DAY for day in range(14) for _ in range(10)]
    rhythm = replace(learn(Rhythm(), Poll(NOW, None, mornings, mornings)), follow_ups=0.0)
    assert wait(rhythm, NOW.replace(hour=8)) < wait(rhythm, NOW.replace(hour=16)) / 3
    evening = NOW.replace(hour=2)
    assert wait(rhythm, evening) <= timedelta(hours=6, minutes=15), "the poll of the night does not outlast the morning"


def test_a_feed_is_polled_before_half_of_its_entries_are_gone() -> None:
    assert wait(polled(Rhythm(), HOUR, 24 * 14), turnover=40 * MINUTE) == 20 * MINUTE
    assert wait(Rhythm(), turnover=timedelta(seconds=4)) == LIMITS.feed_min


def test_a_feed_is_left_alone_while_it_says_that_it_is_fresh() -> None:
    assert wait(Rhythm(), fresh_for=HOUR) == HOUR
    assert wait(Rhythm(), fresh_for=30 * DAY) == LIMITS.feed_max


def test_hours_and_days_to_be_skipped_are_skipped() -> None:
    assert wait(Rhythm(), skip_hours=frozenset({16, 17})) == 2 * HOUR
    assert wait(Rhythm(), skip_days=frozenset({6})) == 8 * HOUR
    assert wait(Rhythm(), skip_days=frozenset({6}), skip_hours=frozenset({0, 1})) == 10 * HOUR


def test_a_feed_that_a_hub_pushes_is_polled_more_rarely_and_a_dear_host_is_spared() -> None:
    rhythm = polled(Rhythm(), HOUR, 24, news=1)
    assert wait(rhythm, pushed=True) == pytest.approx(4 * wait(rhythm), rel=0.4)
    assert wait(rhythm, dearness=4.0) > wait(rhythm) * 1.5


def test_a_shorter_limit_makes_all_polls_more_frequent() -> None:
    fast = replace(LIMITS, feed_min=timedelta(seconds=1))
    assert next_poll(Rhythm(), NOW, Wishes(), fast)[0] - NOW <= timedelta(seconds=6)


def test_a_broken_feed_is_retried_ever_more_slowly() -> None:
    waits = [after_failures(number, 5 * MINUTE, LIMITS) for number in range(1, 9)]
    assert waits == sorted(waits)
    assert waits[0] == 10 * MINUTE
    assert waits[-1] == LIMITS.feed_max


def feed(**known: object) -> Feed:
    return Feed(name="f", url="https://e.example/feed", first_polled_at=NOW - HOUR, last_polled_at=NOW - HOUR, **known)


def test_what_a_feed_said_holds_while_it_is_unchanged() -> None:
    entries = (Entry("https://e.example/a", published_at=NOW - DAY),)
    hints = Hints(ttl=2 * HOUR, skip_hours=frozenset({18}))
    read = facts_of(feed(), FeedPoll("u", feed=ReadFeed("rss20", "", entries, hints=hints)), [], NOW, LIMITS)
    assert read.says is not None
    assert read.next_poll_at == NOW + 3 * HOUR
    known = feed(ttl_seconds=7200, skip_hours=[18], turnover_seconds=86400)
    unchanged = facts_of(known, FeedPoll("u", not_modified=True), [], NOW, LIMITS)
    assert unchanged.next_poll_at == NOW + 3 * HOUR
    assert unchanged.says is None
    assert "it says when not to poll it" in unchanged.due_why


def test_a_failure_teaches_nothing_of_the_rhythm_and_honours_retry_after() -> None:
    failed = facts_of(feed(), FeedPoll("u", error="503", retry_after=3 * HOUR), [], NOW, LIMITS)
    assert failed.rhythm is None
    assert failed.next_poll_at == NOW + 3 * HOUR
    assert failed.due_why == "the last poll failed"


def test_news_of_the_topic_counts_and_nothing_else() -> None:
    entries = tuple(Entry(f"https://e.example/{n}", published_at=NOW - n * MINUTE) for n in range(30))
    poll = FeedPoll("u", feed=ReadFeed("rss20", "", entries))
    none = facts_of(feed(), poll, [], NOW, LIMITS)
    one = facts_of(feed(), poll, [FoundArticle(entries[0].url, "", True)], NOW, LIMITS)
    assert none.rhythm is not None
    assert one.rhythm is not None
    assert (none.rhythm.news, one.rhythm.news) == (0, 1)
    assert none.rhythm.hours == one.rhythm.hours
