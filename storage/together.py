"""Other articles that are named with a change: those with the same box, and copies."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlmodel import Session, col, select

from revisions.copies import Carries
from storage.tables import Article, Change

ONE_EDIT = timedelta(days=30)  # within which the same edit of a box in another article is the same edit


@dataclass(frozen=True)
class BoxArticle:
    """Another article that carries the box a change lies in, and its own change there, if it was seen."""

    article: Article
    change_id: int | None


def told_together(session: Session, changes: Sequence[Change]) -> dict[int, tuple[BoxArticle, ...]]:
    """For each change that lies in a box: the other articles of it, those that were seen to change first.

    Only the change by which the edit was told names them.
    """
    boxed = [change for change in changes if change.box_key and not change.told_with]
    if not boxed:
        return {}
    keys = {change.box_key for change in boxed}
    edits: dict[str, list[Change]] = {}
    for edit in session.exec(select(Change).where(col(Change.box_key).in_(keys)).order_by(col(Change.id))):
        edits.setdefault(edit.box_key, []).append(edit)
    found = {change.id or 0: _others_of(change, edits[change.box_key]) for change in boxed}
    named = {number for others in found.values() for number in others}
    articles = {a.id: a for a in session.exec(select(Article).where(col(Article.id).in_(named)))} if named else {}
    return {
        number: tuple(BoxArticle(articles[at], change) for at, change in others.items() if at in articles)
        for number, others in found.items()
    }


def _others_of(change: Change, edits: Sequence[Change]) -> dict[int, int | None]:
    """The other articles of a change's box, by number, with their own change if it was seen."""
    same = [edit for edit in edits if abs(edit.detected_at - change.detected_at) <= ONE_EDIT]
    if not change.box_articles:
        same = [edit for edit in same if edit.told_with == change.id or edit.id == change.id]
    if same[0].id != change.id:
        return {}
    changed: dict[int, int | None] = {e.article_id: e.id for e in same if e.article_id != change.article_id}
    return changed | {number: None for number in change.box_articles or () if number not in changed}


def copies_then(session: Session, change: Change) -> tuple[tuple[Article, Carries], ...]:
    """The copies named with a change, as they read when it was recorded."""
    carries = {int(entry["article"]): Carries(entry["carries"]) for entry in change.copies or ()}
    articles = session.exec(select(Article).where(col(Article.id).in_(carries))).all()
    return tuple((article, carries[article.id]) for article in articles if article.id is not None)
