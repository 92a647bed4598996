"""How long choosing what is due takes, with a million articles followed, on SQLite and on PostgreSQL."""

import os
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from statistics import median

import psycopg
from sqlalchemy import insert, text

from bench.report import Row
from storage.database import Database, open_database
from storage.due import due_articles
from storage.tables import Article

FOLLOWED = 1_000_000
DUE = 50_000
CHOSEN = 1_000
TIMES = 21
BATCH = 10_000
NOW = datetime(2021, 7, 18, 16, tzinfo=UTC)
SERVER = os.environ.get("ADDENDUM_TEST_POSTGRES", "postgresql+psycopg://postgres@127.0.0.1:5432")
NAME = "addendum_bench_due"


def choosing() -> Iterator[Row]:
    """A row for each database; PostgreSQL is left out, saying so, where no server answers."""
    with tempfile.TemporaryDirectory() as folder:
        yield _row("SQLite", f"sqlite:///{folder}/record.db")
    server = SERVER.replace("+psycopg", "") + "/postgres"
    try:
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {NAME}")
            connection.execute(f"CREATE DATABASE {NAME}")
    except psycopg.OperationalError as error:
        print(f"no PostgreSQL to measure: {error}")
        return
    try:
        yield _row("PostgreSQL", f"{SERVER}/{NAME}")
    finally:
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {NAME} WITH (FORCE)")


def _row(name: str, url: str) -> Row:
    database = open_database(url)
    try:
        _fill(database)
        times = []
        for _ in range(TIMES):
            started = time.perf_counter()
            due = due_articles(database, NOW, limit=CHOSEN)
            times.append((time.perf_counter() - started) * 1000)
            assert len(due) == CHOSEN
    finally:
        database.close()
    return Row(f"choosing {CHOSEN} due articles of {FOLLOWED}: {name}", round(median(times), 1), 20, "lower", "ms")


def _fill(database: Database) -> None:
    """Every twentieth article is due."""
    step = FOLLOWED // DUE
    with database.engine.begin() as connection:
        for start in range(0, FOLLOWED, BATCH):
            rows = [
                {
                    "url": f"https://news{number % 997}.example/story/{number}",
                    "title": f"Story {number}",
                    "outlet": f"Outlet {number % 997}",
                    "status": "followed",
                    "first_seen_at": NOW - timedelta(days=30),
                    "next_visit_at": NOW + timedelta(seconds=number * (1 if number % step else -1)),
                    "versions": 1,
                }
                for number in range(start, start + BATCH)
            ]
            connection.execute(insert(Article), rows)
        connection.execute(text("ANALYZE"))  # as PostgreSQL does by itself within minutes
