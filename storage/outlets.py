"""Outlets compared: how often they edit what is out, and whether they say so."""

from dataclasses import dataclass
from datetime import datetime
from statistics import median
from typing import Any

from sqlmodel import Session, case, col, func, select

from revisions.kinds import Kind, Significance
from storage.database import Database
from storage.queries import FOLLOWED
from storage.tables import Article, Change, ChangeKind


@dataclass(frozen=True)
class OutletFigures:
    """What an outlet's edits amount to. An edit is a change of its own that is more than cosmetic.

    `noticed` edits came with a notice, `stealth` ones with none. `hours`: from an article's publication to its first
    edit, the median of those that were edited; None where none was.
    """

    outlet: str
    articles: int = 0
    edited: int = 0
    edits: int = 0
    noticed: int = 0
    stealth: int = 0
    hours: float | None = None

    @property
    def share_noticed(self) -> float | None:
        """0 to 1, of the edits."""
        return self.noticed / self.edits if self.edits else None


def compare_outlets(database: Database, since: datetime | None = None) -> list[OutletFigures]:
    """Every outlet with articles, those with most edits first; `since`: only what was seen since then."""
    with database.read() as session:
        articles = dict(session.exec(_articles()).all())
        edits = {outlet: (count, stealth) for outlet, count, stealth in session.exec(_edits(since)).all()}
        noticed = dict(session.exec(_noticed(since)).all())
        hours = _first_edits(session, since)
    found = []
    for outlet, count in articles.items():
        edited, stealth = edits.get(outlet, (0, 0))
        waits = hours.get(outlet, [])
        middle = median(waits) if waits else None
        found.append(OutletFigures(outlet, count, len(waits), edited, noticed.get(outlet, 0), stealth, middle))
    return sorted(found, key=lambda figures: (-figures.edits, figures.outlet))


def outlet_names(database: Database) -> list[str]:
    """In the order of the alphabet."""
    with database.read() as session:
        return list(session.exec(select(Article.outlet).distinct().order_by(col(Article.outlet))))


def _articles() -> Any:
    followed = select(Article.outlet, func.count()).where(col(Article.status).in_(FOLLOWED), Article.versions > 0)
    return followed.group_by(col(Article.outlet))


def _of_substance(query: Any, since: datetime | None) -> Any:
    own = query.where(Change.significance != Significance.COSMETIC.value, col(Change.told_with).is_(None))
    return own.where(Change.detected_at >= since) if since else own


def _edits(since: datetime | None) -> Any:
    stealth = func.sum(case((col(Change.stealth), 1), else_=0))
    return _of_substance(select(Change.outlet, func.count(), stealth), since).group_by(col(Change.outlet))


def _noticed(since: datetime | None) -> Any:
    told = select(Change.outlet, func.count()).join(ChangeKind, col(ChangeKind.change_id) == Change.id)
    return _of_substance(told.where(ChangeKind.kind == Kind.NOTICE.value), since).group_by(col(Change.outlet))


def _first_edits(session: Session, since: datetime | None) -> dict[str, list[float]]:
    """Hours from publication to the first edit, by outlet; an edit older than that counts as at once."""
    first = _of_substance(select(Change.article_id, func.min(Change.detected_at).label("at")), since)
    first = first.group_by(col(Change.article_id)).subquery()
    out = func.coalesce(Article.published_at, Article.first_seen_at)
    rows = select(Article.outlet, out, first.c.at).join(first, first.c.article_id == Article.id)
    found: dict[str, list[float]] = {}
    for outlet, published, edited in session.exec(rows):
        found.setdefault(outlet, []).append(max(0.0, (edited - published).total_seconds() / 3600))
    return found
