"""Sites that misbehave and input that is wrong: a clear message, and nothing recorded is lost."""

from collections.abc import Iterator

import pytest

from tests.newsroom import Fault, Newsroom
from tests.newsroom.server import Answer
from tests.program import Program

PATH = "/courier/harbour-list"


@pytest.fixture(scope="module")
def site() -> Iterator[Newsroom]:
    with Newsroom() as running:
        yield running


@pytest.fixture(scope="module")
def watching(site: Newsroom, tmp_path_factory: pytest.TempPathFactory) -> Program:
    """One record for all tests of this module, its articles at version 1 or later."""
    program = Program(tmp_path_factory.mktemp("watched"))
    program.configure({"courier": site.feed_url("courier")})
    program.check()
    return program


@pytest.fixture
def watched(watching: Program, site: Newsroom) -> Program:
    site.behave()
    return watching


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (Fault.ERROR, "the server answered 500 Internal Server Error"),
        (Fault.BUSY, "the server answered 429 Too Many Requests"),
        (Fault.MISSING, "the server answered 404 Not Found"),
        (Fault.EMPTY, "the page is empty"),
        (Fault.TRUNCATED, "the answer broke off before its end"),
        (Fault.LOOP, "too many redirects"),
        (Fault.CONSENT, "consent page instead of the article"),
        (Fault.NOT_HTML, "the address answers with application/pdf, not with a web page"),
    ],
)
def test_a_page_that_is_no_article_is_never_a_version(
    watched: Program, site: Newsroom, fault: Fault, reason: str
) -> None:
    site.misbehave(PATH, fault, amount=1)

    result = watched.check("--all")

    assert (result["versions"], result["changes"]) == (0, 0)
    (article,) = [a for a in watched.json("articles") if a["url"].endswith(PATH)]
    assert article["versions"] == 1
    if fault is not Fault.MISSING:  # one 404 is not yet an error: it may be gone, which takes a second look
        assert article["error"] == reason


def test_wrong_charset_and_slowness_are_no_change(watched: Program, site: Newsroom) -> None:
    site.misbehave(PATH, Fault.WRONG_CHARSET)
    site.misbehave("/courier/lamp-shop", Fault.SLOW, amount=1)
    result = watched.check("--all")
    assert (result["versions"], result["articles"]["failed"]) == (0, 0)


def test_unmodified_pages_and_feeds_are_asked_for_conditionally(program: Program) -> None:
    with Newsroom(conditional=True) as newsroom:
        program.configure({"courier": newsroom.feed_url("courier")})
        program.check()
        result = program.check("--all")
        assert result["feeds"] == {"polled": 1, "not_modified": 1, "failed": 0}
        assert result["articles"] == {"discovered": 0, "visited": 2, "not_modified": 2, "failed": 0}
        newsroom.advance("harbour-list")
        assert program.check("--all")["changes"] == 1


def test_permanent_redirect_of_a_feed_is_remembered(program: Program, newsroom: Newsroom) -> None:
    newsroom.moved["/courier/feed.rss"] = "/courier/feed.atom"
    program.configure({"courier": newsroom.feed_url("courier")})
    program.check()
    (feed,) = program.json("feeds", "list")
    assert feed["url"] == newsroom.feed_url("courier", "feed.atom")
    newsroom.asked.clear()
    program.check("--all")
    assert newsroom.requests("/courier/feed.rss") == []


def test_broken_feed_is_kept_marked_and_retried_ever_more_slowly(watched: Program, site: Newsroom) -> None:
    waits = []
    site.pages["/courier/feed.rss"] = Answer(200, b"<html><body>No feed here</body></html>")
    for _ in range(3):
        watched.check("--all")
        (feed,) = watched.json("feeds", "list")
        waits.append(feed["failures"])
        assert feed["status"] == "broken"
        assert "this is not a feed" in feed["error"]
    assert waits == [1, 2, 3]
    del site.pages["/courier/feed.rss"]
    watched.check("--all")
    assert watched.json("feeds", "list")[0]["status"] == "ok"


def test_robots_txt_is_obeyed(program: Program, newsroom: Newsroom) -> None:
    newsroom.robots = "User-agent: *\nDisallow: /courier/harbour-list\n"
    program.configure({"courier": newsroom.feed_url("courier")})
    result = program.check()
    assert (result["articles"]["visited"], result["articles"]["failed"]) == (2, 1)
    assert newsroom.requests(PATH) == []
    errors = {a["error"] for a in program.json("articles")}
    assert "the site's robots.txt does not allow this address for us" in errors


def test_unreachable_feed_is_reported_with_its_reason(program: Program) -> None:
    program.configure({"nowhere": "http://127.0.0.1:9/feed"})
    assert program.check()["feeds"]["failed"] == 1
    (feed,) = program.json("feeds", "list")
    assert feed["error"].startswith("the connection was refused")


def test_private_addresses_are_not_visited_unless_allowed(program: Program, newsroom: Newsroom) -> None:
    program.configure({"courier": newsroom.feed_url("courier")})
    program.config.write_text(program.config.read_text().replace('["127.0.0.0/8"]', "[]"))
    program.check()
    (feed,) = program.json("feeds", "list")
    assert "private address" in feed["error"]
    assert newsroom.asked == []


def test_a_file_that_is_no_database_is_named_and_left_alone(program: Program) -> None:
    program.configure({})
    path = program.home / "addendum.db"
    path.write_text("Dear diary, " * 500)
    said = program.run("check", expect=1)
    assert str(path) in said
    assert "this file is not an Addendum database" in said
    assert path.read_text() == "Dear diary, " * 500


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("history", "99"), "99: no such article"),
        (("history", "9" * 30), "no such article"),
        (("history", "nonsense"), "nonsense: an article is named by its number or by a URL"),
        (("diff", "http://127.0.0.1/x"), "no such article"),
        (("diff", "1"), "only one version"),
        (("diff", "1", "1", "9"), "no version 9"),
        (("feeds", "remove", "x"), "no such feed"),
        (("alerts", "retry", "7"), "7: no such alert"),
    ],
)
def test_what_does_not_exist_is_named(watched: Program, arguments: tuple[str, ...], message: str) -> None:
    assert message in watched.run(*arguments, expect=1)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("changes", "--since", "soon"), "--since soon: expected a duration"),
        (("changes", "--kind", "gossip"), "expected one of headline"),
        (("diff", "1", "--format", "pdf"), "expected text, html or json"),
        (("feeds", "add", "gopher://x"), "begins with http"),
        (("frobnicate",), "No such command"),
    ],
)
def test_wrong_use_ends_with_status_two(watched: Program, arguments: tuple[str, ...], message: str) -> None:
    assert message in watched.run(*arguments, expect=2)


def test_the_edit_made_meanwhile_is_found_when_the_site_recovers(watched: Program, site: Newsroom) -> None:
    site.misbehave(PATH, Fault.ERROR)
    site.advance("harbour-list")
    assert watched.check("--all")["changes"] == 0
    site.behave()
    assert watched.check("--all")["changes"] == 1
