"""One feed polled, one article visited: what was found goes into the record."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import structlog

from crawler.crawl import Crawl
from crawler.outcomes import ArticleVisit, FeedPoll, Order, Outcome
from crawler.page import Page
from crawler.reading import EXTRACTOR, Reading
from revisions.change import compare
from revisions.errors import FetchError
from revisions.seen import Seen, reconcile
from revisions.settle import settle
from revisions.text import Text
from revisions.topic import Topic
from scheduler.confirming import Confirming
from scheduler.counters import POLLS, VISITS
from scheduler.entries import articles_of
from scheduler.plan import is_worth, plan
from scheduler.polled import facts_of
from scheduler.revisit import Limits
from storage import feeds, queries, rereading, subscriptions
from storage.database import Database, patiently
from storage.due import Due, postpone_article
from storage.facts import Course, Planned, Provenance, Received, Route, Signal, VisitFacts, VisitResult
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
    """Polls feeds and visits articles with one crawl, one record and one topic.

    `program`: with its version, as captures name it. Pages themselves are kept if `keeps_pages`.
    """

    def __init__(
        self,
        crawl: Crawl,
        database: Database,
        topic: Topic,
        route: Route,
        limits: Limits,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        operator: Sequence[str] = (),
        *,
        program: str = "addendum",
        keeps_pages: bool = True,
    ) -> None:
        self._crawl = crawl
        self._database = database
        self._topic = topic
        self._limits = limits
        self._now = now
        self._by = Provenance(program, EXTRACTOR)
        self._recorder = Recorder(database, topic, route, self._plan, operator, by=self._by, keeps_pages=keeps_pages)
        self._confirming = Confirming(self._recorder.confirm)

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
        self._confirming.begin()
        try:
            return await self._visit(article, tally)
        finally:
            self._confirming.end()

    async def _visit(self, article: Due, tally: Tally) -> bool:
        region = (article.region or b"") if article.status == "followed" else b""
        try:
            visit = await self._crawl.visit(Order(article.url, article.etag, article.last_modified, region))
        except FetchError as error:
            until = self._now() + max(_AT_ONCE, error.retry_after or _AT_ONCE)
            await asyncio.to_thread(postpone_article, self._database, article.id, until)
            log.info("visit postponed", article=article.id, reason=error.reason)
            return False
        if visit.outcome in (Outcome.UNCHANGED, Outcome.NOT_MODIFIED):
            result = await self._confirming.record(article.id, self._facts(visit))
        else:
            visit, text = await self._read(article, visit)
            facts = self._facts(visit, text)
            result = await asyncio.to_thread(patiently, lambda: self._recorder.visit(article.id, facts))
        _count_visit(tally, result)
        _tell_visit(article, visit, result)
        return result.version is not None or result.change_id is not None

    async def _read(self, article: Due, visit: ArticleVisit) -> tuple[ArticleVisit, Text | None]:
        """What the page says, told apart from what moves on it; with the look that is to be recorded.

        A page that seems changed is asked for once more, and what both looks agree on is what it says. Where the
        second look cannot be had the first one is believed: an edit is never lost to it.
        """
        if visit.reading is None:
            return visit, None
        await self._read_anew(article)
        latest = await asyncio.to_thread(queries.latest_reading, self._database, article.id)
        if latest is None:
            return visit, visit.reading.text
        old, before = latest
        first, differs = await asyncio.to_thread(_compared, old, before, visit.reading)
        if not differs:
            return visit, first
        await asyncio.sleep(BETWEEN_LOOKS)
        try:
            again = await self._crawl.visit(Order(article.url))
        except FetchError:
            return visit, first
        if again.reading is None:
            return visit, first
        second = reconcile(old, again.reading.text, before, again.reading.seen)
        if first.sha256 == second.sha256:
            return again, second
        # What the looks disagree on may hide an edit: without validators the next visit reads the whole page again.
        return replace(again, etag="", last_modified=""), settle(old, first, second)

    async def _read_anew(self, article: Due) -> None:
        """Where an earlier extraction read the latest version, the same page is read by this one before comparing.

        So what a new release reads differently is nobody's edit.
        """
        old = await asyncio.to_thread(rereading.outdated, self._database, article.id, self._by.extractor)
        if old is None:
            return
        found = await self._crawl.read(Page(old.url, old.body, old.content_type), article.url)
        if not isinstance(found, Reading):
            log.warning("a page kept cannot be read anew", article=article.id, reason=found.reason)
            return
        new = rereading.Reread(found.text, found.seen.pack(), found.said)
        number = await asyncio.to_thread(
            patiently,
            lambda: rereading.record_rereading(
                self._database, article.id, old, new, self._now(), self._topic.speakers, self._by
            ),
        )
        if number is not None:
            log.info("article read anew by a newer extraction", article=article.id, version=number)

    def _facts(self, visit: ArticleVisit, text: Text | None = None) -> VisitFacts:
        """`text`: what the page says, which may be less or more than what was read from this look at it.

        Only where it is the same may the next visit go by how the article's region reads.
        """
        now, reading = self._now(), visit.reading
        is_as_read = bool(reading and text and reading.text.sha256 == text.sha256)
        return VisitFacts(
            requested_at=visit.requested_at,
            at=now,
            outcome=visit.outcome.value,
            text=text,
            received=_received(visit),
            canonical=reading.canonical if reading else "",
            limited=bool(reading and reading.limited),
            seen=reading.seen.pack() if reading else None,
            region=(reading.region if is_as_read else b"") if reading else None,
            said=reading.said if reading and text is reading.text else None,
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


def _received(visit: ArticleVisit) -> Received | None:
    if visit.page is None:
        return None
    return Received(visit.page.url, visit.page.body, visit.headers, visit.is_rendered)


def _compared(old: Text, before: Seen, reading: Reading) -> tuple[Text, bool]:
    """What a page says, told apart from what moves on it, and whether that differs from `old`."""
    if old.sha256 == reading.text.sha256:
        return reading.text, False
    text = reconcile(old, reading.text, before, reading.seen)
    return text, compare(old, text) is not None


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
