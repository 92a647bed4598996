"""How hosts are treated, over restarts, and why an article is visited when it is: through the command line."""

from tests.newsroom import Newsroom
from tests.program import Program, on_every_database

BUDGET = "requests_per_hour_per_host = {}\n"

pytestmark = on_every_database


def test_what_a_host_was_asked_counts_in_the_next_pass(program: Program, newsroom: Newsroom) -> None:
    program.configure({"courier": newsroom.feed_url("courier")})
    program.check()
    (host,) = program.json("hosts")
    asked = host["asked"]
    assert (host["host"], host["articles"], host["busy_until"]) == ("127.0.0.1", 2, None)
    assert asked == len(newsroom.asked)

    text = program.config.read_text("utf-8")
    program.config.write_text(text.replace(BUDGET.format(1000000), BUDGET.format(asked + 1)), "utf-8")
    program.check("--all")
    assert len(newsroom.asked) == asked + 1
    assert f"{asked + 1} of {asked + 1}" in program.run("hosts")


def test_history_says_when_the_next_visit_is_and_why(program: Program, newsroom: Newsroom) -> None:
    program.configure({"courier": newsroom.feed_url("courier")})
    program.check()
    newsroom.advance("harbour-list")
    program.check("--all")
    (changed,) = [a for a in program.json("articles") if a["versions"] == 2]
    said = program.run("history", str(changed["id"]))
    assert said.count("visit: ") == 3
    assert ", changed" in said
    assert "next visit: " in said
    assert "it changed lately" in said
