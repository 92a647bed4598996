"""Which articles are to be visited now."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime

from sqlalchemy import select
from sqlmodel import col, func

from storage.database import Database
from storage.queries import FOLLOWED
from storage.tables import Article


@dataclass(frozen=True, slots=True)
class Due:
    """An article to be visited: what a visit has to know of it."""

    id: int
    url: str
    outlet: str
    host: str
    status: str
    etag: str
    last_modified: str


def due_articles(
    database: Database,
    now: datetime,
    *,
    every: bool = False,
    limit: int | None = None,
    but: Sequence[int] = (),
    but_hosts: Sequence[str] = (),
) -> list[Due]:
    """Articles to visit now, the longest overdue first; with `every` all that are followed.

    Without those named by `but`, and without those of `but_hosts`.
    """
    columns = [getattr(Article, field.name) for field in fields(Due)]
    found = select(*columns).where(col(Article.status).in_(FOLLOWED))
    if not every:
        found = found.where(col(Article.next_visit_at) <= now)
    if but:
        found = found.where(col(Article.id).not_in(but))
    if but_hosts:
        found = found.where(col(Article.host).not_in(but_hosts))
    ordered = found.order_by(col(Article.next_visit_at), col(Article.id))
    with database.read() as session:
        return [Due(*row) for row in session.execute(ordered.limit(limit) if limit else ordered)]


def count_due(database: Database, now: datetime) -> int:
    due = select(func.count()).where(col(Article.status).in_(FOLLOWED), col(Article.next_visit_at) <= now)
    with database.read() as session:
        return int(session.execute(due).scalar_one())


def postpone_article(database: Database, article_id: int, until: datetime) -> None:
    """The article's host must be left alone until then; nothing was asked."""
    with database.write() as session:
        article = session.get_one(Article, article_id)
        article.next_visit_at = until
        session.add(article)
