"""What the Internet Archive kept of an article, and what it is asked to keep: recorded answers on loopback."""

from dataclasses import replace

import pytest

from tests.newsroom import Newsroom, chrome
from tests.newsroom.archive import Kept, WebArchive
from tests.newsroom.stories import STORIES, Stage
from tests.program import Program, on_every_database, wait_for

pytestmark = on_every_database

LIST = STORIES[0]
FIRST, WITH_COMMENT = LIST.stages
OTHER = Stage(headline="Page not found", paragraphs=("The page you are looking for has been moved or never was.",) * 3)


def page(newsroom: Newsroom, stage: Stage) -> bytes:
    return chrome.page(LIST, stage, newsroom.url, newsroom._seed).encode()


def kept(newsroom: Newsroom, at: str, stage: Stage, **more: int) -> Kept:
    return Kept(at, newsroom.article_url("harbour-list"), page(newsroom, stage), **more)


def configure(program: Program, archive: WebArchive, more: str = "") -> None:
    program.configure({}, more=f'[archive]\nurl = "{archive.url}"\n{more}')


def test_versions_from_before_an_article_was_followed_are_imported(program: Program, newsroom: Newsroom) -> None:
    url = newsroom.article_url("harbour-list")
    newsroom.advance("harbour-list")
    captures = [
        kept(newsroom, "20210718170000", FIRST),
        kept(newsroom, "20210718180000", FIRST),  # only the furniture is another one
        kept(newsroom, "20210719070000", OTHER),
        kept(newsroom, "20210719090000", WITH_COMMENT),
    ]
    with WebArchive(captures) as archive:
        configure(program, archive)
        said = program.run("articles", "add", url, "--archive")
        assert "2 versions from the Internet Archive" in said
        assert "1 captures read like the one before; 1 show something else or nothing" in said
        program.check()

        first, second, third = program.json("history", "1")
        assert [v["source"] for v in (first, second, third)] == ["archive", "archive", "visit"]
        assert first["captured_at"] == "2021-07-18T17:00:00Z"
        assert first["archive_url"] == f"https://web.archive.org/web/20210718170000/{url}"
        assert third["change"] is None, "the page reads as it did when it was captured last"

        (change,) = program.json("changes")
        assert change["detected_at"] == "2021-07-19T09:00:00Z"
        assert change["last_unchanged_at"] == "2021-07-18T17:00:00Z"
        assert change["statements"][0]["speaker"] == "NSO Group"
        assert "NSO Group" in program.run("diff", "1", "1", "2")
        assert program.json("alerts", "list") == [], "nobody is told of what is long past"


def test_an_article_that_is_followed_already_gets_what_came_before(program: Program, newsroom: Newsroom) -> None:
    url = newsroom.article_url("harbour-list")
    newsroom.advance("harbour-list")
    with WebArchive([kept(newsroom, "20210718170000", FIRST), kept(newsroom, "29990101000000", FIRST)]) as archive:
        configure(program, archive)
        program.run("articles", "add", url)
        program.check()
        (report,) = program.json("articles", "backfill", url)
        assert (report["versions"], report["article"]) == (1, 1)
        assert [(v["number"], v["source"]) for v in program.json("history", "1")] == [(2, "archive"), (1, "visit")]
        (change,) = program.json("changes")
        assert (change["from_version"]["number"], change["to_version"]["number"]) == (2, 1)
        assert "NSO Group" in program.run("diff", "1")

        (again,) = program.json("articles", "backfill", "1")
        assert again["versions"] == 0
        assert len(program.json("changes")) == 1
        assert program.check("--all")["changes"] == 0
        newsroom.stage["harbour-list"] = 0
        assert program.check("--all")["changes"] == 1, "edits are found as before"


def test_one_capture_that_cannot_be_shown_holds_up_no_others(program: Program, newsroom: Newsroom) -> None:
    broken = Kept("20210718173000", newsroom.article_url("harbour-list"), b"<p>x</p>")
    with WebArchive([broken, kept(newsroom, "20210718180000", FIRST)]) as archive:
        configure(program, archive)
        said = program.run("articles", "add", newsroom.article_url("harbour-list"), "--archive")
        assert "1 version from the Internet Archive; 1 show something else or nothing" in said


