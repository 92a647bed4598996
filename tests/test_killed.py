"""SIGKILL at random moments of crawling, recording and delivering, hundreds of times in one run, on SQLite."""

import sqlite3

import pytest

from tests.killed import killed_throughout
from tests.newsroom import Newsroom
from tests.program import Program
from tests.receivers import Receiver


@pytest.mark.slow
def test_nothing_shown_is_lost_and_nothing_told_under_two_ids(
    program: Program, newsroom: Newsroom, receiver: Receiver
) -> None:
    killed_throughout(program, newsroom, receiver)
    with sqlite3.connect(program.home / "addendum.db") as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
