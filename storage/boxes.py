"""Which articles carry which paragraphs, and the changes that are one edit of a box many articles carry."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlmodel import Session, col, delete, select

from revisions.boxes import BoxChange, Carriers, passages
from revisions.text import Text
from storage.tables import Article, Change, Passage

ONE_EDIT = timedelta(days=30)  # within which the same edit of a box in another article is the same edit


def keep_passages(session: Session, article_id: int, text: Text) -> None:
    """The paragraphs of an article's latest version, in place of those of the one before."""
    session.exec(delete(Passage).where(col(Passage.article_id) == article_id))
    session.add_all(Passage(key=key, article_id=article_id) for key in passages(text))


def carriers(session: Session, article_id: int, texts: Iterable[Text]) -> Carriers:
    """Other followed articles that carry a paragraph of `texts` in their latest version."""
    keys = sorted(set().union(*map(passages, texts)))
    found: dict[str, set[int]] = {}
    for start in range(0, len(keys), 500):
        some = select(Passage).where(col(Passage.key).in_(keys[start : start + 500]), Passage.article_id != article_id)
        for row in session.exec(some):
            found.setdefault(row.key, set()).add(row.article_id)
    return {key: frozenset(ids) for key, ids in found.items()}


def first_told(session: Session, key: str, now: datetime) -> Change | None:
    """The change by which this edit of a box was first told."""
    same = select(Change).where(Change.box_key == key, Change.detected_at >= now - ONE_EDIT)
    return session.exec(same.where(col(Change.told_with).is_(None)).order_by(col(Change.id)).limit(1)).first()


def look_soon(session: Session, box: BoxChange, now: datetime) -> None:
    """The other articles of the box have probably changed as well: they are due at once."""
    due = select(Article).where(col(Article.id).in_(box.others), col(Article.next_visit_at) > now)
    for article in session.exec(due):
        article.next_visit_at = now
        session.add(article)
