"""Outlets that are reached with a subscriber's headers and cookies, through a proxy, or with a browser."""

import json
import shutil

import pytest

from tests.newsroom import Newsroom
from tests.newsroom.server import Answer
from tests.program import Program

SUBSCRIBER = """
[outlets."127.0.0.1"]
headers = { Authorization = "env:SUBSCRIPTION", X-Reader = "desk" }
cookies = "session=s3cr3t; plan=full"
"""
ARTICLE = "/courier/harbour-list"


def sent(newsroom: Newsroom, path: str) -> dict[str, str]:
    return dict(newsroom.requests(path)[-1].headers)


def test_a_subscribers_headers_and_cookies_go_to_the_outlet(program: Program, newsroom: Newsroom) -> None:
    program.configure({"courier": newsroom.feed_url("courier")}, more=SUBSCRIBER)
    program.run("check", SUBSCRIPTION="Bearer t0k3n")
    for path in (ARTICLE, "/courier/feed.rss"):
        headers = sent(newsroom, path)
        assert headers["Authorization"] == "Bearer t0k3n"
        assert headers["X-Reader"] == "desk"
        assert headers["Cookie"] == "session=s3cr3t; plan=full"


def test_they_go_nowhere_else_when_a_redirect_leads_away(program: Program, newsroom: Newsroom) -> None:
    elsewhere = newsroom.url.replace("127.0.0.1", "localhost")
    newsroom.moved[ARTICLE] = f"{elsewhere}/courier/lamp-shop"
    program.configure({"courier": newsroom.feed_url("courier")}, more=SUBSCRIBER)
    program.run("articles", "add", f"{newsroom.url}{ARTICLE}", SUBSCRIPTION="Bearer t0k3n")
    program.run("check", SUBSCRIPTION="Bearer t0k3n")
    away = [asked for asked in newsroom.requests("/courier/lamp-shop") if "localhost" in asked.headers["Host"]]
    assert away
    for asked in away:
        assert not {"Authorization", "X-Reader", "Cookie"} & set(asked.headers)


@pytest.mark.parametrize(
    ("outlet", "said"),
    [
        ('headers = { "X Y" = "1" }', "is no name of a header"),
        ('headers = { X = "a\\nb" }', "line break"),
        ('cookies = "nothing"', "as a browser sends them"),
        ('proxy = "socks5://127.0.0.1:9050"', "expected http://host:port"),
        ('proxy = "https://127.0.0.1:3128"', "expected http://host:port"),
        ('render = "firefox"', "'page' or 'browser'"),
        ('cookie = "a=b"', "unknown key"),
    ],
)
def test_what_does_not_fit_is_named(program: Program, outlet: str, said: str) -> None:
    program.configure({}, more=f'[outlets."news.example"]\n{outlet}')
    output = program.run("articles", expect=2)
    assert said in output
    assert "outlets" in output


def test_an_outlet_is_a_host(program: Program) -> None:
    program.configure({}, more='[outlets."https://news.example/"]\ncookies = "a=b"')
    assert "named by its host" in program.run("articles", expect=2)


def test_a_proxy_is_asked_for_the_outlets_pages_and_nothing_else(program: Program, newsroom: Newsroom) -> None:
    with Newsroom() as proxy:
        port = proxy.url.rpartition(":")[2]
        more = f'[outlets."news.invalid"]\nproxy = "http://desk:p%40ss@127.0.0.1:{port}"'
        program.configure({"courier": newsroom.feed_url("courier")}, more=more)
        program.run("articles", "add", "http://news.invalid/courier/lamp-shop")
        done = program.check()
        assert done["articles"]["failed"] == 0
        asked = proxy.requests("/courier/lamp-shop")[-1]
        assert asked.headers["Host"] == "news.invalid"
        assert asked.headers["Proxy-Authorization"] == "Basic ZGVzazpwQHNz"
        assert not proxy.requests("/courier/feed.rss")
        assert all("Proxy-Authorization" not in asked.headers for asked in newsroom.asked)


def test_a_private_address_is_not_asked_for_through_a_proxy_either(program: Program) -> None:
    with Newsroom() as proxy:
        port = proxy.url.rpartition(":")[2]
        program.configure({}, more=f'[outlets."10.0.0.7"]\nproxy = "http://127.0.0.1:{port}"')
        program.run("articles", "add", "http://10.0.0.7/courier/lamp-shop")
        program.check()
        assert proxy.asked == []


