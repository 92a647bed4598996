"""`addendum articles backfill`: what the Internet Archive kept."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from addendum.config import Config
from addendum.context import Context
from addendum.output import json_lines, say
from addendum.progress import Progress, show_progress
from crawler.archive import Archive, Capture
from revisions.errors import ConfigError, FetchError
from revisions.networks import Networks
from storage.backfill import Captured, first_visit, import_captures
from storage.database import Database
from storage.queries import get_article, list_articles
from storage.tables import Article


@dataclass(frozen=True)
class Report:
    """What became of an article's captures. `unread`: those that hold no article."""

    article: int
    url: str
    versions: int = 0
    unchanged: int = 0
    strange: int = 0
    unread: int = 0


def backfill(context: Context, which: Sequence[str], *, every: bool, most: int, as_json: bool) -> None:
    if not which and not every:
        raise ConfigError("give articles by number or URL, or --all", "articles backfill")
    with context.record() as (config, database), show_progress() as progress:
        articles = list_articles(database) if every else [get_article(database, name) for name in which]
        for number, article in enumerate(articles):
            progress("articles", number, len(articles))
            report = _import(config, database, article, most, progress)
            if as_json:
                json_lines([asdict(report)])
            else:
                say(_in_words(report))


def _import(config: Config, database: Database, article: Article, most: int, progress: Progress) -> Report:
    """What was read until the archive stopped answering is kept; its error travels on."""
    assert article.id is not None
    until = first_visit(database, article.id)
    crawl = config.crawl
    networks = Networks(crawl.allow_private_networks)
    archive = Archive(config.user_agent, config.archive.url, crawl.proxy, crawl.max_page_bytes, networks)
    captures: list[Capture] = []

    def told(done: int, of: int) -> None:
        progress(f"captures of article {article.id}", done, of)

    try:
        captures.extend(archive.captures(article.url, until, most, told))
    except FetchError as error:
        if not captures:
            raise
        _keep(config, database, article, captures)
        raise FetchError(
            f"{error.reason}; {len(captures)} captures were read, run it again later", article.url
        ) from error
    return _keep(config, database, article, captures)


def _keep(config: Config, database: Database, article: Article, captures: Sequence[Capture]) -> Report:
    assert article.id is not None
    readable = [Captured(c.at, c.url, c.text) for c in captures if c.text is not None]
    done = import_captures(database, article.id, readable, config.topic.as_told().speakers)
    unread = len(captures) - len(readable)
    return Report(article.id, article.url, done.versions, done.unchanged, done.strange, unread)


def _in_words(report: Report) -> str:
    parts = [f"{report.versions} version{'s' if report.versions != 1 else ''} from the Internet Archive"]
    if report.unchanged:
        parts.append(f"{report.unchanged} captures read like the one before")
    if report.strange + report.unread:
        parts.append(f"{report.strange + report.unread} show something else or nothing")
    return f"article {report.article}: {'; '.join(parts)}"
