"""Opening the record: engines, transactions, and the schema brought up to date."""

import random
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, create_engine, inspect, make_url, text
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, SQLAlchemyError
from sqlmodel import Session, SQLModel

from revisions.errors import Contention, StorageError
from storage import postgres, sqlite

T = TypeVar("T")

TRIES = 4  # before the last, where another process was in the way
_MIGRATIONS = Path(__file__).parent / "migrations"


class Database:
    """The record behind one URL. `read()` and `write()` give sessions; each is one transaction."""

    def __init__(self, engine: Engine, name: str) -> None:
        self.name = name
        self.is_shared = engine.dialect.name == "postgresql"  # several processes, on several machines, may be at it
        self.engine = engine
        self.writer = engine.execution_options(write=True)
        # Threads that wait for SQLite's one write lock would look for it now and then, and find it taken.
        self._turn: AbstractContextManager[Any] = nullcontext() if self.is_shared else threading.Lock()

    @contextmanager
    def read(self) -> Iterator[Session]:
        with self._session(self.engine) as session:
            yield session

    @contextmanager
    def snapshot(self) -> Iterator[Session]:
        """As `read`, and all of it is as it was at the beginning, however long that takes."""
        engine = self.engine.execution_options(isolation_level="REPEATABLE READ") if self.is_shared else self.engine
        with self._session(engine) as session:
            if self.is_shared:
                postgres.unlimited(session.connection())
            yield session

    @contextmanager
    def write(self) -> Iterator[Session]:
        """A transaction that commits at the end or leaves nothing behind; on SQLite it holds the only write lock."""
        with self._turn, self._session(self.writer) as session, session.begin():
            yield session

    @contextmanager
    def _session(self, engine: Engine) -> Iterator[Session]:
        try:
            with Session(engine, expire_on_commit=False) as session:
                yield session
        except DBAPIError as error:
            is_contention = getattr(error.orig, "sqlstate", "") in postgres.CONTENTION
            raise (Contention if is_contention else StorageError)(_remedy(error), self.name) from error

    def make_room(self, now: datetime, since: datetime | None = None) -> None:
        """Where visits are kept by month: see that there is a table for each month, the next ones included."""
        if self.is_shared:
            with self.write() as session:
                postgres.make_months(session.connection(), now, since)

    def close(self) -> None:
        self.engine.dispose()

    def revision(self) -> str | None:
        """The schema's revision, None for an empty database. Raises `StorageError` where it is none."""
        try:
            with self.engine.connect() as connection:
                if not inspect(connection).has_table("alembic_version"):
                    return None
                found: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
                return found
        except DBAPIError as error:
            raise StorageError(_remedy(error), self.name) from error


def hold_names(session: Session, names: Iterable[str]) -> None:
    """No other transaction holds any of these names until this one ends; on SQLite there is only one that writes."""
    connection = session.connection()
    if connection.dialect.name == "postgresql":
        postgres.hold_names(connection, names)


def patiently(do: Callable[[], T]) -> T:
    """`do`, again a little later where another process was in the way. Raises what the last try raises."""
    for _ in range(TRIES):
        with suppress(Contention):
            return do()
        time.sleep(random.uniform(0.05, 0.3))
    return do()


def estimate(session: Session, table: type[SQLModel]) -> int | None:
    """How many rows a table has, where it is so large, on PostgreSQL, that counting them takes long; else None."""
    connection = session.connection()
    if connection.dialect.name != "postgresql":
        return None
    return postgres.estimate_rows(connection, str(table.__tablename__))


def open_database(
    url: str, *, upgrade: bool = True, application: str = "addendum", statement: int = postgres.STATEMENT
) -> Database:
    """The record at `url`, its schema brought up to date. Raises `StorageError` for what cannot be used.

    PostgreSQL shows the connections as `application` and ends what takes longer than `statement` seconds.
    """
    try:
        name = make_url(url).render_as_string(hide_password=True)
        engine = create_engine(url, **_options(url, application, statement))
    except (ArgumentError, NoSuchModuleError, ModuleNotFoundError) as error:
        raise StorageError(
            f"this is no database address ({error}); use sqlite:///FILE or postgresql+psycopg://USER@HOST/NAME", url
        ) from error
    if engine.dialect.name == "sqlite":
        sqlite.prepare(engine)
    database = Database(engine, name)
    try:
        if upgrade:
            _upgrade(database)
    except SQLAlchemyError as error:
        raise StorageError(_remedy(error), name) from error
    return database


def _options(url: str, application: str, statement: int) -> dict[str, Any]:
    if make_url(url).get_backend_name() == "sqlite":
        return {"connect_args": {"timeout": 30, "check_same_thread": False}}
    return postgres.options(application, statement=statement)


def known_revisions() -> list[str]:
    """The schema's revisions, oldest first: the numbers the migrations' file names begin with."""
    return sorted(path.name.split("_")[0] for path in (_MIGRATIONS / "versions").glob("[0-9]*.py"))


def _upgrade(database: Database) -> None:
    """Alembic is slow to import, so it is asked only when there is something to do."""
    current, known = database.revision(), known_revisions()
    if current == known[-1]:
        return
    if current is not None and current not in known:
        raise StorageError(f"it was written by a newer Addendum (schema {current}); update the program", database.name)
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    with database.writer.execution_options(migrate=True).begin() as connection:
        config.attributes["connection"] = connection
        if database.is_shared:
            postgres.unlimited(connection)
            postgres.lock_schema(connection)
        command.upgrade(config, "head")
        _refuse_dangling(connection, database.name)
    database.engine.dispose()  # the connection that migrated does not look after foreign keys


def _refuse_dangling(connection: Connection, name: str) -> None:
    if connection.dialect.name == "sqlite" and connection.exec_driver_sql("PRAGMA foreign_key_check").first():
        raise StorageError("bringing its schema up to date would have lost rows; nothing was changed", name)


def _remedy(error: Exception) -> str:
    """What a database's own complaint means, and what to do."""
    text = str(getattr(error, "orig", None) or error).strip().splitlines()[0]
    hints = {
        "file is not a database": "this file is not an Addendum database; name another file in service.database",
        "unable to open database file": "the file cannot be opened; check that its folder exists and may be written",
        "attempt to write a readonly database": "the file may not be written; check its permissions",
        "database is locked": "another process holds the database; wait for it to end or stop it",
        "disk I/O error": "the disk is full or failing; free some space, and look into the system's log",
        "database or disk is full": "the disk is full; free some space, nothing recorded so far is lost",
        "canceling statement due to statement timeout": "it took too long and was ended; the database is overloaded",
        "canceling statement due to lock timeout": "another process holds what it needs for too long",
        "too many clients": "PostgreSQL takes no more connections; raise max_connections, or run fewer processes",
        "already exists": "it holds tables that are not Addendum's; name another database in service.database",
    }
    return next((f"{hint} ({text})" for sign, hint in hints.items() if sign in text), text)
