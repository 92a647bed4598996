"""Questions people ask the record."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, SQLModel, col, func, select

from revisions.copies import Carries
from revisions.errors import AddendumError
from revisions.seen import Seen
from revisions.text import Text
from storage.aliases import find_article
from storage.boxes import BoxArticle, told_together
from storage.copies import copies_then
from storage.database import Database, estimate
from storage.tables import Article, Change, ChangeKind, ChangeSpeaker, Feed, Version, Visit
from storage.versions import latest_version

FOLLOWED = ("candidate", "followed", "gone")


@dataclass(frozen=True)
class ChangeRecord:
    """A change with everything needed to tell it."""

    change: Change
    article: Article
    source: Version | None
    target: Version | None
    together: tuple[BoxArticle, ...] = ()
    copies: tuple[tuple[Article, Carries], ...] = ()

    @property
    def texts(self) -> tuple[Text, Text] | None:
        """What the article said before and after; None where there is only one of them, or both are the same."""
        if self.source is None or self.target is None or self.source.number == self.target.number:
            return None
        return Text.from_json(self.source.content), Text.from_json(self.target.content)


@dataclass(frozen=True)
class ChangeFilter:
    """Which changes: all conditions must hold, empty ones do not count.

    An edit of a box that many articles carry is one change, that of the article it was first seen in; `each` brings
    those of the other articles, too, as does asking for one article.
    """

    since: datetime | None = None
    kind: str = ""
    speaker: str = ""
    stealth: bool = False
    article_id: int | None = None
    each: bool = False


def list_changes(database: Database, wanted: ChangeFilter, *, limit: int | None = 50) -> list[ChangeRecord]:
    """Newest first."""
    found = select(Change, Article).join(Article, col(Article.id) == Change.article_id)
    if wanted.since:
        found = found.where(Change.detected_at >= wanted.since)
    if wanted.stealth:
        found = found.where(col(Change.stealth))
    if wanted.article_id:
        found = found.where(Change.article_id == wanted.article_id)
    elif not wanted.each:
        found = found.where(col(Change.told_with).is_(None))
    if wanted.kind:
        found = found.where(col(Change.id).in_(select(ChangeKind.change_id).where(ChangeKind.kind == wanted.kind)))
    if wanted.speaker:
        named = select(ChangeSpeaker.change_id).where(func.lower(ChangeSpeaker.speaker) == wanted.speaker.lower())
        found = found.where(col(Change.id).in_(named))
    with database.read() as session:
        newest = found.order_by(col(Change.detected_at).desc(), col(Change.id).desc())
        rows = session.exec(newest.limit(limit)).all()
        return [_record(session, change, article) for change, article in rows]


def get_change(database: Database, change_id: int) -> ChangeRecord:
    with database.read() as session:
        change = session.get(Change, change_id)
        if change is None:
            raise AddendumError("no such change; `addendum changes` lists them", f"change {change_id}")
        return _record(session, change, session.get_one(Article, change.article_id))


def _record(session: Session, change: Change, article: Article) -> ChangeRecord:
    return ChangeRecord(
        change,
        article,
        _version(session, change.article_id, change.from_version),
        _version(session, change.article_id, change.to_version),
        told_together(session, change),
        copies_then(session, change),
    )


def _version(session: Session, article_id: int, number: int | None) -> Version | None:
    if number is None:
        return None
    return session.exec(select(Version).where(Version.article_id == article_id, Version.number == number)).first()


def list_articles(database: Database, *, limit: int | None = None) -> list[Article]:
    """Followed articles, the most recently changed first."""
    followed = select(Article).where(col(Article.status).in_(FOLLOWED))
    newest = followed.order_by(col(Article.changed_at).desc().nullslast(), col(Article.id).desc())
    with database.read() as session:
        return list(session.exec(newest.limit(limit) if limit else newest))


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
        texts = []
        for number in (source, target):
            version = _version(session, article_id, number)
            if version is None:
                raise AddendumError(
                    f"there is no version {number} of it; see `addendum history`", f"article {article_id}"
                )
            texts.append(Text.from_json(version.content))
        return texts[0], texts[1]


def latest_reading(database: Database, article_id: int) -> tuple[Text, Seen] | None:
    """What the article was last known to say, and what else its page showed then."""
    with database.read() as session:
        latest = latest_version(session, article_id)
        seen = session.exec(select(Article.seen).where(Article.id == article_id)).first()
        return (Text.from_json(latest.content), Seen.unpack(seen or b"")) if latest else None


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
