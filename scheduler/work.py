"""One feed polled, one article visited: what was found goes into the record."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import structlog

from crawler.crawl import Crawl
from crawler.outcomes import ArticleVisit, FeedPoll, Order
from revisions.change import compare
from revisions.errors import FetchError
from revisions.seen import Seen, reconcile
from revisions.settle import settle
from revisions.text import Text
from revisions.topic import Topic
from scheduler.counters import POLLS, VISITS
from scheduler.entries import articles_of
from scheduler.plan import is_worth, plan
from scheduler.polled import facts_of
from scheduler.revisit import Limits
from storage import feeds, queries, subscriptions
from storage.database import Database, patiently
from storage.due import Due, postpone_article
from storage.facts import Course, Planned, Route, Signal, VisitFacts, VisitResult
from storage.record import Recorder
from storage.tables import Feed

log = structlog.get_logger()
BETWEEN_LOOKS = 1.1  # seconds, so that a clock on the page has moved on
_AT_ONCE = timedelta(seconds=5)  # the shortest a host is left alone


@dataclass
class Tally:
    """What a pass did, as in the contract's `check --json`."""

    feeds: dict[str, int] = field(default_factory=lambda: {"polled": 0, "not_modified": 0, "failed": 0})
    articles: dict[str, int] = field(
        default_factory=lambda: {"discovered": 0, "visited": 0, "not_modified": 0, "failed": 0}
    )
    versions: int = 0
    changes: int = 0


class Work:
    """Polls feeds and visits articles with one crawl, one record and one topic."""

    def __init__(
        self,
        crawl: Crawl,
        database: Database,
        topic: Topic,
        route: Route,
        limits: Limits,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        operator: Sequence[str] = (),
    ) -> None:
        self._crawl = crawl
        self._database = database
        self._topic = topic
        self._limits = limits
        self._now = now
        self._recorder = Recorder(database, topic, route, self._plan, operator)

    def must_wait(self, host: str) -> timedelta | None:
        """For how long a host must be left alone, because it is busy or its budget is used up; None if it need not."""
        return self._crawl.politeness.wait(host)

    async def poll(self, feed: Feed, tally: Tally) -> None:
        """Ask for a feed and record its entries; what fails is marked on the feed and tried again later."""
        assert feed.id is not None
        try:
            poll = await self._crawl.poll(Order(feed.url, feed.etag, feed.last_modified))
        except FetchError as error:
            until = self._now() + max(_AT_ONCE, error.retry_after or _AT_ONCE)
            await asyncio.to_thread(feeds.set_next_poll, self._database, feed.id, until)
            log.info("feed postponed", feed=feed.name, reason=error.reason)
            return
        new = await asyncio.to_thread(self._record_poll, feed, poll)
        POLLS.labels("failed" if poll.error else "not modified" if poll.not_modified else "read").inc()
        tally.feeds["polled"] += 1
        tally.feeds["not_modified"] += poll.not_modified
        tally.feeds["failed"] += bool(poll.error)
        tally.articles["discovered"] += new
        _tell_poll(feed, poll, new)

    def _record_poll(self, feed: Feed, poll: FeedPoll) -> int:
        assert feed.id is not None
        entries = poll.feed.entries if poll.feed else ()
        found = articles_of(entries, self._topic, every_entry=feed.relevant == "all")
        now = self._now()
        news = feeds.news_among(self._database, found, feed.last_polled_at, now)
        dearness = feeds.dearness_of(self._database, feed)
        pushed = subscriptions.is_pushed(self._database, feed.id, now)
        facts = facts_of(feed, poll, news, now, self._limits, dearness, pushed=pushed)
        number = feed.id
        return patiently(lambda: feeds.record_poll(self._database, number, facts, found, self._is_worth))

    async def visit(self, article: Due, tally: Tally) -> bool:
        """Ask for an article's page and record what was found. Is there something to tell of it?"""
        try:
            visit = await self._crawl.visit(Order(article.url, article.etag, article.last_modified))
        except FetchError as error:
            until = self._now() + max(_AT_ONCE, error.retry_after or _AT_ONCE)
            await asyncio.to_thread(postpone_article, self._database, article.id, until)
            log.info("visit postponed", article=article.id, reason=error.reason)
            return False
        visit, seen = await self._read(article, visit)
        facts = self._facts(visit, seen)
        result = await asyncio.to_thread(patiently, lambda: self._recorder.visit(article.id, facts))
        _count_visit(tally, result)
        _tell_visit(article, visit, result)
        return result.version is not None or result.change_id is not None

    async def _read(self, article: Due, visit: ArticleVisit) -> tuple[ArticleVisit, Seen | None]:
        """What the page says, told apart from what moves on it, with all it showed where that is to be kept.

        A page that seems changed is asked for once more, and what both looks agree on is what it says. Where the
        second look cannot be had the first one is believed: an edit is never lost to it.
        """
        if visit.text is None or visit.page is None:
            return visit, None
        reading = await asyncio.to_thread(queries.latest_reading, self._database, article.id)
        if reading is None:
            return visit, await asyncio.to_thread(visit.page.seen)
        old, before = reading
        first, seen = await asyncio.to_thread(_compared, old, before, visit)
        if seen is None or await asyncio.to_thread(compare, old, first) is None:
            return replace(visit, text=first), seen
        await asyncio.sleep(BETWEEN_LOOKS)
        try:
            again = await self._crawl.visit(Order(article.url))
        except FetchError:
            return replace(visit, text=first), seen
        if again.text is None:
            return replace(visit, text=first), seen
        second, seen_again = await asyncio.to_thread(_compared, old, before, again)
        if first.sha256 == second.sha256:
            return replace(again, text=second), seen_again or seen
        # What the looks disagree on may hide an edit: without validators the next visit reads the whole page again.
        return replace(again, text=settle(old, first, second), etag="", last_modified=""), seen_again or seen

    def _facts(self, visit: ArticleVisit, seen: Seen | None) -> VisitFacts:
        now = self._now()
        return VisitFacts(
            requested_at=visit.requested_at,
            at=now,
            outcome=visit.outcome.value,
            text=visit.text,
            canonical=visit.canonical,
            limited=visit.limited,
            seen=seen.pack() if seen else None,
            status=visit.status,
            etag=visit.etag,
            last_modified=visit.last_modified,
            error=visit.error,
            not_before=now + visit.retry_after if visit.retry_after else None,
        )

    def _plan(self, course: Course) -> Planned:
        return plan(course, self._limits)

    def _is_worth(self, signal: Signal) -> bool:
        return is_worth(signal, self._limits)


