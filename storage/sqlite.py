"""What only SQLite speaks: its connections' settings, and full text with FTS5."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Engine, event, text

from revisions.search import Question, Sought

PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=30000")

# Only the index is kept, not the words; a search finds whole terms in the order they came.
_TOKENS = "tokenize=\"unicode61 remove_diacritics 0 categories 'L* N* M* Co'\", content='', columnsize=0"


def prepare(engine: Engine) -> None:
    """Connections as the record needs them; transactions begin where we say."""

    @event.listens_for(engine, "connect")
    def on_connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # see on_begin
        for pragma in PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def on_begin(connection: Any) -> None:
        options = connection.get_execution_options()
        if options.get("migrate"):  # a table that is made anew is dropped first, which foreign keys would not allow
            connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if options.get("write") else "BEGIN")


def make_words(connection: Connection, index: str) -> None:
    """An index of the words of a table's rows, by their numbers, and of who said them."""
    connection.execute(text(f"CREATE VIRTUAL TABLE {index}_words USING fts5(words, speaker, {_TOKENS})"))


def drop_words(connection: Connection, index: str) -> None:
    connection.execute(text(f"DROP TABLE {index}_words"))


def add_words(connection: Connection, index: str, rows: Sequence[tuple[int, Sequence[str], str]]) -> None:
    """Rows' numbers, terms, and speakers in one term."""
    added = text(f"INSERT INTO {index}_words (rowid, words, speaker) VALUES (:id, :words, :speaker)")  # noqa: S608
    connection.execute(added, _values(rows))


def remove_words(connection: Connection, index: str, rows: Sequence[tuple[int, Sequence[str], str]]) -> None:
    """Exactly what was added, for FTS5 does not keep it (SQLite, "Contentless Tables")."""
    name = f"{index}_words"
    removed = text(
        f"INSERT INTO {name} ({name}, rowid, words, speaker) VALUES ('delete', :id, :words, :speaker)"  # noqa: S608
    )
    connection.execute(removed, _values(rows))


def clear_words(connection: Connection, index: str) -> None:
    connection.execute(text(f"INSERT INTO {index}_words ({index}_words) VALUES ('delete-all')"))  # noqa: S608


def _values(rows: Sequence[tuple[int, Sequence[str], str]]) -> list[dict[str, Any]]:
    return [{"id": number, "words": " ".join(terms), "speaker": speaker} for number, terms, speaker in rows]


def matching(index: str, question: Question, speaker: str) -> tuple[str, str, dict[str, str]]:
    """Name of the index's column with rows' numbers, a condition, and its values."""
    asked = f"words : ({expression(question)})" + (f' AND speaker : "{speaker}"' if speaker else "")
    return "rowid", f"{index}_words MATCH :asked", {"asked": asked}


def few_answers(_connection: Connection, _answers: object) -> None:
    """FTS5 has its answers in order, be they few or many."""


def expression(question: Question) -> str:
    """In FTS5's words; terms hold letters, marks and digits alone, so nothing in them needs escaping."""
    wanted = " AND ".join(_any_way(s) for s in question.sought if not s.is_unwanted)
    unwanted = " OR ".join(_any_way(s) for s in question.sought if s.is_unwanted)
    return f"({wanted}) NOT ({unwanted})" if unwanted else wanted


def _any_way(sought: Sought) -> str:
    star = " *" if sought.is_prefix else ""
    return "(" + " OR ".join(f'"{" ".join(way)}"{star}' for way in sought.ways) + ")"
