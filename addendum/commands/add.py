"""`addendum articles add`: articles that no feed names any more."""

import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from addendum import build
from addendum.config import Config
from addendum.context import Context
from addendum.output import say
from crawler import loop
from crawler.crawl import Crawl
from crawler.feeds import Entry
from crawler.outcomes import FeedPoll, Order
from crawler.urls import canonical
from revisions.errors import ConfigError, FeedError, FetchError
from scheduler.entries import articles_of
from scheduler.hosts import hosts_of
from storage.database import Database
from storage.facts import FoundArticle
from storage.feeds import add_articles


def add(
    context: Context, urls: list[str], *, sitemap: str, from_file: str, outlet: str, every_entry: bool
) -> list[str]:
    """Follow the articles at these addresses; those of a sitemap that are, or may be, on the topic.

    Returns the addresses of all of them, new or known.
    """
    if not (urls or sitemap or from_file):
        raise ConfigError("give addresses, --from-file or --sitemap", "articles add")
    named = [(url, "") for url in urls] + list(_lines(from_file))
    found = [FoundArticle(_canonical(url, place), "", True) for url, place in named]
    with context.record() as (config, database):
        if sitemap:
            entries = loop.run(_read(config, database, _canonical(sitemap, "--sitemap")))
            found += articles_of(entries, config.topic.as_told(), every_entry=every_entry)
            context.note(f"{sitemap}: {len(entries)} entries")
        new = add_articles(database, found, outlet, datetime.now(UTC))
    known = len({article.url for article in found}) - new
    say(f"{new} article{'s' if new != 1 else ''} followed from the next pass on; {known} known already")
    return list(dict.fromkeys(article.url for article in found))


def _lines(name: str) -> Iterator[tuple[str, str]]:
    """The addresses of a file, one a line, with their places; blank lines and those that begin with # are left out."""
    if not name:
        return
    try:
        text = sys.stdin.read() if name == "-" else Path(name).read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"the file cannot be read ({error})", name) from error
    for number, line in enumerate(text.splitlines(), start=1):
        if line.strip() and not line.lstrip().startswith("#"):
            yield line.strip(), f"{name}:{number}"


def _canonical(url: str, place: str) -> str:
    try:
        return canonical(url)
    except FetchError as error:
        raise ConfigError(f"{error.reason}: {url[:200]}; expected https://…", place or "articles add") from error


async def _read(config: Config, database: Database, url: str) -> tuple[Entry, ...]:
    async with Crawl(build.crawl_settings(config)) as crawl:
        hosts = hosts_of(database, crawl.politeness)
        try:
            poll: FeedPoll = await crawl.poll(Order(url))
        finally:
            await hosts.close()
    if poll.feed is None:
        raise FeedError(poll.error, url)
    return poll.feed.entries
