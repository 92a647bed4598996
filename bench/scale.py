"""How far the service goes on several machines: pieces measured here, and what they add up to on paper.

Needs a PostgreSQL (ADDENDUM_TEST_POSTGRES, or the one at 127.0.0.1:5432); takes some seven minutes.
"""

import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psutil
from sqlalchemy import text

from bench.report import Row, publish
from revisions.text import Paragraph, Text
from revisions.topic import Topic
from scheduler.plan import plan
from scheduler.revisit import Limits
from storage import postgres
from storage.database import Database, open_database
from storage.facts import Course, FoundArticle, Planned, VisitFacts
from storage.feeds import add_articles
from storage.record import Recorder
from tests.databases import empty_database
from tests.fleet import Fleet, configure, fleet, until
from tests.newsroom.city import City
from tests.program import Program

ARTICLES = 2_000  # in the record that visits are recorded into
SECONDS = 12.0  # of recording
WRITERS = 2
OLD_VISITS = 3_000_000  # of two years, in the record that is old
HOSTS, AT_A_HOST = 100, 20
FLEETS = (1, 2, 4)
MONTH = timedelta(days=30)
YEARS = 2  # that the articles followed have been coming in for, as many every month
CORES = 8  # of the PostgreSQL server on paper


@dataclass(frozen=True)
class Recorded:
    """Visits recorded in so many seconds; processor seconds of the writers and of PostgreSQL; bytes of WAL."""

    visits: int
    seconds: float
    ours: float
    servers: float
    wal: float

    @property
    def per_second(self) -> float:
        return self.visits / self.seconds


def main() -> int:
    with _database() as url:
        young, old, kept = _recording(url)
    speeds = _fleets()
    publish("scale", list(_rows(young, old, kept, speeds)))
    return 0


def _rows(young: Recorded, old: Recorded, kept: float, speeds: dict[int, tuple[float, float]]) -> Iterator[Row]:
    server = young.servers / young.visits
    ceiling = CORES / server
    worker = 1 / speeds[1][1]
    first, all_of_them = _visits_of_an_article()
    a_month = all_of_them / (12 * YEARS)  # mean over articles of all ages up to YEARS
    followed = ceiling * MONTH.total_seconds() / a_month
    yield Row(
        "recorded visits a second, one PostgreSQL beside its writers", round(young.per_second), 100, "higher", "1/s"
    )
    yield Row("processor of PostgreSQL for a visit", round(1e3 * server, 2), 5, "lower", "ms")
    yield Row("bytes on disk of a visit that found nothing", round(kept), 300, "lower", "B")
    yield Row("bytes of write-ahead log of such a visit", round(young.wal / young.visits), 8000, "lower", "B")
    name = f"recording into a record with {OLD_VISITS / 1e6:g} million visits of two years ÷ into a new one"
    yield Row(name, round(old.per_second / young.per_second, 2), 0.9, "higher", "ratio")
    for count in FLEETS:
        rate, each = speeds[count]
        yield Row(f"{_workers(count)}: visits a second", round(rate, 1), 1, "higher", "1/s")
        yield Row(f"{_workers(count)}: visits per second of processor", round(each, 1), 1, "higher", "1/s")
    for count in FLEETS[1:]:
        yield Row(
            f"{count} workers ÷ 1 worker: visits per second of processor",
            round(speeds[count][1] / speeds[1][1], 2),
            0.9,
            "higher",
            "ratio",
        )
    yield Row(
        f"on paper: visits a second that one PostgreSQL with {CORES} cores records",
        round(ceiling),
        500,
        "higher",
        "1/s",
    )
    yield Row("on paper: worker cores that keep it busy", round(ceiling * worker, 1), 1, "higher", "cores")
    yield Row("on paper: articles followed then", round(followed / 1e6, 1), 1, "higher", "million")
    yield Row("on paper: visits of an article in its first month, as shipped", first, 400, "lower", "visits")
    yield Row("on paper: visits of an article in a month, mean of two years", round(a_month, 1), 40, "lower", "visits")
    cores = 1e6 * a_month / MONTH.total_seconds() * (worker + server)
    yield Row("on paper: cores for a million articles followed", round(cores, 2), 4, "lower", "cores")


def _workers(count: int) -> str:
    return f"{count} worker{'s' if count > 1 else ''}"


def _visits_of_an_article() -> tuple[int, int]:
    """Of one that nobody edits, in its first month and in `YEARS`, as the shipped configuration plans them."""
    start = at = datetime(2021, 7, 18, 16, tzinfo=UTC)
    known, read_at = Planned(at), None
    first = visits = 0
    while at < start + 365 * YEARS * timedelta(days=1):
        visits += 1
        first += at < start + MONTH
        course = Course(at, start, read_at, expected=known.expected, came=known.came, echoes=known.echoes)
        planned = plan(course, Limits())
        expected, came = known.expected + planned.expected, known.came + planned.came
        known = Planned(planned.at, expected=expected, came=came, echoes=planned.echoes)
        read_at, at = at, planned.at
    return first, visits


@contextmanager
def _database() -> Iterator[str]:
    with tempfile.TemporaryDirectory() as home, empty_database("postgresql", Path(home)) as url:
        yield url


