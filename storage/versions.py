"""The versions of an article in the record: the latest, an earlier one that read the same, a new one."""

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy.orm import aliased
from sqlmodel import Session, and_, col, select

from revisions.notices import notices_in
from revisions.text import Text
from storage.tables import Article, Change, Version
from storage.texts import keep_text

PING_PONG = timedelta(days=3)  # within which the same step there and back again is told only once


VISIT, ARCHIVE, REREAD = "visit", "archive", "reread"  # where a version comes from


def latest_version(session: Session, article_id: int) -> Version | None:
    """The latest that a visit of ours found, as it was read last."""
    own = select(Version).where(Version.article_id == article_id, Version.source != ARCHIVE)
    return session.exec(own.order_by(col(Version.number).desc()).limit(1)).first()


def latest_digest(session: Session, article_id: int) -> str | None:
    """Of its text alone; None where there is none yet."""
    own = select(Version.sha256).where(Version.article_id == article_id, Version.source != ARCHIVE)
    return session.exec(own.order_by(col(Version.number).desc()).limit(1)).first()


def last_in_time(session: Session, article_id: int) -> int | None:
    """The number of the version captured last, by a visit or by the archive."""
    numbers = select(Version.number).where(Version.article_id == article_id)
    return session.exec(numbers.order_by(col(Version.captured_at).desc(), col(Version.number).desc()).limit(1)).first()


def latest_numbers(session: Session, articles: Collection[int]) -> dict[int, int]:
    """The same of several articles."""
    if not articles:
        return {}
    rows = select(Version.article_id, Version.number).where(col(Version.article_id).in_(articles))
    return dict(session.exec(rows.order_by(col(Version.captured_at), col(Version.number))).all())


def number_of(session: Session, article_id: int, sha256: str) -> int | None:
    """The latest earlier version that read exactly so."""
    same = select(Version.number).where(Version.article_id == article_id, Version.sha256 == sha256)
    return session.exec(same.order_by(col(Version.number).desc()).limit(1)).first()


def was_told_lately(session: Session, article_id: int, source: str, target: str, now: datetime) -> bool:
    """Was the very same step, from one text to the other, recorded within the last `PING_PONG`?

    So it is with a headline under test, or a stale cache among fresh ones: recorded each time, told once each way.
    """
    old, new = aliased(Version), aliased(Version)
    steps = (
        select(Change.id)
        .join(old, and_(col(old.article_id) == Change.article_id, col(old.number) == Change.from_version))
        .join(new, and_(col(new.article_id) == Change.article_id, col(new.number) == Change.to_version))
        .where(Change.article_id == article_id, Change.detected_at >= now - PING_PONG)
        .where(old.sha256 == source, new.sha256 == target, col(old.source) != ARCHIVE)
    )
    return session.exec(steps.limit(1)).first() is not None


def add_version(
    session: Session, article: Article, at: datetime, text: Text, *, source: str = VISIT, archive_url: str = ""
) -> Version:
    """A new version; `archive_url`: where the Internet Archive keeps it."""
    assert article.id is not None
    article.versions += 1
    version = Version(
        article_id=article.id,
        number=article.versions,
        captured_at=at,
        sha256=text.sha256,
        headline=text.headline,
        words=text.words,
        notices=[{"kind": notice.kind.value, "text": notice.text} for notice in notices_in(text.paragraphs)],
        source=source,
        archive_url=archive_url,
    )
    session.add(version)
    session.flush()
    keep_text(session, article.id, version.number, text)
    return version
