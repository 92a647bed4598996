"""Articles that no feed names: added by address, from a file, from a sitemap."""

from tests.newsroom import Newsroom
from tests.program import Program, on_every_database

pytestmark = on_every_database

NEVER = "https://courier.example/never-there"


def test_articles_are_added_by_address_and_from_a_file_and_then_watched(program: Program, newsroom: Newsroom) -> None:
    program.configure({})
    listed = program.home / "addresses"
    listed.write_text(f"# of the spring\n\n{newsroom.article_url('lamp-shop')}?utm_source=x\n", "utf-8")
    said = program.run("articles", "add", newsroom.article_url("harbour-list"), "--from-file", str(listed))
    assert said == "2 articles followed from the next pass on; 0 known already\n"
    assert program.run("articles", "add", newsroom.article_url("lamp-shop")).startswith("0 articles")
    assert program.check()["versions"] == 2
    newsroom.advance("harbour-list")
    assert program.check("--all")["changes"] == 1
    assert {a["outlet"] for a in program.json("articles")} == {"127.0.0.1"}


def test_of_a_sitemap_those_on_the_topic_are_followed(program: Program, newsroom: Newsroom) -> None:
    program.configure({})
    url = newsroom.feed_url("courier", "news-sitemap.xml")
    assert "2 articles followed" in program.run("articles", "add", "--sitemap", url, "--outlet", "The Courier")
    program.check()
    assert {a["outlet"] for a in program.json("articles")} == {"The Courier"}


def test_nonsense_is_named_with_its_place(program: Program, newsroom: Newsroom) -> None:
    program.configure({})
    assert "give addresses, --from-file or --sitemap" in program.run("articles", "add", expect=2)
    assert "not an http or https address: harbour" in program.run("articles", "add", "harbour", expect=2)
    listed = program.home / "addresses"
    listed.write_text(f"{NEVER}\nftp://x\n", "utf-8")
    assert f"{listed}:2: not an http" in program.run("articles", "add", "--from-file", str(listed), expect=2)
    assert program.json("articles") == []
    nowhere = f"{newsroom.url}/nothing"
    assert "404" in program.run("articles", "add", "--sitemap", nowhere, expect=1)