def _recording(url: str) -> tuple[Recorded, Recorded, float]:
    """Recording into a new record and into an old one, and the bytes a visit leaves on disk."""
    database = open_database(url)
    _fill(database)
    young = _record(database, url)
    before, count = _visits_size(database)
    with database.writer.begin() as connection:
        postgres.unlimited(connection)
        for months in range(25):
            postgres.make_month(connection, datetime.now(UTC) - months * MONTH)
        connection.execute(text(_MAKE_OLD), {"count": OLD_VISITS, "articles": ARTICLES})
    _analyze(database)
    after, more = _visits_size(database)
    old = _record(database, url)
    database.close()
    return young, old, (after - before) / (more - count)


_MAKE_OLD = (
    "INSERT INTO visit (article_id, at, outcome, status, error) SELECT 1 + n % :articles, "
    "now() - (n::float8 / :count) * interval '730 days', 'unchanged', 200, '' FROM generate_series(1, :count) AS n"
)


def _analyze(database: Database) -> None:
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("SET statement_timeout = 0"))
        connection.execute(text("ANALYZE"))
        connection.execute(text("CHECKPOINT"))


def _visits_size(database: Database) -> tuple[float, int]:
    """Bytes of all visits with their indexes, and how many there are."""
    size = "SELECT sum(pg_total_relation_size(inhrelid)) FROM pg_inherits WHERE inhparent = 'visit'::regclass"
    with database.engine.connect() as connection:
        return float(connection.execute(text(size)).scalar() or 0), int(
            connection.execute(text("SELECT count(*) FROM visit")).scalar() or 0
        )


def _text(number: int) -> Text:
    told = tuple(
        Paragraph(f"Sentence {n} of story {number} says what nobody else says: {number * 31 + n}.") for n in range(20)
    )
    return Text(headline=f"Pegasus spyware story {number}", paragraphs=told)


def _recorder(database: Database) -> Recorder:
    limits = Limits(min=timedelta(hours=6))
    return Recorder(
        database, Topic(name="x", terms=("Pegasus spyware",)), lambda _: [], lambda course: plan(course, limits)
    )


def _facts(number: int) -> VisitFacts:
    now = datetime.now(UTC)
    return VisitFacts(requested_at=now, at=now, outcome="text", text=_text(number), status=200)


def _fill(database: Database) -> None:
    found = [FoundArticle(f"https://paper{n % 97}.example/{n}", f"Story {n}", True) for n in range(1, ARTICLES + 1)]
    add_articles(database, found, "", datetime.now(UTC))
    recorder = _recorder(database)
    for number in range(1, ARTICLES + 1):
        recorder.visit(number, _facts(number))
    _analyze(database)


def _record(database: Database, url: str) -> Recorded:
    servers = _servers_time()
    wal = _wal(database)
    with ProcessPoolExecutor(WRITERS) as pool:
        done = list(pool.map(_write, [url] * WRITERS, range(WRITERS)))
    visits, ours = sum(v for v, _ in done), sum(spent for _, spent in done)
    return Recorded(visits, SECONDS, ours, _servers_time() - servers, _wal(database) - wal)


def _write(url: str, writer: int) -> tuple[int, float]:
    """Visits recorded by one process, and the processor seconds it took."""
    database = open_database(url)
    recorder = _recorder(database)
    end, visits, spent = time.monotonic() + SECONDS, 0, time.process_time()
    while time.monotonic() < end:
        recorder.visit(1 + (visits * WRITERS + writer) % ARTICLES, _facts(1 + (visits * WRITERS + writer) % ARTICLES))
        visits += 1
    database.close()
    return visits, time.process_time() - spent


def _servers_time() -> float:
    """Processor seconds of all of PostgreSQL's processes, those that ended included."""
    spent = 0.0
    for process in psutil.process_iter(["name", "cpu_times"]):
        if process.info["name"] in ("postgres", "postmaster") and process.info["cpu_times"]:
            times = process.info["cpu_times"]
            spent += times.user + times.system
            parent = process.parent()
            if parent is None or parent.name() not in ("postgres", "postmaster"):
                spent += times.children_user + times.children_system
    return spent


def _wal(database: Database) -> float:
    with database.engine.connect() as connection:
        return float(connection.execute(text("SELECT pg_current_wal_lsn() - '0/0'::pg_lsn")).scalar() or 0)


def _fleets() -> dict[int, tuple[float, float]]:
    """By the number of workers: visits a second, and visits per second of the workers' processor time.

    Pages that are unchanged and do not say so, so that each is downloaded, extracted and compared.
    """
    speeds = {}
    with (
        tempfile.TemporaryDirectory() as home,
        empty_database("postgresql", Path(home)) as url,
        City(HOSTS, AT_A_HOST, conditional=False) as city,
    ):
        program = Program(Path(home), url)
        with fleet(program) as running:
            configure(program, city)
            running.start("scheduler 1")
            workers: list[str] = []
            for count in FLEETS:
                for number in range(len(workers) + 1, count + 1):
                    workers.append(f"worker {number}")
                    running.start(workers[-1])
                until(lambda: running.count("SELECT count(*) FROM version") >= HOSTS * AT_A_HOST)
                _pass(running)  # everybody knows every robots.txt, or most of them
                speeds[count] = _pass(running)
    return speeds


def _pass(running: Fleet) -> tuple[float, float]:
    until(lambda: not _is_busy(running))
    spent, visits = running.cpu("worker"), running.count("SELECT count(*) FROM visit")
    running.make_all_due()
    seconds = until(lambda: not _is_busy(running))
    made = running.count("SELECT count(*) FROM visit") - visits
    return made / seconds, made / (running.cpu("worker") - spent)


def _is_busy(running: Fleet) -> bool:
    return running.count("SELECT count(*) FROM article WHERE next_visit_at <= now()") > 0


if __name__ == "__main__":
    sys.exit(main())
