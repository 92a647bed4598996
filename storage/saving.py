"""Which versions the Internet Archive was asked to save."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import col, select

from storage.database import Database
from storage.tables import Article, Version
from storage.versions import VISIT


@dataclass(frozen=True)
class Unsubmitted:
    """A version, and the address it was read at."""

    version_id: int
    url: str


def next_unsubmitted(database: Database, since: datetime) -> Unsubmitted | None:
    """The newest version found by a visit since then that was not submitted, of an article that has no newer one."""
    rows = (
        select(Version.id, Article.url)
        .join(Article, (col(Article.id) == Version.article_id) & (col(Article.versions) == Version.number))
        .where(Version.captured_at >= since, Version.source == VISIT, col(Version.submitted_at).is_(None))
        .where(Article.status == "followed")
    )
    with database.read() as session:
        found = session.exec(rows.order_by(col(Version.captured_at).desc()).limit(1)).first()
        return Unsubmitted(found[0], found[1]) if found and found[0] is not None else None


def note_submitted(database: Database, version_id: int, at: datetime, error: str) -> None:
    """It was submitted, or `error` says why it never will be."""
    with database.write() as session:
        version = session.get_one(Version, version_id)
        version.submitted_at, version.submit_error = at, error[:500]
        session.add(version)
