"""The full text index made anew from what is recorded, where rows came in some other way than by the write path."""

from collections.abc import Callable

from sqlmodel import Session, col, func, select

from storage import fulltext
from storage.database import Database
from storage.fulltext import Index
from storage.lines import indexed
from storage.tables import Article, Line, Statement
from storage.texts import texts_of

TOGETHER = 200  # articles in one transaction


def index_anew(database: Database, progress: Callable[[int, int], None] = lambda *_: None) -> None:
    """Empty the index and fill it, some articles at a time; `progress` is told how many of how many are done."""
    with database.write() as session:
        fulltext.clear(session)
        total = session.exec(select(func.count()).select_from(Article)).one()
    done, last = 0, 0
    while True:
        with database.write() as session:
            later = select(Article.id).where(col(Article.id) > last).order_by(col(Article.id)).limit(TOGETHER)
            numbers = [number for number in session.exec(later) if number]
            for number in numbers:
                _index(session, number)
        if not numbers:
            return
        done, last = done + len(numbers), numbers[-1]
        progress(done, total)


def _index(session: Session, article_id: int) -> None:
    lines = session.exec(select(Line).where(Line.article_id == article_id)).all()
    if lines:
        fulltext.add(session, Index.LINES, indexed(lines, dict(texts_of(session, article_id))))
    statements = session.exec(select(Statement).where(Statement.article_id == article_id)).all()
    fulltext.add(session, Index.STATEMENTS, [(row.id or 0, row.text, row.speaker) for row in statements])
