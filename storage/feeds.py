"""Feeds in the record: kept in step with the configuration, polled, paused, added and removed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from revisions.errors import FeedError
from storage.aliases import find_articles
from storage.database import Database
from storage.facts import FeedSays, FoundArticle, IsWorth, PollFacts, Rhythm
from storage.habits import FEED, dearness_at, host_of, look_soon
from storage.tables import Article, Feed, Host

JUST_FOUND = "it was just found"


@dataclass(frozen=True)
class FeedSpec:
    """A feed as the configuration or a command names it."""

    name: str
    url: str
    outlet: str = ""
    relevant: str = "match"


def sync_feeds(database: Database, specs: Sequence[FeedSpec]) -> None:
    """Bring the record in step with the configuration. A feed taken out there is kept, no longer polled."""
    wanted = {spec.url: spec for spec in specs}
    with database.write() as session:
        for feed in session.exec(select(Feed).where(Feed.configured_url != "")).all():
            spec = wanted.pop(feed.configured_url, None)
            feed.removed = spec is None
            if spec:
                feed.name, feed.outlet, feed.relevant = spec.name, spec.outlet, spec.relevant
            session.add(feed)
        for spec in wanted.values():
            feed = _by_url(session, spec.url) or _new(spec)
            feed.configured_url, feed.removed = spec.url, False
            feed.name, feed.outlet, feed.relevant = spec.name, spec.outlet, spec.relevant
            session.add(feed)


def add_feed(database: Database, spec: FeedSpec) -> Feed:
    """A feed added by hand. Raises `FeedError` when its address is already watched."""
    with database.write() as session:
        feed = _by_url(session, spec.url)
        if feed and not feed.removed:
            raise FeedError(f"already watched as “{feed.name}”", spec.url)
        feed = feed or _new(spec)
        feed.name, feed.outlet, feed.relevant, feed.removed = spec.name, spec.outlet, spec.relevant, False
        session.add(feed)
        return feed


def _new(spec: FeedSpec) -> Feed:
    return Feed(name=spec.name, url=spec.url, host=host_of(spec.url))


def remove_feed(database: Database, which: str) -> Feed:
    """Stop watching a feed; its articles are kept and still visited."""
    with database.write() as session:
        feed = _find(session, which)
        if feed.configured_url:
            raise FeedError("it comes from the configuration; take it out there, or use `feeds pause`", feed.url)
        feed.removed = True
        session.add(feed)
        return feed


def pause_feed(database: Database, which: str, *, paused: bool) -> Feed:
    with database.write() as session:
        feed = _find(session, which)
        feed.paused = paused
        feed.next_poll_at = None
        session.add(feed)
        return feed


def list_feeds(database: Database) -> list[Feed]:
    with database.read() as session:
        return list(session.exec(select(Feed).where(~col(Feed.removed)).order_by(col(Feed.id))))


def due_feeds(database: Database, now: datetime, *, every: bool = False, host: str | None = None) -> list[Feed]:
    """Feeds to poll now, at one host or anywhere, the longest overdue first; with `every` all that are not paused."""
    watched = select(Feed).where(~col(Feed.removed), ~col(Feed.paused))
    if not every:
        watched = watched.where(_is_due(now))
    if host is not None:
        watched = watched.where(Feed.host == host)
    with database.read() as session:
        return list(session.exec(watched.order_by(col(Feed.next_poll_at).nullsfirst(), col(Feed.id))))


def due_feed_hosts(database: Database, now: datetime) -> set[str]:
    """Hosts with feeds to poll now, those at rest excepted."""
    resting = select(Host.name).where(col(Host.rest_until) > now)
    due = select(Feed.host).where(~col(Feed.removed), ~col(Feed.paused), _is_due(now))
    with database.read() as session:
        return set(session.exec(due.where(col(Feed.host).not_in(resting)).distinct()))


def _is_due(now: datetime) -> Any:
    return col(Feed.next_poll_at).is_(None) | (col(Feed.next_poll_at) <= now)


def news_among(
    database: Database, found: Sequence[FoundArticle], since: datetime | None, now: datetime
) -> list[FoundArticle]:
    """Those that are new, and those known that name a date since the last poll (`since`) and since their last visit.

    So a newer date is news once, however long its article waits for a visit.
    """
    with database.read() as session:
        known = find_articles(session, [article.url for article in found])
    return [
        article for article in found if article.url not in known or _is_news(known[article.url], article, since, now)
    ]


def _is_news(article: Article, found: FoundArticle, since: datetime | None, now: datetime) -> bool:
    is_recent = found.updated_at is not None and (since is None or found.updated_at > since) and found.updated_at <= now
    return is_recent and _is_newer(article, found)


def dearness_of(database: Database, feed: Feed) -> float:
    """How many times as much as usual a request to the feed's host costs."""
    with database.read() as session:
        return dearness_at(session, host_of(feed.url))


def record_poll(
    database: Database,
    feed_id: int,
    facts: PollFacts,
    found: Sequence[FoundArticle],
    is_worth: IsWorth | None = None,
) -> int:
    """Write what a poll found; returns how many articles are new. What is known already is not judged again.

    `is_worth` decides whether an article that the feed says was updated is visited at once; without it, it is.
    """
    with database.write() as session:
        feed = session.exec(select(Feed).where(Feed.id == feed_id).with_for_update()).one()
        new = _record_found(session, feed, found, facts.at, is_worth, quiet=feed.first_polled_at is None)
        _update(session, feed, facts)
        return len(new)


