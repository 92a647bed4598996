"""The main job, through the installed command line only."""

import json

import pytest
from standardwebhooks.webhooks import Webhook

from tests.newsroom import Newsroom
from tests.program import SECRET, Program, on_every_database
from tests.receivers import MailServer, Receiver

FEEDS = {"courier": "feed.rss", "dispatch": "feed.atom", "tribune": "feed.json"}

pytestmark = on_every_database


def channels(receiver: Receiver, mail_server: MailServer) -> str:
    return f"""
[[channels]]
name = "hook"
type = "webhook"
url = "{receiver.url}/hook"
secret = "{SECRET}"
[[channels]]
name = "slack"
type = "slack"
url = "{receiver.url}/slack"
[[channels]]
name = "mail"
type = "email"
smtp = "{mail_server.url}"
from = "Addendum <addendum@example.org>"
to = ["desk@example.org", "editor@example.org"]
"""


@pytest.fixture
def watched(program: Program, newsroom: Newsroom, receiver: Receiver, mail_server: MailServer) -> Program:
    """All three outlets watched, their articles at version 1."""
    feeds = {outlet: newsroom.feed_url(outlet, form) for outlet, form in FEEDS.items()}
    program.configure(feeds, channels(receiver, mail_server))
    program.check()
    return program


def test_first_pass_records_every_article_of_the_story_without_a_change_or_an_alert(
    program: Program, newsroom: Newsroom, receiver: Receiver, mail_server: MailServer
) -> None:
    feeds = {outlet: newsroom.feed_url(outlet, form) for outlet, form in FEEDS.items()}
    program.configure(feeds, channels(receiver, mail_server))

    result = program.check()

    assert result["feeds"] == {"polled": 3, "not_modified": 0, "failed": 0}
    assert result["articles"] == {"discovered": 5, "visited": 5, "not_modified": 0, "failed": 0}
    assert (result["versions"], result["changes"]) == (5, 0)
    assert result["alerts"] == {"sent": 0, "waiting": 0, "failed": 0}
    articles = program.json("articles")
    assert {a["versions"] for a in articles} == {1}
    assert not any("flight" in a["title"] for a in articles), "the airline is not our story"
    assert {a["url"] for a in articles} == {newsroom.article_url(s) for s in newsroom.stories if s != "morning-flight"}


def test_chrome_that_differs_on_every_request_makes_no_version(watched: Program, receiver: Receiver) -> None:
    for _ in range(3):
        result = watched.check("--all")
        assert (result["versions"], result["changes"], result["articles"]["visited"]) == (0, 0, 5)

    assert {a["versions"] for a in watched.json("articles")} == {1}
    assert watched.json("changes") == []
    assert receiver.received == []


def test_furniture_nobody_knows_makes_no_version_and_hides_no_edit(program: Program, newsroom: Newsroom) -> None:
    newsroom.restless = True
    program.configure({"tribune": newsroom.feed_url("tribune"), "courier": newsroom.feed_url("courier")})
    program.check()
    for _ in range(2):
        assert program.check("--all")["versions"] == 0

    newsroom.advance("harbour-list")
    newsroom.advance("lamp-shop")
    program.check("--all")

    kinds = [change["kinds"] for change in program.json("changes")]
    assert sorted(kinds) == [["notice", "figures"], ["statement", "notice"]]


def test_a_page_two_looks_disagree_on_is_read_whole_at_the_next_visit(program: Program) -> None:
    with Newsroom(conditional=True) as newsroom:
        program.configure({"courier": newsroom.feed_url("courier")})
        program.check()
        newsroom.restless = True
        newsroom.advance("harbour-list")
        assert program.check("--all")["changes"] == 1
        newsroom.asked.clear()
        program.check("--all")
        conditional = {asked.path: asked.conditional for asked in newsroom.asked if "." not in asked.path}
        assert conditional == {"/courier/harbour-list": False, "/courier/lamp-shop": True}


