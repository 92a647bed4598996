"""Fixtures for everybody."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from storage.database import Database, open_database
from tests.databases import BOTH, empty_database, new_database
from tests.newsroom import Newsroom
from tests.program import Program
from tests.receivers import MailServer, Receiver


@pytest.fixture(params=BOTH)
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database with nothing in it."""
    with empty_database(request.param, tmp_path) as url:
        yield url


@pytest.fixture(params=BOTH)
def new_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database for a new record."""
    with new_database(request.param, tmp_path) as url:
        yield url


@pytest.fixture
def database(new_url: str) -> Iterator[Database]:
    """A record of its own for every test, on SQLite and, where one runs, on PostgreSQL."""
    opened = open_database(new_url)
    yield opened
    opened.close()


@pytest.fixture
def newsroom() -> Iterator[Newsroom]:
    with Newsroom() as running:
        yield running


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as running:
        yield running


@pytest.fixture
def mail_server() -> Iterator[MailServer]:
    with MailServer() as running:
        yield running


@pytest.fixture(params=["sqlite"])
def program(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Program]:
    """On SQLite; a module that says `on_every_database` has it on PostgreSQL, too, `as_every_service` as a fleet."""
    kind = "postgresql" if request.param == "fleet" else request.param
    with new_database(kind, tmp_path) as url:
        yield Program(tmp_path, url, is_fleet=request.param == "fleet")
