"""A whole record copied from one database into another: in steps that can be interrupted, and verified at the end.

What was copied is noted in the target with every step, so that a later try goes on from there; a source that was
written to meanwhile is copied anew. The digests of both are compared table by table, every value of every row.
"""

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    MetaData,
    Row,
    String,
    Table,
    bindparam,
    func,
    inspect,
    literal,
    select,
    tuple_,
)
from sqlmodel import SQLModel

from revisions.errors import StorageError
from storage import postgres
from storage.columns import UTCDateTime
from storage.database import Database
from storage.reindex import index_anew
from storage.tables import Visit

TOGETHER = 2000  # rows
_NOTES = Table("addendum_moving", MetaData(), Column("name", String, primary_key=True), Column("key", String))
Progress = Callable[[str, int, int], None]  # table, rows done, of how many


@dataclass(frozen=True)
class Moved:
    """What is in the target now: rows and digest by table."""

    rows: dict[str, int]
    digests: dict[str, str]


def move(source: Database, target: Database, progress: Progress = lambda *_: None) -> Moved:
    """Copy everything. Raises `StorageError` where the target holds another record, or the copy differs."""
    with source.snapshot() as session:  # the source as it is now, whatever is written meanwhile
        reading = session.connection()
        print_of_source = _fingerprint(reading)
        notes = _Notes(target)
        notes.begin(print_of_source)
        first_visit = reading.execute(select(func.min(Visit.at))).scalar()
        target.make_room(datetime.now(UTC), first_visit)
        for table in _tables():
            _copy(reading, target, table, notes, progress)
        for table in _tables():
            _copy_references(reading, target, table, notes)
        _count_on(target)
        index_anew(target, lambda done, total: progress("search index", done, total))
        moved = _verify(reading, target, progress)
    notes.forget()
    return moved


def _tables() -> list[Table]:
    """Ours, those that others refer to first. Leases are the source's processes' own."""
    return [table for table in SQLModel.metadata.sorted_tables if table.name != "lease"]


def _key(table: Table) -> list[Column[Any]]:
    return list(table.primary_key.columns)


def _references(table: Table) -> list[Column[Any]]:
    """Columns that refer to rows of the same table, which may come later."""
    return [c for c in table.columns if any(key.column.table is table for key in c.foreign_keys)]


class _Notes:
    """How far the copy is, kept in the target until it is done."""

    def __init__(self, target: Database) -> None:
        self._target = target

    def begin(self, fingerprint: str) -> None:
        """Go on with a copy of the same source, or begin one in an empty target."""
        is_new = not inspect(self._target.engine).has_table(_NOTES.name)
        if is_new:
            self._refuse_filled()
        elif self.of("source") != fingerprint:
            self._empty()
        with self._target.writer.begin() as connection:
            if is_new:
                _NOTES.create(connection)
            self.put(connection, "source", fingerprint)

    def of(self, name: str) -> str:
        with self._target.engine.connect() as connection:
            return connection.execute(select(_NOTES.c.key).where(_NOTES.c.name == name)).scalar() or ""

    def put(self, connection: Connection, name: str, key: str) -> None:
        connection.execute(_NOTES.delete().where(_NOTES.c.name == name))
        connection.execute(_NOTES.insert().values(name=name, key=key))

    def forget(self) -> None:
        with self._target.writer.begin() as connection:
            _NOTES.drop(connection)

    def _refuse_filled(self) -> None:
        with self._target.engine.connect() as connection:
            filled = [t.name for t in _tables() if connection.execute(select(t).limit(1)).first() is not None]
        if filled:
            reason = f"it holds a record already ({', '.join(filled[:3])}); name an empty database"
            raise StorageError(reason, self._target.name)

    def _empty(self) -> None:
        """The source was written to since the copy was begun."""
        with self._target.writer.begin() as connection:
            if self._target.is_shared:
                postgres.unlimited(connection)
            for table in _tables():
                for column in _references(table):
                    connection.execute(table.update().values({column.name: None}))
            for table in reversed(_tables()):
                connection.execute(table.delete())
            connection.execute(_NOTES.delete())


def _fingerprint(reading: Connection) -> str:
    """Differs when anything was written: every pass of the service leaves visits, polls or deliveries behind."""
    seen = [
        reading.execute(select(func.count(), *(func.max(column) for column in _marks(table)))).one()
        for table in _tables()
    ]
    return hashlib.sha256(repr([tuple(row) for row in seen]).encode()).hexdigest()


