"""Who was quoted with what: the ledger, asked."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from revisions.errors import AddendumError
from revisions.topic import speaker_key
from storage.database import Database
from storage.paging import LARGEST_ID, Page, paged
from storage.tables import Article, Statement
from storage.versions import latest_numbers

STATUSES = ("stands", "reworded", "withdrawn", "gone")
MOST_WORDINGS = 200  # of one statement, shown with it


@dataclass(frozen=True)
class StatementFilter:
    """Which statements: all conditions must hold, empty ones do not count.

    `since`, `until`: when it was first seen. `once`: each statement once, as it was first recorded, whatever other
    articles report it, too.
    """

    speaker: str = ""
    outlet: str = ""
    status: str = ""
    since: datetime | None = None
    until: datetime | None = None
    article_id: int | None = None
    once: bool = False


@dataclass(frozen=True)
class StatementRecord:
    """A statement in its article, whose latest version is `latest`.

    `wordings`: how it, or what it became, was put there and elsewhere, oldest first.
    """

    statement: Statement
    article: Article
    latest: int
    wordings: tuple[tuple[Statement, Article], ...] = ()

    @property
    def status(self) -> str:
        """Stands, reworded, withdrawn; or gone, with its article."""
        is_there = self.statement.status == "stands"
        return "gone" if is_there and self.article.status == "gone" else self.statement.status


def page_of_statements(
    database: Database, wanted: StatementFilter, *, cursor: str = "", limit: int = 50, wordings: bool = False
) -> Page[StatementRecord]:
    """Those first seen last, first; with their `wordings` where those are asked for."""
    columns = (col(Statement.since), col(Statement.id))
    with database.read() as session:
        page = paged(session, _matching(wanted), columns, lambda row: (row[0].since, row[0].id), cursor, limit)
        return page.of(_records(session, page.items, wordings=wordings))


def get_statement(database: Database, number: int) -> StatementRecord:
    """With its wordings. Raises `AddendumError` where there is no such statement."""
    with database.read() as session:
        statement = session.get(Statement, number) if number <= LARGEST_ID else None
        if statement is None:
            raise AddendumError("no such statement; `addendum statements` lists them", f"statement {number}")
        article = session.get_one(Article, statement.article_id)
        (record,) = _records(session, [(statement, article)], wordings=True)
        return record


def _matching(wanted: StatementFilter) -> Any:
    query = select(Statement, Article).join(Article, col(Article.id) == Statement.article_id)
    if wanted.speaker:
        query = query.where(Statement.speaker_key == speaker_key(wanted.speaker))
    if wanted.outlet:
        query = query.where(Article.outlet == wanted.outlet)
    if wanted.status == "gone":
        query = query.where(Statement.status == "stands", Article.status == "gone")
    elif wanted.status:
        query = query.where(Statement.status == wanted.status)
        if wanted.status == "stands":
            query = query.where(Article.status != "gone")
    if wanted.article_id:
        query = query.where(Statement.article_id == wanted.article_id)
    if wanted.since:
        query = query.where(Statement.since >= wanted.since)
    if wanted.until:
        query = query.where(Statement.since < wanted.until)
    if wanted.once and not wanted.outlet and not wanted.article_id:
        query = query.where(Statement.group_id == Statement.id)
    return query


def _records(session: Session, rows: Sequence[tuple[Statement, Article]], *, wordings: bool) -> list[StatementRecord]:
    latest = latest_numbers(session, {statement.article_id for statement, _ in rows})
    groups: dict[int, list[tuple[Statement, Article]]] = {}
    if wordings and rows:
        same = select(Statement, Article).join(Article, col(Article.id) == Statement.article_id)
        same = same.where(col(Statement.group_id).in_({statement.group_id for statement, _ in rows}))
        for other, article in session.exec(same.order_by(col(Statement.since), col(Statement.id))):
            groups.setdefault(other.group_id or 0, []).append((other, article))
    return [
        StatementRecord(s, article, latest[s.article_id], tuple(groups.get(s.group_id or 0, ())[:MOST_WORDINGS]))
        for s, article in rows
    ]
