"""Versions that the Internet Archive captured before we first visited an article.

They are numbered as they are recorded, like all others: what has a number keeps it. Their changes carry the times of
the captures, and nobody is told of them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from revisions import change as changes
from revisions.doubt import is_another_page
from revisions.text import Text
from revisions.topic import Speaker
from storage.changes import change_row, index_change
from storage.database import Database
from storage.ledger import enter_anew
from storage.tables import Article, Change, Version
from storage.texts import text_of
from storage.versions import ARCHIVE, VISIT, add_version

UNTOLD = "it was found in the Internet Archive"


@dataclass(frozen=True)
class Captured:
    """What a page said `at` a time, as the archive keeps it at `url`."""

    at: datetime
    url: str
    text: Text


@dataclass(frozen=True)
class Imported:
    """How many captures became versions, read like the one before, or show something else than the article."""

    versions: int = 0
    unchanged: int = 0
    strange: int = 0


def first_visit(database: Database, article_id: int) -> datetime | None:
    """When our own first version was captured, and the archive's are of no more use."""
    with database.read() as session:
        version = _first_own(session, article_id)
        return version.captured_at if version else None


def import_captures(
    database: Database, article_id: int, captured: Iterable[Captured], speakers: Sequence[Speaker]
) -> Imported:
    """Record the captures that differ from the one before, oldest first; those known already are passed over."""
    versions = unchanged = strange = 0
    with database.write() as session:
        article = session.exec(select(Article).where(Article.id == article_id).with_for_update()).one()
        first, last = _first_own(session, article_id), _last_archived(session, article_id)
        old = text_of(session, last) if last else None
        for capture in sorted(captured, key=lambda capture: capture.at):
            is_late = first is not None and capture.at >= first.captured_at
            if is_late or (last is not None and capture.at <= last.captured_at):
                continue
            if old and is_another_page(old, capture.text):
                strange += 1
                continue
            difference = changes.compare(old, capture.text, speakers) if old else None
            if old and difference is None:
                unchanged += 1
                continue
            version = add_version(session, article, capture.at, capture.text, source=ARCHIVE, archive_url=capture.url)
            if last and difference:
                _add_change(session, article, last, version, difference)
            last, old, versions = version, capture.text, versions + 1
        article.title = article.title or (old.headline if old else "")
        article.published_at = article.published_at or (old.published_at if old else None)
        if versions and first:
            tie_to_archive(session, article, first, speakers)
        if versions:
            enter_anew(session, article, speakers)
        session.add(article)
    return Imported(versions, unchanged, strange)


def tie_to_archive(session: Session, article: Article, first: Version, speakers: Sequence[Speaker]) -> None:
    """The change from the archive's last version to our own first one."""
    assert article.id is not None
    last = _last_archived(session, article.id)
    if last is None:
        return
    old, new = text_of(session, last), text_of(session, first)
    earlier = select(Change).where(Change.article_id == article.id, Change.to_version == first.number)
    if is_another_page(old, new) or session.exec(earlier).first():
        return
    if difference := changes.compare(old, new, speakers):
        _add_change(session, article, last, first, difference)


def _add_change(
    session: Session, article: Article, source: Version, target: Version, difference: changes.Change
) -> None:
    row = change_row(article, target.captured_at, difference, source, target)
    row.last_unchanged_at, row.untold = source.captured_at, UNTOLD
    session.add(row)
    session.flush()
    index_change(session, row)


def _first_own(session: Session, article_id: int) -> Version | None:
    own = select(Version).where(Version.article_id == article_id, Version.source == VISIT)
    return session.exec(own.order_by(col(Version.number)).limit(1)).first()


def _last_archived(session: Session, article_id: int) -> Version | None:
    archived = select(Version).where(Version.article_id == article_id, Version.source == ARCHIVE)
    return session.exec(archived.order_by(col(Version.captured_at).desc()).limit(1)).first()
