"""`make bench-alerts`: how soon a change is told, by the real service, at rest and with 10,000 alerts waiting.

The service watches a news site on loopback whose articles get a statement again and again, and posts to a receiver in
a process of its own. Measured is the time from the end of the visit that found a change, as recorded, to the moment the
receiver has answered 200.
"""

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median, quantiles

from sqlmodel import col, func, select

from bench.report import Row, publish
from storage.database import Database, open_database
from storage.tables import Alert, Article, Change, Visit
from tests.newsroom import Newsroom
from tests.newsroom.stories import Stage, Story
from tests.program import Program

ARTICLES = 12
WAITING = 10_000
REST = timedelta(seconds=60)  # watched with nothing else waiting
STEP = 2.0  # seconds between two edits of the site
STAGES = 400


@dataclass(frozen=True)
class Phase:
    """What was seen from `start` to `end`: seconds to the receiver's answer, visits and deliveries a second."""

    delays: list[float]
    visits: float
    deliveries: float


def main() -> int:
    with tempfile.TemporaryDirectory() as home, _receiver(Path(home)) as (url, notes), Newsroom(_stories()) as newsroom:
        program = Program(Path(home))
        hook = f'[[channels]]\nname = "hook"\ntype = "webhook"\nurl = "{url}"\n'
        program.configure({"courier": newsroom.feed_url("courier")}, hook)
        program.check()
        database = open_database(f"sqlite:///{home}/addendum.db")
        at_rest = _phase(program, newsroom, database, notes, until=_after(REST))
        _fill(database)
        loaded = _phase(program, newsroom, database, notes, until=lambda: _waiting(database) < ARTICLES)
        database.close()
    publish("alerts", _rows(at_rest, loaded))
    return 0


def _rows(rest: Phase, loaded: Phase) -> list[Row]:
    seconds = "s from the end of a visit to the receiver's 200"
    return [
        Row(f"at rest: median of {len(rest.delays)}", _round(median(rest.delays)), 0.25, "lower", seconds),
        Row("at rest: 99th percentile", _round(_p99(rest.delays)), 1.0, "lower", seconds),
        Row(f"{WAITING} waiting: median of {len(loaded.delays)}", _round(median(loaded.delays)), 1.0, "lower", seconds),
        Row(f"{WAITING} waiting: 99th percentile", _round(_p99(loaded.delays)), 3.0, "lower", seconds),
        Row("deliveries while they wait", _round(loaded.deliveries), 50, "higher", "alerts/s"),
        Row(
            "visits while they wait ÷ at rest",
            _round(loaded.visits / rest.visits),
            0.8,
            "higher",
            "visits/s ÷ visits/s",
        ),
    ]


def _phase(program: Program, newsroom: Newsroom, database: Database, notes: Path, until: Callable[[], bool]) -> Phase:
    """Run the service and edit the site until `until` says so."""
    (program.home / "daemon.log").unlink(missing_ok=True)
    with program.daemon() as daemon:
        daemon.get("/healthz")
        start = datetime.now(UTC)
        told_before = len(_told(notes))
        while not until():
            for slug in newsroom.stories:
                newsroom.advance(slug)
            time.sleep(STEP)
        end = datetime.now(UTC)
        told_by_then = len(_told(notes))
        time.sleep(STEP * 2)
        daemon.terminate()
    passed = (end - start).total_seconds()
    told = _told(notes)
    with database.read() as session:
        found = select(Alert.uid, Change.detected_at).join(Change, col(Change.id) == Alert.change_id)
        found = found.where(Change.detected_at >= start, Change.detected_at <= end)
        delays = [told[uid] - at.timestamp() for uid, at in session.exec(found) if uid in told]
        visits = session.exec(select(func.count()).select_from(Visit).where(Visit.at >= start, Visit.at <= end)).one()
    return Phase(delays, visits / passed, (told_by_then - told_before) / passed)


def _after(span: timedelta) -> Callable[[], bool]:
    end = datetime.now(UTC) + span
    return lambda: datetime.now(UTC) > end


def _waiting(database: Database) -> int:
    with database.read() as session:
        return session.exec(select(func.count()).select_from(Alert).where(Alert.state == "waiting")).one()


def _told(notes: Path) -> dict[str, float]:
    """When the receiver first answered 200, by message."""
    found: dict[str, float] = {}
    for line in notes.read_text("utf-8").splitlines():
        at, _, uid = line.partition(" ")
        found.setdefault(uid, float(at))
    return found


def _fill(database: Database) -> None:
    """Ten thousand alerts of as many articles, which are not visited themselves."""
    now = datetime.now(UTC)
    with database.write() as session:
        articles = [
            Article(
                url=f"https://n.example/{n}", title=f"A ledger {n}", outlet="archive", status="gone", first_seen_at=now
            )
            for n in range(WAITING)
        ]
        session.add_all(articles)
        session.flush()
        session.add_all(
            Alert(
                uid=f"msg_backlog_{article.id}",
                channel="hook",
                event="discovered",
                article_id=article.id,
                created_at=now,
                next_attempt_at=now,
            )
            for article in articles
        )


def _stories() -> tuple[Story, ...]:
    """Articles that get one sentence of a speaker after the other, which no page template brings."""
    return tuple(
        Story(f"ledger-{number}", "courier", tuple(_stage(number, count) for count in range(STAGES)))
        for number in range(ARTICLES)
    )


def _stage(number: int, count: int) -> Stage:
    said = tuple(f"NSO said it had not read page {page} of the ledger kept by clerk {number}." for page in range(count))
    return Stage(
        f"Pegasus spyware and the ledger of clerk {number}",
        (
            f"The clerk of office {number} says the telephone grew warm whenever the spyware inquiry sat.",
            f"Nobody in office {number} will say who brought the papers, or why they were wrapped in wax cloth.",
            *said[-8:],
        ),
    )


@contextmanager
def _receiver(home: Path) -> Iterator[tuple[str, Path]]:
    notes = home / "received"
    command = [sys.executable, "-m", "bench.alert_receiver", str(notes)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield f"http://127.0.0.1:{process.stdout.readline().strip()}", notes
    finally:
        process.kill()
        process.wait()


def _p99(values: list[float]) -> float:
    return quantiles(values, n=100, method="inclusive")[98]


def _round(value: float) -> float:
    return float(f"{value:.3g}")


if __name__ == "__main__":
    sys.exit(main())
