"""Which articles are to be visited now, and at which hosts there is something to do."""

from collections.abc import Collection
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, outerjoin, select
from sqlmodel import col, func, or_

from storage.database import Database
from storage.queries import FOLLOWED
from storage.tables import Article, Host, Region

FRESH = timedelta(days=2)  # after an article was found, within which most changes come
WINDOW = 1000  # articles looked at, the longest overdue, for the hosts they are at


@dataclass(frozen=True, slots=True)
class Due:
    """An article to be visited: what a visit has to know of it. `region`: where it stands on its page, packed."""

    id: int
    url: str
    outlet: str
    host: str
    status: str
    etag: str
    last_modified: str
    next_visit_at: datetime | None
    region: bytes | None = None


def due_articles(
    database: Database,
    now: datetime,
    *,
    every: bool = False,
    limit: int | None = None,
    but: Collection[int] = (),
    host: str | None = None,
) -> list[Due]:
    """Articles to visit now, the longest overdue first; with `every` all that are followed.

    Without those named by `but`. With `host` only those there, the urgent ones (`_is_urgent`) first.
    """
    columns = [getattr(Article, field.name) for field in fields(Due) if field.name != "region"]
    standing = outerjoin(Article, Region, col(Region.article_id) == col(Article.id))
    found = select(*columns, col(Region.content)).select_from(standing).where(col(Article.status).in_(FOLLOWED))
    if not every:
        found = found.where(col(Article.next_visit_at) <= now)
    if but:
        found = found.where(col(Article.id).not_in(but))
    if host is not None:
        found = found.where(col(Article.host) == host).order_by(_is_urgent(now).desc())
    ordered = found.order_by(col(Article.next_visit_at), col(Article.id))
    with database.read() as session:
        return [Due(*row) for row in session.execute(ordered.limit(limit) if limit else ordered)]


@dataclass(frozen=True)
class DueHost:
    """A host where articles are due; `urgent` where one of them is fresh or was put forward by a signal."""

    name: str
    urgent: bool


def due_hosts(
    database: Database, now: datetime, *, limit: int, but: Collection[str] = (), but_urgent: Collection[str] = ()
) -> list[DueHost]:
    """Hosts to visit now, those with something urgent first, then those with the longest overdue.

    Without those at rest, those of `but`, and, even where something is urgent there, those of `but_urgent`.
    The time it takes does not grow with what is overdue: of that only so much is looked at.
    """
    due = _visits(now)
    with database.read() as session:
        waiting = session.execute(_first(due.where(_not_in(but)).add_columns(_is_urgent(now)))).all()
        urgent = [host for host, is_urgent in waiting if is_urgent]
        if len(waiting) == WINDOW or but:
            lately = due.where(_not_in(but_urgent))
            fresh = _first(lately.where(col(Article.first_seen_at) >= now - FRESH))
            signalled = _first(lately.where(col(Article.signal) != ""))
            urgent += [*session.execute(signalled).scalars(), *session.execute(fresh).scalars()]
    first = dict.fromkeys(urgent, True)
    rest = {host: False for host, _ in waiting if host not in first}
    return [DueHost(name, urgent) for name, urgent in (first | rest).items()][:limit]


def _visits(now: datetime) -> Select[Any]:
    resting = select(col(Host.name)).where(col(Host.rest_until) > now)
    return select(col(Article.host)).where(
        col(Article.status).in_(FOLLOWED), col(Article.next_visit_at) <= now, col(Article.host).not_in(resting)
    )


def _first(due: Select[Any]) -> Select[Any]:
    return due.order_by(col(Article.next_visit_at), col(Article.id)).limit(WINDOW)


def _not_in(hosts: Collection[str]) -> Any:
    return col(Article.host).not_in(hosts) if hosts else True


def _is_urgent(now: datetime) -> Any:
    return or_(col(Article.first_seen_at) >= now - FRESH, col(Article.signal) != "")


def count_due(database: Database, now: datetime) -> int:
    due = select(func.count()).where(col(Article.status).in_(FOLLOWED), col(Article.next_visit_at) <= now)
    with database.read() as session:
        return int(session.execute(due).scalar_one())


def longest_overdue(database: Database, now: datetime) -> timedelta:
    """For how long the article has been due that waits the longest; hosts at rest do not count."""
    with database.read() as session:
        first = session.execute(_first(_visits(now).with_only_columns(col(Article.next_visit_at))).limit(1)).scalar()
    return now - first if first else timedelta(0)


def postpone_article(database: Database, article_id: int, until: datetime) -> None:
    """The article's host must be left alone until then; nothing was asked."""
    with database.write() as session:
        article = session.get_one(Article, article_id)
        article.next_visit_at = until
        session.add(article)
