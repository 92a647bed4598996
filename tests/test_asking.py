"""The record asked from the command line, as it was made by the program itself."""

import csv
import io
import os
import pty
import subprocess
from pathlib import Path

import pytest

from storage.database import open_database
from tests.newsroom import Newsroom
from tests.program import COMMAND, Program, on_every_database
from tests.storage.asked import follow, visit

pytestmark = on_every_database


@pytest.fixture
def asked(program: Program, newsroom: Newsroom) -> Program:
    """The story about the list, before and after the company's comment."""
    program.configure({"courier": newsroom.feed_url("courier")})
    program.check()
    newsroom.advance("harbour-list")
    program.check("--all")
    return program


def test_what_was_said_when_and_what_became_of_it(asked: Program) -> None:
    said = asked.json("statements", "--speaker", "NSO")
    assert [(s["speaker"], s["status"], s["first_version"], s["last_version"]) for s in said] == [
        ("NSO Group", "stands", 2, 2),
        ("NSO Group", "withdrawn", 1, 1),
    ]
    comment, silence = said
    assert comment["quoted"]
    assert "a telephone book" in comment["text"]
    assert comment["article"]["title"].startswith("Pegasus spyware list")
    assert silence["silent"]
    assert silence["became"] == comment["id"]
    assert asked.json("statements", "--speaker", "NSO", "--status", "withdrawn") == [silence]
    assert asked.json("statements", "--article", comment["article"]["url"]) == said
    assert asked.json("statements", "--speaker", "the ministry of nothing") == []


def test_which_articles_ever_said_something_and_when_they_stopped(asked: Program) -> None:
    (hit,) = asked.json("search", '"did not respond"')
    assert (hit["part"], hit["first_version"], hit["last_version"]) == ("body", 1, 1)
    assert hit["until"] is not None
    (hit,) = asked.json("search", "telephone", "fairy tale")
    assert (hit["first_version"], hit["until"]) == (2, None)
    (hit,) = asked.json("search", "--speaker", "nso", "arithmet*")
    assert hit["speaker"] == "NSO Group"
    assert asked.json("search", "--", "-numbers", "inspectors", "unheard-of") == []


def test_a_table_for_spreadsheets_holds_no_formula(asked: Program) -> None:
    database = open_database(asked.database)
    follow(database, "courier.example/formula")
    number = next(a["id"] for a in asked.json("articles") if a["url"].endswith("/formula"))
    visit(database, 0, number, ["Some paragraph about nothing much at all."], "=HYPERLINK(1)")
    visit(database, 1, number, ["Some paragraph about nothing much at all, and more."], "=HYPERLINK(1)")
    database.close()
    rows = list(csv.DictReader(io.StringIO(asked.run("changes", "--csv"))))
    assert {row["article.title"] for row in rows} >= {"'=HYPERLINK(1)"}
    assert {row["kinds"] for row in rows} >= {"statement; notice"}
    assert "to_version" not in rows[0]
    assert {row["to_version.number"] for row in rows} == {"2"}
    assert asked.run("statements", "--csv", "--speaker", "nobody").strip() == ""


def test_changes_by_outlet_and_until(asked: Program) -> None:
    (change,) = asked.json("changes")
    assert asked.json("changes", "--outlet", "courier", "--significance", "major", "--since", "1d") == [change]
    assert asked.json("changes", "--until", "2021-07-18") == []
    assert asked.json("articles", "--outlet", "nobody") == []


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (("changes", "--json", "--csv"), "--json --csv"),
        (("changes", "--since", "soon"), "soon"),
        (("changes", "--significance", "huge"), "--significance huge"),
        (("statements", "--status", "lost"), "--status lost"),
        (("articles", "--status", "lost"), "--status lost"),
    ],
)
def test_wrong_use_is_named_and_ends_with_2(asked: Program, arguments: tuple[str, ...], named: str) -> None:
    assert named in asked.run(*arguments, expect=2)


def test_a_question_without_words_says_what_to_ask(asked: Program) -> None:
    assert "name at least one word" in asked.run("search", "?!", expect=1)


def test_what_is_longer_than_the_terminal_goes_through_the_pager(asked: Program, tmp_path: Path) -> None:
    database = open_database(asked.database)
    follow(database, *(f"courier.example/{number}" for number in range(60)))
    database.close()
    ours, theirs = pty.openpty()
    environment = {
        **os.environ,
        "PAGER": f"dd of={tmp_path}/paged status=none",
        "LINES": "24",
        "COLUMNS": "100",
        "TERM": "xterm",
    }
    done = subprocess.run(
        [COMMAND, "--config", asked.config, "articles"],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        timeout=60,
        check=False,
        env=environment,
    )
    os.close(theirs)
    os.close(ours)
    assert done.returncode == 0
    assert (tmp_path / "paged").read_text("utf-8").count("courier.example") == 60
