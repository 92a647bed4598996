"""An article's versions with everything that proves them, in the order they were recorded."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from revisions.text import Text
from storage.captures import covered
from storage.pages import page_of
from storage.present import article_reference, change_json, moment, version_json
from storage.stream import ChangeRecord
from storage.tables import Article, Capture, Change, RawPage, Stamp, Version
from storage.texts import texts_of


@dataclass(frozen=True)
class Exported:
    """A version with its text, its capture and the change that led to it; or, without a version, a change alone.

    So it is where an article was gone, or came back as it was.
    """

    article: Article
    version: Version | None
    text: Text | None
    capture: Capture | None
    change: Change | None
    source: Version | None = None

    @property
    def at(self) -> datetime:
        if self.version:
            return self.version.captured_at
        assert self.change is not None
        return self.change.detected_at


def exported(session: Session, article: Article) -> Iterator[Exported]:
    """In the order of their times; of an article without versions, nothing."""
    assert article.id is not None
    versions = {v.number: v for v in session.exec(select(Version).where(Version.article_id == article.id))}
    captures = session.exec(select(Capture).where(Capture.article_id == article.id).order_by(col(Capture.id))).all()
    of_version = {c.number: c for c in captures if c.number is not None}
    of_time = {c.at: c for c in captures if c.number is None}
    changes = session.exec(select(Change).where(Change.article_id == article.id).order_by(col(Change.id))).all()
    led = {c.to_version: c for c in changes if c.to_version != c.from_version}
    found = []
    for number, text in texts_of(session, article.id):
        change = led.get(number)
        source = versions.get(change.from_version) if change and change.from_version else None
        found.append(Exported(article, versions[number], text, of_version.get(number), change, source))
    for change in changes:
        if change.to_version is None or change.to_version == change.from_version:
            source = versions.get(change.from_version or 0)
            found.append(Exported(article, None, None, of_time.get(change.detected_at), change, source))
    yield from sorted(found, key=lambda item: item.at)


def page_kept(session: Session, capture: Capture) -> bytes | None:
    """The bytes it was read from, where they are kept. Raises `StorageError` where they are damaged."""
    number = capture.reread_of or capture.id
    assert number is not None
    return page_of(session, number) if session.get(RawPage, number) else None


def exported_json(item: Exported, public_url: str) -> dict[str, Any]:
    """One line of `export --format jsonl`."""
    change = item.change and change_json(ChangeRecord(item.change, item.article, item.source, item.version), public_url)
    version = (
        item.version
        and item.text
        and {
            **version_json(item.version, item.change),
            "text": _text(item.text),
        }
    )
    return {
        "article": article_reference(item.article),
        "version": version,
        "capture": item.capture and capture_json(item.capture),
        "change": change,
    }


def capture_json(capture: Capture) -> dict[str, Any]:
    """What its seal covers, exactly as it is covered, and its place in the chain (null while it waits for one)."""
    return {
        "id": capture.id,
        "covered": covered(capture),
        "seal": capture.seal,
        "link": capture.link,
        "chain": capture.chain or None,
    }


def stamp_of(session: Session, captures: Iterable[Capture]) -> Stamp | None:
    """The first stamp that covers all of these."""
    last = max((capture.link or 0 for capture in captures), default=0)
    after = select(Stamp).where(Stamp.link >= last).order_by(col(Stamp.link)).limit(1)
    return session.exec(after).first() if last else None


def _text(text: Text) -> dict[str, Any]:
    return {
        "headline": text.headline,
        "standfirst": text.standfirst,
        "byline": text.byline,
        "language": text.language,
        "published_at": moment(text.published_at),
        "modified_at": moment(text.modified_at),
        "paragraphs": [{"role": p.role.value, "text": p.text} for p in text.paragraphs],
    }