def _compared(old: Text, before: Seen, visit: ArticleVisit) -> tuple[Text, Seen | None]:
    """The text of a visit as it differs from `old`, and what its page shows; None where there is no difference."""
    assert visit.text is not None
    assert visit.page is not None
    if old.sha256 == visit.text.sha256:
        return visit.text, None
    now = visit.page.seen()
    return reconcile(old, visit.text, before, now), now


def _count_visit(tally: Tally, result: VisitResult) -> None:
    VISITS.labels(result.outcome).inc()
    tally.articles["visited"] += 1
    tally.articles["not_modified"] += result.outcome == "not modified"
    tally.articles["failed"] += result.outcome in ("failed", "wall")
    tally.versions += result.version is not None
    tally.changes += result.change_id is not None


def _tell_poll(feed: Feed, poll: FeedPoll, new: int) -> None:
    if poll.error:
        log.warning("feed cannot be read, will be tried again", feed=feed.name, url=feed.url, reason=poll.error)
    elif poll.moved_to:
        log.info("feed has moved for good", feed=feed.name, to=poll.moved_to)
    if new:
        log.info("new articles on the story", feed=feed.name, articles=new)


def _tell_visit(article: Due, visit: ArticleVisit, result: VisitResult) -> None:
    if result.change_id is not None:
        log.info("article changed", outlet=article.outlet, article=result.article_id, summary=result.summary)
    elif result.version is not None:
        log.info("article recorded", outlet=article.outlet, article=result.article_id, url=article.url)
    elif result.outcome in ("failed", "wall", "gone") and article.status != "gone":
        reason = visit.error or result.summary
        log.warning("article cannot be read", article=article.id, url=article.url, reason=reason)
    else:
        log.debug("article visited", article=article.id, outcome=result.outcome)
