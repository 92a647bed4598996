"""What is dropped with time, where the configuration says so; never what a change refers to.

Only visits and the bytes of pages are. Versions, changes, statements, captures with their digests, and alerts stay.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, delete, or_
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, exists, select

from storage.database import Database
from storage.tables import Capture, Change, RawPage, Visit

TOGETHER = 1000  # rows dropped in one transaction
MOST = 20 * TOGETHER  # at one look


@dataclass(frozen=True)
class Keep:
    """For how long; None for ever."""

    visits: timedelta | None = None
    pages: timedelta | None = None


@dataclass(frozen=True)
class Dropped:
    visits: int = 0
    pages: int = 0


def drop_old(database: Database, keep: Keep, now: datetime) -> Dropped:
    """Drop what is older than it is to be kept, up to `MOST` rows of each sort."""
    visits = _drop(database, Visit, _old_visits(now - keep.visits)) if keep.visits is not None else 0
    pages = _drop(database, RawPage, _old_pages(now - keep.pages)) if keep.pages is not None else 0
    return Dropped(visits, pages)


def _drop(database: Database, table: Any, which: Any) -> int:
    """Some at a time, so that nobody waits for long."""
    (key,) = (c for c in table.__table__.primary_key.columns if c.name in ("id", "capture_id"))
    dropped = 0
    while dropped < MOST:
        with database.write() as session:
            numbers = session.exec(which.limit(TOGETHER)).all()
            _delete(session, table, key, numbers)
        dropped += len(numbers)
        if len(numbers) < TOGETHER:
            break
    return dropped


def _delete(session: Session, table: Any, key: Any, numbers: Any) -> None:
    for start in range(0, len(numbers), 500):
        session.execute(delete(table).where(key.in_(numbers[start : start + 500])))


def _old_visits(before: datetime) -> Any:
    """Not the first of an article, and none that says when a change came: the last before it, and the one that saw it.

    A change happened between the two, which is what people ask for and what must not grow vague with time.
    """
    told = exists().where(
        col(Change.article_id) == Visit.article_id,
        or_(col(Change.detected_at) == Visit.at, col(Change.last_unchanged_at) == Visit.at),
    )
    earlier = aliased(Visit)
    has_earlier = exists().where(col(earlier.article_id) == Visit.article_id, col(earlier.at) < Visit.at)
    later = aliased(Visit)
    has_later = exists().where(col(later.article_id) == Visit.article_id, col(later.at) > Visit.at)
    old = select(Visit.id).where(Visit.at < before, ~told, has_earlier, has_later)
    return old.order_by(col(Visit.at), col(Visit.id))


def _old_pages(before: datetime) -> Any:
    """Not those of versions a change leads from or to, of a page that was gone, or that others are packed on."""
    told = exists().where(
        col(Change.article_id) == Capture.article_id,
        or_(
            col(Change.from_version) == Capture.number,
            col(Change.to_version) == Capture.number,
            and_(col(Capture.number).is_(None), col(Change.detected_at) == Capture.at),
        ),
    )
    above = aliased(RawPage)
    is_base = exists().where(col(above.base) == RawPage.capture_id)
    anew = aliased(Capture)
    is_reread = exists().where(col(anew.reread_of) == Capture.id)
    old = select(RawPage.capture_id).join(Capture, col(Capture.id) == RawPage.capture_id)
    return old.where(Capture.at < before, ~told, ~is_base, ~is_reread).order_by(col(RawPage.capture_id).desc())