def _marks(table: Table) -> list[Column[Any]]:
    return [c for c in table.columns if c.primary_key or c.name.endswith("_at") or c.name == "at"]


def _copy(reading: Connection, target: Database, table: Table, notes: _Notes, progress: Progress) -> None:
    total = reading.execute(select(func.count()).select_from(table)).scalar_one()
    after = _read_key(table, notes.of(table.name))
    done = _done(reading, table, after)
    progress(table.name, done, total)
    later = {column.name: None for column in _references(table)}
    while rows := _next(reading, table, after):
        after = [getattr(rows[-1], column.name) for column in _key(table)]
        with target.writer.begin() as connection:
            connection.execute(table.insert(), [{**row._mapping, **later} for row in rows])
            notes.put(connection, table.name, json.dumps([_plain(value) for value in after]))
        done += len(rows)
        progress(table.name, done, total)


def _read_key(table: Table, noted: str) -> list[Any] | None:
    """The key that a note names, times as times."""
    if not noted:
        return None
    values = zip(_key(table), json.loads(noted), strict=True)
    return [datetime.fromisoformat(v) if isinstance(c.type, UTCDateTime) else v for c, v in values]


def _done(reading: Connection, table: Table, after: list[Any] | None) -> int:
    if after is None:
        return 0
    return int(reading.execute(select(func.count()).select_from(table).where(~_beyond(table, after))).scalar_one())


def _next(reading: Connection, table: Table, after: list[Any] | None) -> list[Row[Any]]:
    """The rows after a key, in the order of the source."""
    rows = select(table).order_by(*_key(table)).limit(TOGETHER)
    if after is not None:
        rows = rows.where(_beyond(table, after))
    return list(reading.execute(rows))


def _beyond(table: Table, after: list[Any]) -> Any:
    key = _key(table)
    return tuple_(*key) > tuple_(*(literal(value, column.type) for value, column in zip(after, key, strict=True)))


def _copy_references(reading: Connection, target: Database, table: Table, notes: _Notes) -> None:
    """What refers to rows of its own table, now that all of them are there. Doing it twice does no harm."""
    for column in _references(table):
        (key,) = _key(table)
        rows = reading.execute(select(key.label("row"), column.label("other")).where(column.is_not(None)))
        change = table.update().where(key == bindparam("row")).values({column.name: bindparam("other")})
        for some in rows.partitions(TOGETHER):
            with target.writer.begin() as connection:
                connection.execute(change, [dict(row._mapping) for row in some])


def _count_on(target: Database) -> None:
    if not target.is_shared:
        return
    keys = {t.name: "id" for t in _tables() if "id" in t.columns and t.columns["id"].primary_key}
    with target.writer.begin() as connection:
        postgres.unlimited(connection)
        postgres.set_sequences(connection, keys)


def _verify(reading: Connection, target: Database, progress: Progress) -> Moved:
    rows, digests = {}, {}
    with target.engine.connect() as connection:
        for number, table in enumerate(_tables()):
            progress("verifying", number, len(_tables()))
            ours, theirs = digest(reading, table), digest(connection, table)
            if ours != theirs:
                raise StorageError(
                    f"the copy of the table {table.name} differs ({ours[0]} rows, {theirs[0]} copied); "
                    "name an empty database and try again",
                    target.name,
                )
            rows[table.name], digests[table.name] = theirs
    progress("verifying", len(_tables()), len(_tables()))
    return Moved(rows, digests)


def digest(connection: Connection, table: Table) -> tuple[int, str]:
    """How many rows there are, and the sum of their SHA-256 digests (mod 2²⁵⁶), in whatever order they come."""
    total, count = 0, 0
    for row in _all(connection, table):
        written = json.dumps({name: _plain(value) for name, value in row._mapping.items()}, sort_keys=True)
        total = (total + int.from_bytes(hashlib.sha256(written.encode()).digest(), "big")) % 2**256
        count += 1
    return count, f"{total:064x}"


def _all(connection: Connection, table: Table) -> Iterator[Row[Any]]:
    streaming = connection.execution_options(stream_results=True, max_row_buffer=TOGETHER)
    yield from streaming.execute(select(table)).yield_per(TOGETHER)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return value.hex() if isinstance(value, bytes) else value
