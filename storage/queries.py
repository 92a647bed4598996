"""Questions people ask the record."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlmodel import Session, SQLModel, col, func, select

from revisions.errors import AddendumError
from revisions.text import Text
from storage.aliases import find_article
from storage.database import Database, estimate
from storage.paging import Page, paged
from storage.tables import Article, Change, Feed, Version, Visit
from storage.texts import text_of
from storage.versions import latest_version

if TYPE_CHECKING:
    from revisions.seen import Seen

MOST_VERSIONS = 2**31  # what the column holds
FOLLOWED = ("candidate", "followed", "gone")


def list_articles(database: Database, *, outlet: str = "", status: str = "", limit: int | None = None) -> list[Article]:
    """Followed articles, of an outlet or in a status if one is named, the most recently changed first."""
    followed = select(Article).where(col(Article.status).in_([status] if status else FOLLOWED))
    if outlet:
        followed = followed.where(Article.outlet == outlet)
    newest = followed.order_by(col(Article.changed_at).desc().nullslast(), col(Article.id).desc())
    with database.read() as session:
        return list(session.exec(newest.limit(limit) if limit else newest))


def page_of_articles(
    database: Database, *, outlet: str = "", status: str = "", cursor: str = "", limit: int = 50
) -> Page[Article]:
    """Articles that were read, the most recently changed first."""
    read = select(Article).where(col(Article.changed_at).is_not(None))
    read = read.where(col(Article.status).in_([status] if status else FOLLOWED))
    if outlet:
        read = read.where(Article.outlet == outlet)
    columns = (col(Article.changed_at), col(Article.id))
    with database.read() as session:
        return paged(session, read, columns, lambda article: (article.changed_at, article.id), cursor, limit)


def list_discovered(database: Database, since: datetime) -> list[tuple[Article, str]]:
    """Articles found since then whose discovery is news, oldest first, each with the name of its feed."""
    rows = select(Article, Feed.name).join(Feed, col(Feed.id) == Article.feed_id, isouter=True)
    rows = rows.where(Article.first_seen_at >= since, ~col(Article.quiet), Article.versions > 0)
    rows = rows.where(col(Article.status).in_(FOLLOWED))
    with database.read() as session:
        return [(article, name or "") for article, name in session.exec(rows.order_by(col(Article.id)))]


def feed_name(database: Database, article: Article) -> str:
    """The feed an article was found in, or ""."""
    with database.read() as session:
        feed = session.get(Feed, article.feed_id) if article.feed_id else None
        return feed.name if feed else ""


def get_article(database: Database, which: str) -> Article:
    """By number, or by any URL that leads to it. Raises `AddendumError` where there is none."""
    with database.read() as session:
        found = session.get(Article, _number(which)) if which.isdigit() else find_article(session, which)
        while found is not None and found.merged_into:
            found = session.get(Article, found.merged_into)
        if found is None:
            raise AddendumError("no such article; `addendum articles` lists their numbers and addresses", which)
        return found


def _number(digits: str) -> int:
    """A row's number; one too long for the database is nobody's."""
    return int(digits) if len(digits) <= 18 else 0


def get_history(database: Database, article_id: int) -> list[tuple[Version, Change | None]]:
    """Every version in the order of their times, with the change that led to it."""
    with database.read() as session:
        of_article = select(Version).where(Version.article_id == article_id)
        versions = session.exec(of_article.order_by(col(Version.captured_at), col(Version.number)))
        led = {
            c.to_version: c
            for c in session.exec(select(Change).where(Change.article_id == article_id))
            if c.to_version != c.from_version
        }
        return [(version, led.get(version.number)) for version in versions]


def get_changes(database: Database, article_id: int) -> list[Change]:
    """All of an article's changes, oldest first, those too that led to no version."""
    of_article = select(Change).where(Change.article_id == article_id)
    with database.read() as session:
        return list(session.exec(of_article.order_by(col(Change.detected_at), col(Change.id))))


def visit_times(database: Database, article_id: int, *, limit: int) -> list[datetime]:
    """When it was visited, newest first."""
    times = select(Visit.at).where(Visit.article_id == article_id).order_by(col(Visit.at).desc()).limit(limit)
    with database.read() as session:
        return list(session.exec(times))


def get_visits(database: Database, article_id: int, *, limit: int = 50) -> list[Visit]:
    """The latest visits, newest first."""
    with database.read() as session:
        newest = (
            select(Visit).where(Visit.article_id == article_id).order_by(col(Visit.at).desc(), col(Visit.id).desc())
        )
        return list(session.exec(newest.limit(limit)))


def get_texts(database: Database, article_id: int, source: int, target: int) -> tuple[Text, Text]:
    """Two versions of an article. Raises `AddendumError` naming the one that does not exist."""
    with database.read() as session:
        return _version(session, article_id, source)[1], _version(session, article_id, target)[1]


def get_version(database: Database, article_id: int, number: int) -> tuple[Version, Text]:
    """One version and what it reads. Raises `AddendumError` where there is none."""
    with database.read() as session:
        return _version(session, article_id, number)


def _version(session: Session, article_id: int, number: int) -> tuple[Version, Text]:
    numbered = select(Version).where(Version.article_id == article_id, Version.number == number)
    version = session.exec(numbered).first() if number < MOST_VERSIONS else None
    if version is None:
        raise AddendumError(f"there is no version {number} of it; see `addendum history`", f"article {article_id}")
    return version, text_of(session, version)


def latest_reading(database: Database, article_id: int) -> "tuple[Text, Seen] | None":
    """What the article was last known to say, and what else its page showed then."""
    from revisions.seen import Seen  # and with it, what compares texts; no question needs it

    with database.read() as session:
        latest = latest_version(session, article_id)
        seen = session.exec(select(Article.seen).where(Article.id == article_id)).first()
        return (text_of(session, latest), Seen.unpack(seen or b"")) if latest else None


def count_record(database: Database) -> dict[str, int]:
    """Sizes of the record: articles followed, versions, changes. Of very large ones on PostgreSQL an estimate."""
    followed = col(Article.status).in_(FOLLOWED)
    with database.read() as session:
        return {
            "articles": _count(session, Article, followed),
            "versions": _count(session, Version),
            "changes": _count(session, Change),
        }


def _count(session: Session, table: type[SQLModel], *which: Any) -> int:
    known = estimate(session, table)
    return session.exec(select(func.count()).select_from(table).where(*which)).one() if known is None else known
