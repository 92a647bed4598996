"""Which articles carry which paragraphs, and the changes that are one edit of a box many articles carry."""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlmodel import Session, col, delete, insert, select

from revisions.boxes import BoxChange, Carriers, box_change, edit_key, passages, without
from revisions.change import Change as Difference
from revisions.change import compare
from revisions.live import is_live
from revisions.text import Text
from revisions.topic import Topic
from storage.habits import SIBLING, look_soon
from storage.tables import Article, Change, Passage
from storage.texts import text_of
from storage.together import ONE_EDIT
from storage.versions import latest_version

MOST_KEYS = 500  # in one query; SQLite allows 999 variables in the oldest builds


def keep_passages(session: Session, article_id: int, text: Text) -> None:
    """The paragraphs of an article's latest version, in place of those of the one before."""
    session.exec(delete(Passage).where(col(Passage.article_id) == article_id))
    found = [{"key": key, "article_id": article_id} for key in passages(text)]
    if found:
        session.connection().execute(insert(Passage), found)


@dataclass(frozen=True)
class Told:
    """What of a change is news (None for nothing), and the box it lies in: its key, who carries it, told by whom.

    `is_box_alone`: nothing changed beside the box.
    """

    difference: Difference | None
    key: str = ""
    others: frozenset[int] = frozenset()
    with_change: int | None = None
    is_box_alone: bool = False


def news_beside_box(
    session: Session, article: Article, now: datetime, difference: Difference, text: Text, topic: Topic
) -> Told:
    """What is left to tell of an article's change to `text` once an edit of a box was told with another article."""
    assert article.id is not None
    latest = latest_version(session, article.id)
    assert latest is not None
    old = replace(text_of(session, latest), modified_at=article.modified_at)
    box = (
        None
        if is_live(text)
        else box_change(old, text, difference.operations, _carriers(session, article.id, old, text))
    )
    if box is None:
        return _unless_told_elsewhere(session, article, now, difference, old, text)
    own = compare(
        without(old, (i for step in box.steps for i in step.old)),
        without(text, (j for step in box.steps for j in step.new)),
        topic.speakers,
    )
    first = _first_told(session, box.key, now, article)
    if first is None:
        _look_soon(session, box, now)
        return Told(difference, box.key, box.others, is_box_alone=own is None)
    return Told(own, box.key, box.others, None if own else first.id, is_box_alone=own is None)


def _unless_told_elsewhere(
    session: Session, article: Article, now: datetime, difference: Difference, old: Text, text: Text
) -> Told:
    """The very same edit of a passage in another article of the outlet is news once. A notice is news in each."""
    key = "" if difference.notices or is_live(text) else edit_key(old, text, difference.operations)
    if not key:
        return Told(difference)
    first = _first_told(session, key, now, article)
    return Told(None, key, with_change=first.id) if first else Told(difference, key)


def _carriers(session: Session, article_id: int, *texts: Text) -> Carriers:
    """Other articles that carry a paragraph of `texts` in their latest version."""
    keys = sorted(set().union(*map(passages, texts)))
    found: dict[str, set[int]] = {}
    for start in range(0, len(keys), MOST_KEYS):
        some = col(Passage.key).in_(keys[start : start + MOST_KEYS])
        for row in session.exec(select(Passage).where(some, Passage.article_id != article_id)):
            found.setdefault(row.key, set()).add(row.article_id)
    return {key: frozenset(ids) for key, ids in found.items()}


def _first_told(session: Session, key: str, now: datetime, article: Article) -> Change | None:
    """The change of another of the outlet's articles by which this edit was first told."""
    same = select(Change).join(Article, col(Article.id) == Change.article_id)
    same = same.where(Change.box_key == key, Change.detected_at >= now - ONE_EDIT, Article.outlet == article.outlet)
    same = same.where(Change.article_id != article.id, col(Change.told_with).is_(None), Change.untold == "")
    return session.exec(same.order_by(col(Change.id)).limit(1)).first()


def _look_soon(session: Session, box: BoxChange, now: datetime) -> None:
    """The other articles of the box have probably changed as well: they are due at once."""
    due = select(Article).where(col(Article.id).in_(box.others), col(Article.next_visit_at) > now)
    for article in session.exec(due):
        look_soon(session, article, now, None, SIBLING)
