"""Databases of their own for tests: a SQLite file, or a fresh database where a PostgreSQL runs."""

import atexit
import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import OperationalError

from storage.database import open_database

SERVER = os.environ.get("ADDENDUM_TEST_POSTGRES", "postgresql+psycopg://postgres@127.0.0.1:5432")
BOTH = ("sqlite", "postgresql")


@contextmanager
def empty_database(kind: str, home: Path) -> Iterator[str]:
    """The address of a database with nothing in it, on one of `BOTH`; skips the test where there is none."""
    if kind == "sqlite":
        yield f"sqlite:///{home}/addendum.db"
    else:
        with _postgres("") as url:
            yield url


@contextmanager
def new_database(kind: str, home: Path) -> Iterator[str]:
    """The address of a database for a new record. On PostgreSQL its schema is there already, which saves time."""
    if kind == "sqlite":
        yield f"sqlite:///{home}/addendum.db"
    else:
        with _postgres(_template()) as url:
            yield url


@cache
def _template() -> str:
    """A database with the schema, for all tests of this process."""
    template = _postgres("")
    url = template.__enter__()
    open_database(url).close()
    atexit.register(template.__exit__, None, None, None)
    return url.rsplit("/", 1)[1]


@contextmanager
def _postgres(template: str) -> Iterator[str]:
    admin = create_engine(f"{SERVER}/postgres", isolation_level="AUTOCOMMIT", connect_args={"connect_timeout": 2})
    name = f"addendum_test_{uuid.uuid4().hex[:12]}"
    try:
        with admin.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name} {f'TEMPLATE {template}' if template else ''}"))
    except OperationalError as error:
        reason = f"no PostgreSQL at {SERVER}: {str(error.orig).splitlines()[0]}"
        if "ADDENDUM_TEST_POSTGRES" in os.environ:
            raise AssertionError(reason) from error
        pytest.skip(reason)
    try:
        yield f"{SERVER}/{name}"
    finally:
        with admin.connect() as connection:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
        admin.dispose()
