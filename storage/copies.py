"""Articles that repeat another's text, linked to their original, and what their changes are to each other."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, func, or_, select

from revisions.boxes import passages
from revisions.copies import COPY, Carries, carried, catches_up, likeness
from revisions.text import Text
from storage.boxes import MOST_KEYS
from storage.database import Database
from storage.tables import Article, Change, Passage, Version
from storage.texts import text_of
from storage.together import ONE_EDIT
from storage.versions import ARCHIVE, latest_version

FEWEST_PASSAGES = 2  # shared word for word, before two texts are compared
MOST_COMPARED = 10  # articles a new text is compared with, those that share most
EARLIER = 5  # versions of an original looked at for words that a copy takes out later


@dataclass(frozen=True)
class CopyRecord:
    """A member of a family of copies: its likeness to the article asked about, and when it last changed."""

    article: Article
    is_original: bool
    likeness: float
    last_change: Change | None


def link_copies(session: Session, article: Article, text: Text) -> None:
    """Link the article to those its text repeats. The original is the one that was published, or found, first."""
    assert article.id is not None
    family = {member.id: member for member in family_of(session, article)}
    for number in _sharing(session, article.id, text):
        if number in family:
            continue
        latest = latest_version(session, number)
        if latest and likeness(text, text_of(session, latest)) >= COPY:
            other = session.get_one(Article, number)
            family |= {member.id: member for member in family_of(session, other)}
    if len(family) > 1:
        original = min(family.values(), key=_came_first)
        for member in family.values():
            member.copy_of = None if member is original else original.id
            session.add(member)


def family_of(session: Session, article: Article) -> list[Article]:
    """The article itself, its original and its copies, in the order they came out."""
    root = article.copy_of or article.id
    rows = select(Article).where(or_(col(Article.id) == root, col(Article.copy_of) == root), Article.status != "merged")
    return sorted(session.exec(rows), key=_came_first)


def told_by_original(session: Session, article: Article, now: datetime, old: Text, text: Text) -> Change | None:
    """The change of another member of the family that a copy, changed from `old` to `text`, only catches up with.

    An original never catches up: that its own words changed is news of its own.
    """
    if article.copy_of is None:
        return None
    members = [m.id for m in family_of(session, article) if m.id != article.id]
    told = select(Change).where(col(Change.article_id).in_(members), Change.detected_at >= now - ONE_EDIT)
    told = told.where(col(Change.told_with).is_(None), col(Change.to_version).is_not(None))
    for change in session.exec(told.order_by(col(Change.id).desc())).all():
        texts = _latest_texts(session, change.article_id)
        if texts and catches_up(old, text, texts[0], texts[1:]):
            return change
    return None


def standing_of_copies(
    session: Session, article: Article, old: Text | None, text: Text | None
) -> list[dict[str, object]]:
    """For the other members of the family: the article's number, and whether it `carries` old, new or other words.

    Without `text` the article is gone, and the copies that stand carry its words.
    """
    found: list[dict[str, object]] = []
    for member in family_of(session, article):
        if member.id == article.id or member.status == "gone" or old is None:
            continue
        assert member.id is not None
        if latest := latest_version(session, member.id):
            carries = carried(text_of(session, latest), old, text) if text else Carries.OLD
            found.append({"article": member.id, "carries": carries.value})
    return found


def list_copies(database: Database, article: Article) -> list[CopyRecord]:
    """The article's family, its original first; just the article itself where there are no copies."""
    with database.read() as session:
        assert article.id is not None
        own = latest_version(session, article.id)
        records = []
        for member in family_of(session, article):
            assert member.id is not None
            latest = latest_version(session, member.id)
            alike = likeness(text_of(session, own), text_of(session, latest)) if own and latest else 0.0
            newest = select(Change).where(Change.article_id == member.id).order_by(col(Change.id).desc()).limit(1)
            records.append(CopyRecord(member, member.copy_of is None, alike, session.exec(newest).first()))
        return sorted(records, key=lambda record: not record.is_original)


def _sharing(session: Session, article_id: int, text: Text) -> Sequence[int]:
    """Other articles that share passages with the text word for word, those that share most first."""
    counts: dict[int, int] = {}
    keys = sorted(passages(text))
    for start in range(0, len(keys), MOST_KEYS):
        some = col(Passage.key).in_(keys[start : start + MOST_KEYS])
        shared = select(Passage.article_id, func.count()).where(some, Passage.article_id != article_id)
        for number, count in session.exec(shared.group_by(col(Passage.article_id))):
            counts[number] = counts.get(number, 0) + count
    likely = sorted((n for n, count in counts.items() if count >= FEWEST_PASSAGES), key=lambda n: (-counts[n], n))
    return likely[:MOST_COMPARED]


def _latest_texts(session: Session, article_id: int) -> list[Text]:
    own = select(Version).where(Version.article_id == article_id, Version.source != ARCHIVE)
    newest = own.order_by(col(Version.number).desc())
    return [text_of(session, version) for version in session.exec(newest.limit(EARLIER + 1)).all()]


def _came_first(article: Article) -> tuple[datetime, int]:
    return article.published_at or article.first_seen_at, article.id or 0