def _record_found(
    session: Session, feed: Feed, found: Sequence[FoundArticle], at: datetime, is_worth: IsWorth | None, *, quiet: bool
) -> list[Article]:
    """New articles, and those known that name a newer date are looked at soon. Returns the new ones."""
    known = find_articles(session, [article.url for article in found])
    new = {article.url: article for article in found if article.url not in known}
    outlet = feed.outlet or feed.name
    rows = [_article(article, outlet, feed.id, at, quiet=quiet) for article in new.values()]
    session.add_all(rows)
    for article in found:
        if article.url in known:
            _hurry(session, known[article.url], article, at, is_worth)
    return rows


def record_push(
    database: Database, feed_id: int, found: Sequence[FoundArticle], at: datetime, is_worth: IsWorth
) -> int:
    """Write what a hub pushed of a feed; returns how many articles are new. When it is polled next stays as it was."""
    with database.write() as session:
        feed = session.exec(select(Feed).where(Feed.id == feed_id).with_for_update()).one()
        return len(_record_found(session, feed, found, at, is_worth, quiet=False))


def get_feed(database: Database, feed_id: int) -> Feed:
    with database.read() as session:
        return session.get_one(Feed, feed_id)


def add_articles(database: Database, found: Sequence[FoundArticle], outlet: str, at: datetime) -> int:
    """Articles named by hand or by a sitemap; returns how many are new. Nobody is told that they were found.

    One that was passed over as not about the topic is followed from now on when it is named as `certain`.
    Without `outlet` an article belongs to the outlet that others of its host belong to, else to its host.
    """
    with database.write() as session:
        known = find_articles(session, [article.url for article in found])
        new = {article.url: article for article in found if article.url not in known}
        for article in new.values():
            session.add(_article(article, outlet or _outlet_of(session, article.url), None, at, quiet=True))
        passed_over = [known[a.url] for a in found if a.certain and a.url in known and known[a.url].status == "ignored"]
        for row in passed_over:
            row.status, row.next_visit_at, row.due_why, row.quiet = "followed", at, JUST_FOUND, True
            session.add(row)
        return len(new) + len(passed_over)


def _outlet_of(session: Session, url: str) -> str:
    host = host_of(url)
    return session.exec(select(Article.outlet).where(Article.host == host).limit(1)).first() or host


def set_next_poll(database: Database, feed_id: int, until: datetime) -> None:
    """Poll the feed then: its host must be left alone until then, or there is something new already."""
    with database.write() as session:
        feed = session.get_one(Feed, feed_id)
        feed.next_poll_at = until
        session.add(feed)


def _article(found: FoundArticle, outlet: str, feed_id: int | None, at: datetime, *, quiet: bool) -> Article:
    return Article(
        url=found.url,
        title=found.title,
        outlet=outlet,
        feed_id=feed_id,
        status="followed" if found.certain else "candidate",
        quiet=quiet,
        published_at=found.published_at,
        first_seen_at=at,
        next_visit_at=at,
        host=host_of(found.url),
        due_why=JUST_FOUND,
    )


def _hurry(session: Session, article: Article, found: FoundArticle, at: datetime, is_worth: IsWorth | None) -> None:
    if _is_newer(article, found):
        look_soon(session, article, at, is_worth, FEED)


def _is_newer(article: Article, found: FoundArticle) -> bool:
    """Does the feed say that the article was updated since it was last visited?"""
    seen = article.last_visit_at
    return bool(found.updated_at and seen and found.updated_at > seen)


def _update(session: Session, feed: Feed, facts: PollFacts) -> None:
    feed.last_polled_at, feed.next_poll_at = facts.at, facts.next_poll_at
    feed.error, feed.due_why = facts.error, facts.due_why
    feed.failures = feed.failures + 1 if facts.error else 0
    feed.failing_since = (feed.failing_since or facts.at) if facts.error else None
    if facts.read:
        feed.first_polled_at = feed.first_polled_at or facts.at
        if not facts.error:
            feed.interval_seconds = int((facts.next_poll_at - facts.at).total_seconds())
        feed.etag, feed.last_modified = facts.etag, facts.last_modified
    if facts.says:
        _take_over(feed, facts.says)
    if facts.rhythm:
        _keep_rhythm(feed, facts.rhythm)
    if facts.moved_to and facts.read and _by_url(session, facts.moved_to) is None:
        feed.url, feed.host = facts.moved_to, host_of(facts.moved_to)
    session.add(feed)


def _take_over(feed: Feed, says: FeedSays) -> None:
    feed.kind, feed.hub, feed.topic_url = says.kind or feed.kind, says.hub, says.topic
    feed.ttl_seconds, feed.turnover_seconds = int(says.ttl.total_seconds()), int(says.turnover.total_seconds())
    feed.skip_hours, feed.skip_days = sorted(says.skip_hours) or None, sorted(says.skip_days) or None


def _keep_rhythm(feed: Feed, rhythm: Rhythm) -> None:
    feed.hours, feed.news = list(rhythm.hours), rhythm.news
    feed.watched, feed.follow_ups = rhythm.watched, rhythm.follow_ups


def _by_url(session: Session, url: str) -> Feed | None:
    return session.exec(select(Feed).where(Feed.url == url)).first()


def _find(session: Session, which: str) -> Feed:
    """By number, name or address."""
    watched = session.exec(select(Feed).where(~col(Feed.removed))).all()
    matches = [f for f in watched if which in (str(f.id), f.name, f.url, f.configured_url)]
    if not matches:
        raise FeedError("no such feed; `addendum feeds list` shows their numbers, names and addresses", which)
    return matches[0]