def test_an_archive_that_does_not_answer_is_an_error_and_the_article_is_followed(
    program: Program, newsroom: Newsroom
) -> None:
    with WebArchive(down=500) as archive:
        configure(program, archive)
        output = program.run("articles", "add", newsroom.article_url("harbour-list"), "--archive", expect=1)
        assert "the Internet Archive cannot be asked" in output
        assert len(program.json("articles")) == 1


def test_what_was_read_until_the_archive_fails_is_kept_and_one_failure_is_passed_over(
    program: Program, newsroom: Newsroom
) -> None:
    down = [kept(newsroom, f"2021071910{minute}00", WITH_COMMENT, broken=True) for minute in (10, 20, 30)]
    down = [replace(capture, body=capture.body + bytes(minute)) for minute, capture in enumerate(down)]
    url = newsroom.article_url("harbour-list")
    with WebArchive([kept(newsroom, "20210718170000", FIRST), *down]) as archive:
        configure(program, archive)
        output = program.run("articles", "add", url, "--archive", expect=1)
        assert "503" in output
        assert "run it again later" in output
        assert len(program.json("history", "1")) == 1
        archive.kept = [archive.kept[0], down[0], kept(newsroom, "20210719110000", WITH_COMMENT)]
        assert "1 version from" in program.run("articles", "backfill", "1")
        assert len(program.json("history", "1")) == 2


def test_it_says_what_to_name(program: Program) -> None:
    program.configure({})
    assert "--all" in program.run("articles", "backfill", expect=2)
    assert "no such article" in program.run("articles", "backfill", "7", expect=1)


@pytest.fixture
def through_proxy(newsroom: Newsroom) -> str:
    """A public name that leads to the newsroom: only public addresses are given to the archive."""
    return f'[outlets."news.invalid"]\nproxy = "{newsroom.url}"'


def test_each_new_version_is_submitted(program: Program, newsroom: Newsroom, through_proxy: str) -> None:
    keys = 'save = true\naccess_key = "env:ARCHIVE_KEY"\nsecret_key = "s3cr3t"\n'
    with WebArchive() as archive:
        configure(program, archive, f"{keys}{through_proxy}".replace("env:ARCHIVE_KEY", "k3y"))
        program.run("articles", "add", "http://news.invalid/courier/harbour-list")
        with program.daemon():
            wait_for(lambda: archive.saved, 60)
        url, headers = archive.saved[0]
        assert url == "http://news.invalid/courier/harbour-list"
        assert headers["Authorization"] == "LOW k3y:s3cr3t"


@pytest.mark.parametrize(("status", "answer"), [(400, b"no"), (200, b'{"status": "error", "message": "not today"}')])
def test_an_archive_that_will_not_save_does_no_harm(
    program: Program, newsroom: Newsroom, through_proxy: str, *, status: int, answer: bytes
) -> None:
    with WebArchive(save_status=status, save_answer=answer) as archive:
        configure(program, archive, f"save = true\n{through_proxy}")
        program.run("articles", "add", "http://news.invalid/courier/harbour-list")
        with program.daemon() as daemon:
            wait_for(lambda: "does not save a page" in daemon.log, 60)
            assert program.json("history", "1")
        assert len(archive.saved) == 1


def test_private_addresses_are_not_given_to_the_archive(program: Program, newsroom: Newsroom) -> None:
    with WebArchive() as archive:
        configure(program, archive, "save = true\n")
        program.run("articles", "add", newsroom.article_url("harbour-list"))
        with program.daemon() as daemon:
            wait_for(lambda: "the address is a private one" in daemon.log, 60)
        assert archive.saved == []


def test_one_key_alone_is_an_error(program: Program) -> None:
    program.configure({}, more='[archive]\naccess_key = "k"')
    assert "belong together" in program.run("articles", expect=2)
