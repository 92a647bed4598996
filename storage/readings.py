"""With which speakers, and how, the statements of each article were read."""

from collections.abc import Sequence
from hashlib import blake2b
from typing import Any

from sqlmodel import func, or_, select

from revisions.topic import Speaker
from storage.database import Database
from storage.tables import Article

READING = "1"  # counts up when statements are read differently than before, so that all are read again


def reading_of(speakers: Sequence[Speaker]) -> str:
    """Differs when statements would be read differently."""
    told = "\n".join(repr((s.name, tuple(s.aliases), s.organisation)) for s in speakers)
    return READING + "-" + blake2b(told.encode(), digest_size=6).hexdigest()


def count_unread(database: Database, speakers: Sequence[Speaker]) -> int:
    """Articles whose statements are still to be read."""
    them = unread(reading_of(speakers)).subquery()
    with database.read() as session:
        return session.exec(select(func.count()).select_from(them)).one()


def unread(reading: str) -> Any:
    """The articles, by number, whose statements were read otherwise."""
    return select(Article.id).where(or_(Article.spoken < reading, Article.spoken > reading), Article.versions > 0)
