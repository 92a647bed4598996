"""The service looks after itself: clocks that jump, a record that cannot be written."""

import asyncio
import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from scheduler.upkeep import Upkeep
from storage import database as storage
from storage import outbox
from storage.database import open_database
from storage.operator import Trouble

NOW = datetime(2021, 7, 19, 12, tzinfo=UTC)


class Watch:
    """A clock and the seconds that really pass."""

    def __init__(self) -> None:
        self.now, self.seconds = NOW, 0.0

    def passes(self, minutes: float = 1, clock: float | None = None) -> None:
        self.seconds += minutes * 60
        self.now += timedelta(minutes=minutes if clock is None else clock)


@pytest.fixture
def kept(tmp_path: Path) -> "Kept":
    return Kept(tmp_path / "record.db")


class Kept:
    def __init__(self, path: Path) -> None:
        self.path = path
        self.watch = Watch()
        self.direct: list[Trouble] = []
        self.database = open_database(f"sqlite:///{path}")
        self.upkeep = Upkeep(
            self.database, ["ops"], ["ops"], self._tell, lambda: self.watch.now, lambda: self.watch.seconds
        )

    async def _tell(self, trouble: Trouble) -> None:
        self.direct.append(trouble)

    def look(self) -> list[str]:
        asyncio.run(self.upkeep.look())
        return [(alert.content or {})["subject"] for alert, _ in outbox.list_alerts(self.database)]


@pytest.mark.parametrize(("clock", "way"), [(181, "forward by 3:00:00"), (-59, "back by 1:00:00")])
def test_a_clock_that_jumps_is_told(kept: Kept, clock: float, way: str) -> None:
    kept.watch.passes()
    assert kept.look() == []
    kept.watch.passes(clock=clock)
    assert kept.look() == ["The clock jumped"]
    ((alert, _),) = outbox.list_alerts(kept.database)
    assert way in (alert.content or {})["text"]
    kept.watch.passes()
    assert len(kept.look()) == 1


def test_a_clock_that_is_set_right_by_seconds_is_no_news(kept: Kept) -> None:
    kept.watch.passes(clock=1.5)
    assert kept.look() == []


def test_a_record_that_cannot_be_written_is_told_past_the_outbox_and_again_when_it_is_over(
    kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(storage, "_remedy", lambda error: "another process holds the database")
    with kept.database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA busy_timeout=50")
    holder = sqlite3.connect(kept.path, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    for _ in range(9):
        kept.watch.passes()
        kept.look()
    assert [trouble.subject for trouble in kept.direct] == ["The record cannot be written"], "once, after five minutes"
    holder.execute("COMMIT")
    holder.close()
    kept.watch.passes()
    assert kept.look() == ["The record could not be written for a while"]
    kept.watch.passes()
    assert len(kept.look()) == 1
