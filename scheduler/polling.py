"""When to poll a feed again. Pure: times in, a time and the reason out.

News of the topic (a new entry, or one with a newer date) comes at a rate learned from the feed's polls, spread over
the day as the feed's own entries are, and higher for some hours after news. A feed is polled when the delay expected,
in entries × seconds, is worth a request, as an article is visited (`scheduler.revisit`); before half of its entries can
have been pushed out by newer ones; and not while the feed says that it will not have changed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import exp

from scheduler.revisit import PATIENCE, PRICE, SHORTEST, Limits
from storage.facts import HOURS, Rhythm

USUAL_MIN = timedelta(minutes=1)  # the shortest wait between polls that PRICE goes with
START = 300.0  # s, the wait of a feed of which nothing is known; our choice, as are those below
SURE_AFTER = 900.0  # s watched, after which what was seen counts more than the start
MEMORY = timedelta(days=14)  # within which what was learned counts for half
FLAT = 2.0  # entries in every hour of the day, before any were seen
FOLLOW_UPS = 0.5  # entries that one brings
FOLLOW_UP_WITHIN = 6 * 3600.0  # s, their mean wait
PUSHED = 16.0  # times as much as usual a poll costs where a hub pushes what is new: four times rarer
_HOUR = timedelta(hours=1)
_STEP = 1.03  # the next moment looked at, times the one before
_START_RATE = 2 * PRICE / START**2  # 1/s


@dataclass(frozen=True)
class Poll:
    """What a poll at `now` found: when its entries came out, and how many are news of the topic.

    `last`: the poll before, None for the first, which takes what the feed holds for what came in the last two weeks.
    """

    now: datetime
    last: datetime | None
    published: Sequence[datetime] = ()
    news: Sequence[datetime | None] = ()


@dataclass(frozen=True)
class Wishes:
    """What stands beside the rhythm. `turnover`: how long ago the oldest of the feed's entries came out, if known.

    `fresh_for`: how long the server says that nothing new is to be had. `skip_hours`, `skip_days`: when not to poll.
    """

    turnover: timedelta = timedelta(0)
    fresh_for: timedelta = timedelta(0)
    skip_hours: frozenset[int] = frozenset()
    skip_days: frozenset[int] = frozenset()
    dearness: float = 1.0
    pushed: bool = False


def learn(rhythm: Rhythm, poll: Poll) -> Rhythm:
    """The rhythm with what a poll taught."""
    if poll.last is None:
        return _first(poll)
    elapsed = max(timedelta(0), poll.now - poll.last)
    kept = 0.5 ** (elapsed / MEMORY)
    hours = [kept * count for count in rhythm.hours]
    for moment in poll.published:
        if poll.last < moment <= poll.now:
            hours[moment.hour] += 1
    return Rhythm(
        tuple(hours),
        kept * rhythm.news + len(poll.news),
        kept * rhythm.watched + elapsed.total_seconds(),
        rhythm.follow_ups * exp(-elapsed.total_seconds() / FOLLOW_UP_WITHIN) + FOLLOW_UPS * len(poll.news),
    )


def _first(poll: Poll) -> Rhythm:
    since = poll.now - MEMORY
    hours = [0.0] * HOURS
    for moment in poll.published:
        if since < moment <= poll.now:
            hours[moment.hour] += 1
    if not sum(hours):
        return Rhythm()
    watched = (poll.now - max(since, min(poll.published))).total_seconds()
    news = sum(moment is not None and since < moment <= poll.now for moment in poll.news)
    return Rhythm(tuple(hours), news, watched)


def rate(rhythm: Rhythm, at: datetime, now: datetime) -> float:
    """News a second, expected at a later moment."""
    usual = (SURE_AFTER * _START_RATE + rhythm.news) / (SURE_AFTER + rhythm.watched)
    share = HOURS * (FLAT + rhythm.hours[at.hour]) / (HOURS * FLAT + sum(rhythm.hours))
    later = (at - now).total_seconds() / FOLLOW_UP_WITHIN
    return usual * share + rhythm.follow_ups / FOLLOW_UP_WITHIN * exp(-later)


def turnover_of(published: Sequence[datetime], now: datetime) -> timedelta:
    """How long ago the oldest entry came out; 0 where that is not said."""
    return max(timedelta(0), now - min(published)) if published else timedelta(0)


def next_poll(rhythm: Rhythm, now: datetime, wishes: Wishes, limits: Limits) -> tuple[datetime, str]:
    """When the feed is polled again after a poll at `now` that went well, and why."""
    shortest = max(limits.feed_min, SHORTEST)
    price = PRICE * (shortest / USUAL_MIN) ** 2 * wishes.dearness * (PUSHED if wishes.pushed else 1.0)
    wait, expected = _when_worth(rhythm, now, price, limits)
    said = [f"{expected:.2g} articles expected within a day"]
    if wishes.pushed:
        said.append("its hub pushes what is new")
    if wishes.turnover and wishes.turnover / 2 < wait:
        wait = wishes.turnover / 2
        said.append("before its oldest entries are gone")
    if wishes.dearness > 1:
        said.append(f"its host's budget is short (a request costs {wishes.dearness:.1f} times as much as usual)")
    wait = max(shortest, wait)
    if wishes.fresh_for > wait:
        wait = min(wishes.fresh_for, limits.feed_max)
        said.append("it says that it is fresh until then")
    at = _after_skipped(now + wait, wishes)
    if at > now + wait:
        said.append("it says when not to poll it")
    return at, "; ".join(said)


def after_failures(failures: int, interval: timedelta, limits: Limits) -> timedelta:
    """How long a feed is left alone after so many polls in a row that failed; `interval`: how it was polled before."""
    usual = interval or timedelta(seconds=START)
    slowed: timedelta = max(limits.feed_min, usual) * 2.0 ** min(failures, PATIENCE)
    return min(limits.feed_max, slowed)


def _when_worth(rhythm: Rhythm, now: datetime, price: float, limits: Limits) -> tuple[timedelta, float]:
    """The wait after which ∫ λ(u) u du reaches the price, and the news expected within a day."""
    longest = limits.feed_max.total_seconds()
    start = max(limits.feed_min, SHORTEST).total_seconds()
    before, cost, moment = 0.0, 0.0, start
    while cost < price and before < longest:
        middle = (before + moment) / 2
        cost += rate(rhythm, now + timedelta(seconds=middle), now) * middle * (moment - before)
        before, moment = moment, moment * _STEP
    day = sum(rate(rhythm, now + hour * _HOUR, now) * _HOUR.total_seconds() for hour in range(HOURS))
    return timedelta(seconds=min(before, longest)), day


def _after_skipped(at: datetime, wishes: Wishes) -> datetime:
    """The first moment from then on that is not in an hour or a day to be skipped."""
    for _ in range(HOURS * 8):
        if at.hour not in wishes.skip_hours and at.weekday() not in wishes.skip_days:
            return at
        at = at.replace(minute=0, second=0, microsecond=0) + _HOUR
    return at
