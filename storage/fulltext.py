"""Full text over the record's lines and statements, whichever database holds it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import ModuleType
from typing import Any

from sqlalchemy import Connection, Integer, column, table, text
from sqlmodel import Session, col, select

from revisions.search import Question, terms
from storage import postgres, sqlite
from storage.tables import Article, Line, Statement

Words = tuple[int, str, str]  # a row's number, its words, and the name of who said them, or ""


@dataclass(frozen=True)
class Matching:
    """A query, and the column of its rows' numbers, in the order of which an index is read."""

    query: Any
    number: Any


class Index(StrEnum):
    """What is indexed: every line an article ever carried, and every statement."""

    LINES = "line"
    STATEMENTS = "statement"


def make(connection: Connection) -> None:
    for index in Index:
        _speaking(connection).make_words(connection, index)


def drop(connection: Connection) -> None:
    for index in Index:
        _speaking(connection).drop_words(connection, index)


def add(session: Session, index: Index, rows: Sequence[Words]) -> None:
    if rows:
        connection = session.connection()
        _speaking(connection).add_words(connection, index, list(_terms(rows)))


def remove(session: Session, index: Index, rows: Sequence[Words]) -> None:
    """Exactly what was added."""
    if rows:
        connection = session.connection()
        _speaking(connection).remove_words(connection, index, list(_terms(rows)))


def clear(session: Session) -> None:
    for index in Index:
        _speaking(session.connection()).clear_words(session.connection(), index)


def matching(session: Session, found_in: type[Line] | type[Statement], question: Question, speaker: str) -> Matching:
    """Rows in which a question is answered, with a `speaker` only theirs; each with its article."""
    index = Index.LINES if found_in is Line else Index.STATEMENTS
    connection = session.connection()
    number, condition, values = _speaking(connection).matching(index, question, speaker_term(speaker))
    words = table(f"{index}_words", column(number, Integer))
    answered = text(condition).bindparams(**values)
    with_article: Any = select(found_in, Article).join(Article, col(Article.id) == found_in.article_id)
    few = _speaking(connection).few_answers(connection, select(words.c[number]).where(answered))
    if few is not None:
        return Matching(with_article.where(col(found_in.id).in_(few)), col(found_in.id))
    return Matching(with_article.join(words, words.c[number] == found_in.id).where(answered), words.c[number])


def speaker_term(speaker: str) -> str:
    """A speaker's name as one term."""
    return "".join(terms(speaker))


def _terms(rows: Iterable[Words]) -> Iterator[tuple[int, list[str], str]]:
    return ((number, terms(words), speaker_term(speaker)) for number, words, speaker in rows)


def _speaking(connection: Connection) -> ModuleType:
    return postgres if connection.dialect.name == "postgresql" else sqlite
