"""A page that was captured before, read anew by a newer extraction.

What differs then is how the page is read, not what it said: it is recorded as a version of its own, marked so, and what
was recorded before stays as it is. It is no change, and nobody is told.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from revisions.errors import StorageError
from revisions.statements import Statement
from revisions.text import Text
from revisions.topic import Speaker
from storage.boxes import keep_passages
from storage.database import Database
from storage.evidence import capture_reread
from storage.facts import Provenance
from storage.ledger import keep_words
from storage.pages import page_of
from storage.tables import Article, Capture
from storage.versions import REREAD, add_version, last_in_time, latest_version


@dataclass(frozen=True)
class Outdated:
    """The page of an article's latest version, which an earlier extraction read. `content_type`: as it was sent."""

    capture: int
    url: str
    body: bytes
    content_type: str


@dataclass(frozen=True)
class Reread:
    """What a newer extraction reads in it; `seen` and `said` as in `storage.facts.VisitFacts`."""

    text: Text
    seen: bytes
    said: tuple[Statement, ...]


def outdated(database: Database, article_id: int, extractor: int) -> Outdated | None:
    """None where the latest version was read by this extraction, or its page is not kept."""
    with database.read() as session:
        capture = _of_latest(session, article_id)
        if capture is None or capture.id is None or capture.extractor >= extractor:
            return None
        try:
            body = page_of(session, capture.reread_of or capture.id)
        except StorageError:
            return None
        kinds = [value for name, value in capture.headers if name.lower() == "content-type"]
        return Outdated(capture.id, capture.url, body, kinds[-1] if kinds else "")


def record_rereading(
    database: Database,
    article_id: int,
    old: Outdated,
    new: Reread,
    at: datetime,
    speakers: Sequence[Speaker],
    by: Provenance,
) -> int | None:
    """The number of the new version; None where it reads the same, or another process was quicker."""
    with database.write() as session:
        article = session.exec(select(Article).where(Article.id == article_id).with_for_update()).one()
        latest, capture = latest_version(session, article_id), _of_latest(session, article_id)
        if latest is None or capture is None or capture.id != old.capture or latest.sha256 == new.text.sha256:
            return None
        before = last_in_time(session, article_id)
        version = add_version(session, article, at, new.text, source=REREAD)
        keep_words(session, article, version, new.text, before, speakers, new.said)
        keep_passages(session, article_id, new.text)
        article.seen = new.seen
        session.add(article)
        of = session.get_one(Capture, capture.reread_of) if capture.reread_of else capture
        capture_reread(session, of, version.number, new.text.sha256, at, by)
        return version.number


def _of_latest(session: Session, article_id: int) -> Capture | None:
    latest = latest_version(session, article_id)
    if latest is None:
        return None
    of_version = select(Capture).where(Capture.article_id == article_id, Capture.number == latest.number)
    return session.exec(of_version.order_by(col(Capture.id).desc()).limit(1)).first()
