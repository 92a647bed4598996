"""The stream of changes, newest first, and everything needed to tell each of them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from revisions.copies import Carries
from revisions.errors import AddendumError
from revisions.kinds import Significance
from revisions.text import Text
from revisions.topic import speaker_key
from storage.database import Database
from storage.paging import Page, paged
from storage.tables import Article, Change, ChangeKind, ChangeSpeaker, Version
from storage.texts import text_of
from storage.together import BoxArticle, copies_then, told_together

AT_LEAST = {
    Significance.MINOR.value: (Significance.MAJOR.value, Significance.MINOR.value),
    Significance.MAJOR.value: (Significance.MAJOR.value,),
}


@dataclass(frozen=True)
class ChangeRecord:
    """A change with everything needed to tell it.

    `texts`: what the article said before and after, where they were asked for and differ.
    """

    change: Change
    article: Article
    source: Version | None
    target: Version | None
    together: tuple[BoxArticle, ...] = ()
    copies: tuple[tuple[Article, Carries], ...] = ()
    texts: tuple[Text, Text] | None = None


@dataclass(frozen=True)
class ChangeFilter:
    """Which changes: all conditions must hold, empty ones do not count. `significance`: at least so much.

    An edit of a box that many articles carry is one change, that of the article it was first seen in; `each` brings
    those of the other articles, too, as does asking for one article.
    """

    since: datetime | None = None
    until: datetime | None = None
    kind: str = ""
    significance: str = ""
    speaker: str = ""
    outlet: str = ""
    stealth: bool = False
    article_id: int | None = None
    each: bool = False


def page_of_changes(
    database: Database, wanted: ChangeFilter, *, cursor: str = "", limit: int = 50
) -> Page[ChangeRecord]:
    """Newest first."""
    query, columns = _matching(wanted)
    with database.read() as session:
        page = paged(session, query, columns, lambda row: (row[0].detected_at, row[0].id), cursor, limit)
        return page.of(_records(session, page.items))


def list_changes(
    database: Database, wanted: ChangeFilter, *, limit: int | None = 50, texts: bool = False
) -> list[ChangeRecord]:
    """Newest first; with their `texts` where those are needed."""
    query, columns = _matching(wanted)
    with database.read() as session:
        rows = session.exec(query.order_by(*(column.desc() for column in columns)).limit(limit)).all()
        records = _records(session, rows)
        return [_with_texts(session, record) for record in records] if texts else records


def get_change(database: Database, change_id: int) -> ChangeRecord:
    """With its texts. Raises `AddendumError` where there is no such change."""
    with database.read() as session:
        change = session.get(Change, change_id)
        if change is None:
            raise AddendumError("no such change; `addendum changes` lists them", f"change {change_id}")
        (record,) = _records(session, [(change, session.get_one(Article, change.article_id))])
        return _with_texts(session, record)


def change_between(database: Database, article_id: int, source: int, target: int) -> Change | None:
    """The change recorded as the step from one version to another."""
    steps = select(Change).where(Change.article_id == article_id, Change.from_version == source)
    with database.read() as session:
        return session.exec(steps.where(Change.to_version == target).order_by(col(Change.id)).limit(1)).first()


def _matching(wanted: ChangeFilter) -> tuple[Any, tuple[Any, Any]]:
    """The query, and the columns of time and number it is to be read in the order of: those of the index it goes by."""
    query = select(Change, Article).join(Article, col(Article.id) == Change.article_id)
    at, number = col(Change.detected_at), col(Change.id)
    if wanted.speaker:
        query = query.join(ChangeSpeaker, col(ChangeSpeaker.change_id) == Change.id)
        query = query.where(ChangeSpeaker.speaker == speaker_key(wanted.speaker))
        at, number = col(ChangeSpeaker.detected_at), col(ChangeSpeaker.change_id)
    if wanted.kind:
        query = query.join(ChangeKind, col(ChangeKind.change_id) == Change.id).where(ChangeKind.kind == wanted.kind)
        if not wanted.speaker:
            at, number = col(ChangeKind.detected_at), col(ChangeKind.change_id)
    if wanted.outlet:
        query = query.where(Change.outlet == wanted.outlet)
    if wanted.significance in AT_LEAST:
        query = query.where(col(Change.significance).in_(AT_LEAST[wanted.significance]))
    if wanted.since:
        query = query.where(at >= wanted.since)
    if wanted.until:
        query = query.where(at < wanted.until)
    if wanted.stealth:
        query = query.where(col(Change.stealth))
    if wanted.article_id:
        query = query.where(Change.article_id == wanted.article_id)
    elif not wanted.each:
        query = query.where(col(Change.told_with).is_(None))
    return query, (at, number)


def _records(session: Session, rows: Sequence[tuple[Change, Article]]) -> list[ChangeRecord]:
    """With their versions, boxes and copies, in few queries for all of them."""
    changes = [change for change, _ in rows]
    versions = _versions(session, changes)
    together = told_together(session, changes)
    return [
        ChangeRecord(
            change,
            article,
            versions.get((change.article_id, change.from_version)),
            versions.get((change.article_id, change.to_version)),
            together.get(change.id or 0, ()),
            copies_then(session, change) if change.copies else (),
        )
        for change, article in rows
    ]


def _versions(session: Session, changes: Sequence[Change]) -> dict[tuple[int, int | None], Version]:
    numbers = {n for c in changes for n in (c.from_version, c.to_version) if n is not None}
    if not numbers:
        return {}
    # Some more than are needed: SQLite finds no index for pairs of values.
    found = select(Version).where(col(Version.article_id).in_({c.article_id for c in changes}))
    of_them = session.exec(found.where(col(Version.number).in_(numbers)))
    return {(version.article_id, version.number): version for version in of_them}


def _with_texts(session: Session, record: ChangeRecord) -> ChangeRecord:
    if record.source is None or record.target is None or record.source.number == record.target.number:
        return record
    return replace(record, texts=(text_of(session, record.source), text_of(session, record.target)))