# In a real browser --------------------------------------------------------------------------------------------------

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
needs_chromium = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed")
IN_BROWSER = '[outlets."127.0.0.1"]\nrender = "browser"\ncookies = "session=s3cr3t"'
SHELL = """<!doctype html><html lang="en"><head><title>Courier</title>
<script src="/courier/app.js" defer></script><link rel="icon" href="/favicon.ico"></head>
<body><div id="app">Please switch on JavaScript.</div><img src="/courier/pixel.gif" alt="">
<iframe src="/courier/frame.html"></iframe></body></html>"""
SCRIPT = """
fetch("/courier/story.json").then(answer => answer.json()).then(story => {
  document.title = `${story.headline} | Courier`;
  const article = document.createElement("article");
  const heading = document.createElement("h1");
  heading.textContent = story.headline;
  article.append(heading, ...story.paragraphs.map(text => {
    const paragraph = document.createElement("p");
    paragraph.textContent = text;
    return paragraph;
  }));
  document.getElementById("app").replaceWith(article);
});
fetch("http://10.0.0.7/secret").catch(() => {});
navigator.sendBeacon("/courier/beacon", "x");
new WebSocket("ws://127.0.0.1:%PORT%/courier/socket");
window.setTimeout(() => { location.href = "/courier/elsewhere"; }, 50);
"""
FIRST = [
    "The Pegasus spyware was found on the telephone of a lock keeper who had asked about a bridge, a laboratory says.",
    "The lock keeper has since changed his number twice and now answers only letters that come by barge.",
    "NSO Group did not answer questions about the lock, the bridge or the barge before publication.",
]
SECOND = [
    *FIRST[:2],
    "In a statement sent after publication NSO Group said: “Our records hold no bridge and no barge.”",
]


def play(newsroom: Newsroom, paragraphs: list[str]) -> None:
    """A page that shows nothing without JavaScript."""
    story = json.dumps({"headline": "Spyware on a lock keeper's telephone", "paragraphs": paragraphs})
    port = newsroom.url.rpartition(":")[2]
    newsroom.pages = {
        "/courier/lock": Answer(200, SHELL.encode(), headers=(("ETag", '"shell"'),)),
        "/courier/app.js": Answer(200, SCRIPT.replace("%PORT%", port).encode(), "text/javascript"),
        "/courier/story.json": Answer(200, story.encode(), "application/json"),
        "/courier/elsewhere": Answer(200, b"<p>Somewhere else</p>"),
    }


@needs_chromium
def test_a_page_that_is_made_in_the_browser_is_read_and_its_edit_found(program: Program, newsroom: Newsroom) -> None:
    play(newsroom, FIRST)
    program.configure({}, more=IN_BROWSER)
    program.run("articles", "add", f"{newsroom.url}/courier/lock")
    assert program.check()["versions"] == 1
    assert "lock keeper" in program.json("articles")[0]["title"]

    play(newsroom, SECOND)
    assert program.check("--all")["changes"] == 1
    (change,) = program.json("changes")
    assert change["kinds"][0] == "statement"
    assert change["statements"][0]["speaker"] == "NSO Group"

    asked = {asked.path for asked in newsroom.asked}
    assert {"/courier/lock", "/courier/app.js", "/courier/story.json"} <= asked
    forbidden = {"/courier/pixel.gif", "/courier/frame.html", "/courier/elsewhere", "/courier/socket", "/favicon.ico"}
    assert not asked & forbidden, "what shows no text is not loaded, and the page leads nowhere else"
    assert not any(asked.conditional for asked in newsroom.asked)
    assert all(sent(newsroom, path)["Cookie"] == "session=s3cr3t" for path in ("/courier/lock", "/courier/story.json"))
    assert {asked.user_agent for asked in newsroom.asked} == {newsroom.asked[0].user_agent}
    assert newsroom.asked[0].user_agent.startswith("Addendum/")


@needs_chromium
def test_what_a_page_loads_counts_against_its_hosts_budget(program: Program, newsroom: Newsroom) -> None:
    play(newsroom, FIRST)
    program.configure({}, more=IN_BROWSER)
    program.run("articles", "add", f"{newsroom.url}/courier/lock")
    program.check()
    (host,) = [host for host in program.json("hosts") if host["host"] == "127.0.0.1"]
    assert host["asked"] == len(newsroom.asked)


@needs_chromium
def test_a_page_that_never_rests_is_an_error_and_holds_nothing_up(program: Program, newsroom: Newsroom) -> None:
    play(newsroom, FIRST)
    newsroom.pages["/courier/app.js"] = Answer(200, b"for (;;) {}", "text/javascript")
    program.configure({}, more=IN_BROWSER)
    program.run("articles", "add", f"{newsroom.url}/courier/lock", f"{newsroom.url}{ARTICLE}")
    done = program.check()
    assert done["articles"]["failed"] == 1
    assert done["versions"] == 1
    assert any("browser" in str(article["error"]) for article in program.json("articles"))


def test_a_browser_that_is_not_there_is_an_error_that_says_what_to_install(program: Program) -> None:
    program.configure({}, more=IN_BROWSER, crawl='browser = "/nowhere/chromium"\n')
    output = program.run("check", expect=2)
    assert "/nowhere/chromium" in output
    assert "install" in output