def test_comment_added_after_publication_is_one_change_told_once_on_every_channel(
    watched: Program, newsroom: Newsroom, receiver: Receiver, mail_server: MailServer
) -> None:
    newsroom.advance("harbour-list")

    result = watched.check("--all")

    assert (result["versions"], result["changes"], result["alerts"]["sent"]) == (1, 1, 3)
    (change,) = watched.json("changes")
    assert change["kinds"] == ["statement", "notice"]
    assert change["significance"] == "major"
    assert change["stealth"] is False
    assert [s["speaker"] for s in change["statements"]] == ["NSO Group"]
    assert change["notices"] == [
        {
            "kind": "update",
            "action": "added",
            "text": "This article was updated to reflect comment from NSO Group, received after publication.",
        }
    ]
    assert change["summary"] == "NSO Group comment added (48 words); update notice added"

    (hook,) = receiver.at("/hook")
    Webhook(SECRET).verify(hook.body, hook.headers)
    payload = json.loads(hook.body)
    assert payload["type"] == "article.updated"
    assert payload["data"]["change"] == change
    (slack,) = receiver.at("/slack")
    assert "NSO Group comment added" in json.dumps(json.loads(slack.body)["blocks"])
    (mail,) = mail_server.mails
    assert mail["Subject"].startswith("courier added NSO Group comment to: Pegasus spyware list names")
    assert mail_server.recipients == [["desk@example.org", "editor@example.org"]]

    again = watched.check("--all")
    assert (again["changes"], again["alerts"]["sent"]) == (0, 0)


def test_every_story_of_the_newsroom_is_told_as_what_it_is(watched: Program, newsroom: Newsroom) -> None:
    for slug in newsroom.stories:
        newsroom.advance(slug)
    watched.check("--all")
    newsroom.advance("inquiry-opens")
    watched.check("--all")

    changes = {(c["article"]["url"], tuple(c["kinds"])): c for c in watched.json("changes")}

    assert set(changes) == {
        (newsroom.article_url("harbour-list"), ("statement", "notice")),
        (newsroom.article_url("lamp-shop"), ("notice", "figures")),
        (newsroom.article_url("inquiry-opens"), ("headline",)),
        (newsroom.article_url("wedding-speech"), ("removal",)),
        (newsroom.article_url("ministers-driver"), ("gone",)),
    }
    assert len(watched.json("changes", "--kind", "headline")) == 2
    stealthy = {c["article"]["url"] for c in watched.json("changes", "--stealth")}
    assert newsroom.article_url("wedding-speech") in stealthy
    assert newsroom.article_url("lamp-shop") not in stealthy


def test_history_and_diff_show_what_changed(watched: Program, newsroom: Newsroom) -> None:
    newsroom.advance("lamp-shop")
    watched.check("--all")
    url = newsroom.article_url("lamp-shop")

    first, second = watched.json("history", url)
    (change,) = watched.json("changes")

    assert (first["number"], first["change"], first["notices"]) == (1, None, [])
    assert (second["number"], second["change"]) == (2, change["id"])
    assert second["notices"][0]["kind"] == "correction"
    text = watched.run("diff", url)
    assert "[-$14m-]{+$11m+}" in text
    html = watched.run("diff", url, "1", "2", "--format", "html")
    assert "<del>$14m</del><ins>$11m</ins>" in html
    difference = json.loads(watched.run("diff", url, "--format", "json"))
    assert (difference["from"], difference["to"]) == (1, 2)
    spans = [span for part in difference["parts"] for span in part["spans"]]
    assert {"edit": "insert", "text": "$11m"} in spans


def test_topic_explains_its_verdict_on_a_title_a_page_and_a_file(watched: Program, newsroom: Newsroom) -> None:
    said = watched.run("topic", "Pegasus Airlines adds a flight").splitlines()
    assert said[:2] == ["not on the topic (weight -2)", "  +1  Pegasus"]
    assert "  -3  Pegasus Airlines" in said
    (verdict,) = watched.json("topic", newsroom.article_url("inquiry-opens"))
    assert verdict["relevance"] == "yes"
    (watched.home / "note.txt").write_text("A word on storks.")
    assert "no word of the topic" in watched.run("topic", "--file", str(watched.home / "note.txt"))
    assert "one of them" in watched.run("topic", expect=2)


def test_the_same_article_in_several_feeds_and_under_other_addresses_is_one_article(
    program: Program, newsroom: Newsroom
) -> None:
    forms = ("feed.rss", "feed.atom", "feed.json", "news-sitemap.xml")
    program.configure({form: newsroom.feed_url("courier", form) for form in forms})

    result = program.check()

    assert result["articles"]["discovered"] == 2
    url = newsroom.article_url("harbour-list")
    assert program.json("history", f"{url}?utm_source=feed&fbclid=1#top")[0]["number"] == 1
