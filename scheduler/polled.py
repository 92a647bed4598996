"""What a poll taught of its feed, and when the feed is polled next. Pure."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from crawler.feeds import Feed as ReadFeed
from crawler.outcomes import FeedPoll
from scheduler.polling import Poll, Wishes, after_failures, learn, next_poll, turnover_of
from scheduler.revisit import Limits
from storage.facts import FeedSays, FoundArticle, PollFacts, Rhythm
from storage.tables import Feed

NOTHING: tuple[float, ...] = Rhythm().hours


def facts_of(
    feed: Feed,
    poll: FeedPoll,
    news: Sequence[FoundArticle],
    now: datetime,
    limits: Limits,
    dearness: float = 1.0,
    *,
    pushed: bool = False,
) -> PollFacts:
    """`news`: the entries of the topic that are new or newer. `pushed`: a hub pushes what is new."""
    if poll.error:
        wait = after_failures(feed.failures + 1, timedelta(seconds=feed.interval_seconds), limits)
        count = f"{feed.failures + 1} polls in a row" if feed.failures else "the last poll"
        return PollFacts(
            at=now,
            next_poll_at=now + max(wait, poll.retry_after or wait),
            read=poll.feed is not None,
            due_why=f"{count} failed",
            says=says_of(poll.feed, now) if poll.feed else None,
            moved_to=poll.moved_to,
            etag=poll.etag,
            last_modified=poll.last_modified,
            error=poll.error,
        )
    says = says_of(poll.feed, now) if poll.feed else said_before(feed)
    rhythm = learn(rhythm_of(feed), _seen(feed, poll, news, now))
    wishes = Wishes(
        turnover=says.turnover,
        fresh_for=max(poll.fresh_for, says.ttl),
        skip_hours=says.skip_hours,
        skip_days=says.skip_days,
        dearness=dearness,
        pushed=pushed,
    )
    at, why = next_poll(rhythm, now, wishes, limits)
    return PollFacts(
        at=now,
        next_poll_at=at,
        read=True,
        due_why=why,
        says=says if poll.feed else None,
        rhythm=rhythm,
        moved_to=poll.moved_to,
        etag=poll.etag or (feed.etag if poll.not_modified else ""),
        last_modified=poll.last_modified or (feed.last_modified if poll.not_modified else ""),
    )


def _seen(feed: Feed, poll: FeedPoll, news: Sequence[FoundArticle], now: datetime) -> Poll:
    entries = poll.feed.entries if poll.feed else ()
    published = [entry.published_at for entry in entries if entry.published_at]
    last = feed.last_polled_at if feed.first_polled_at else None
    return Poll(now, last, published, [article.published_at for article in news])


def rhythm_of(feed: Feed) -> Rhythm:
    return Rhythm(tuple(feed.hours or NOTHING), feed.news, feed.watched, feed.follow_ups)


def says_of(read: ReadFeed, now: datetime) -> FeedSays:
    hints = read.hints
    published = [entry.published_at for entry in read.entries if entry.published_at]
    return FeedSays(
        kind=read.kind,
        ttl=hints.ttl,
        skip_hours=hints.skip_hours,
        skip_days=hints.skip_days,
        turnover=turnover_of(published, now),
        hub=hints.hub,
        topic=hints.topic,
    )


def said_before(feed: Feed) -> FeedSays:
    """What an unchanged feed said when it was read last."""
    return FeedSays(
        kind=feed.kind,
        ttl=timedelta(seconds=feed.ttl_seconds),
        skip_hours=frozenset(feed.skip_hours or ()),
        skip_days=frozenset(feed.skip_days or ()),
        turnover=timedelta(seconds=feed.turnover_seconds),
        hub=feed.hub,
        topic=feed.topic_url,
    )
