"""Light: pages are read in processes of their own and unchanged ones are known early; questions import little."""

import subprocess
import sys

from sqlmodel import select

from storage.database import open_database
from storage.tables import Region, Visit
from tests.newsroom import Newsroom
from tests.program import Program, on_every_database

HEAVY = ("scrapy", "twisted", "trafilatura", "fastapi", "structlog", "alembic", "httpx", "lxml", "jinja2")


@on_every_database
def test_pages_read_elsewhere_are_known_again_and_their_edits_found(program: Program, newsroom: Newsroom) -> None:
    program.configure({"courier": newsroom.feed_url("courier", "feed.rss")}, crawl="readers = 1")
    assert program.check("--all")["versions"] > 0
    again = program.check("--all")
    assert (again["versions"], again["changes"], again["articles"]["failed"]) == (0, 0, 0)
    database = open_database(program.database, upgrade=False)
    with database.read() as session:
        assert session.exec(select(Region)).all()
        assert {visit.outcome for visit in session.exec(select(Visit))} <= {"changed", "unchanged", "not modified"}
    database.close()
    newsroom.advance("harbour-list")
    assert program.check("--all")["changes"] > 0


def test_a_question_is_answered_without_crawler_or_web_framework() -> None:
    code = (
        "import sys\n"
        "sys.argv = ['addendum', 'changes', '--help']\n"
        "from addendum import cli\n"
        "import addendum.commands.ask, addendum.configfile, storage.database, storage.queries\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules])"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"


def test_one_process_for_all_loads_nothing_of_the_queue_that_several_share() -> None:
    code = "import sys, addendum.commands.run; print([n for n in ('psycopg', 'procrastinate') if n in sys.modules])"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"
