"""Which words stood in an article from which version to which, to be searched."""

from collections.abc import Sequence
from hashlib import blake2b

from sqlmodel import Session, col, delete, insert, select

from revisions.text import Text
from revisions.words import fold
from storage import fulltext
from storage.fulltext import Index, Words
from storage.tables import Line, Version

FIELDS = ("headline", "standfirst", "byline")


def keep_lines(session: Session, version: Version, text: Text, before: int | None) -> None:
    """What the lines of a new version add to those that stand, and which of those no longer do.

    `before`: the number of the version that came before, in the order of their times.
    """
    now = lines_of(text)
    standing = session.exec(select(Line).where(Line.article_id == version.article_id, col(Line.last_version).is_(None)))
    known = set()
    for line in standing.all():
        known.add(line.key)
        if line.key not in now:
            line.last_version, line.until = before, version.captured_at
    came = {key: line for key, line in now.items() if key not in known}
    if came:
        rows = [
            {
                "article_id": version.article_id,
                "part": part,
                "key": key,
                "first_version": version.number,
                "since": version.captured_at,
            }
            for key, (part, _) in came.items()
        ]
        numbers = session.scalars(insert(Line).returning(col(Line.id), sort_by_parameter_order=True), rows).all()
        words = [text for _, text in came.values()]
        fulltext.add(session, Index.LINES, [(n or 0, words, "") for n, words in zip(numbers, words, strict=True)])


def forget_lines(session: Session, article_id: int, texts: dict[int, Text]) -> None:
    """Take all lines of an article out again; `texts`: those of its versions, by number."""
    of_article = session.exec(select(Line).where(Line.article_id == article_id)).all()
    fulltext.remove(session, Index.LINES, indexed(of_article, texts))
    session.exec(delete(Line).where(col(Line.article_id) == article_id))


def indexed(lines: Sequence[Line], texts: dict[int, Text]) -> list[Words]:
    """What is indexed of an article's lines, whose words are in the `texts` of its versions, by number."""
    by_version = {number: lines_of(texts[number]) for number in {line.first_version for line in lines}}
    return [(line.id or 0, by_version[line.first_version][line.key][1], "") for line in lines]


def lines_of(text: Text) -> dict[int, tuple[str, str]]:
    """A text's lines by their digests: what part each is of it, and its words."""
    found: dict[int, tuple[str, str]] = {}
    for field in FIELDS:
        if words := getattr(text, field):
            found.setdefault(_key(words), (field, words))
    for paragraph in text.paragraphs:
        found.setdefault(_key(paragraph.text), (paragraph.role.value, paragraph.text))
    return found


def _key(words: str) -> int:
    return int.from_bytes(blake2b(fold(words).encode(), digest_size=8).digest(), "big", signed=True)
