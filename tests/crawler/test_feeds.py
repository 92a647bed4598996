"""Feeds of every kind, and what is none."""

import json
from datetime import UTC, datetime

import pytest

from crawler.feeds import read_feed
from revisions.errors import FeedError
from tests.newsroom.feeds import FORMATS, Entry

URL = "https://news.example/feed"
ITEMS: list[Entry] = [
    ("https://news.example/a?utm_source=rss", "A <b>& B", "About a list", "2021-07-18T16:00:00Z"),
    ("https://news.example/b", "Second", "", "2021-07-19T08:00:00Z"),
]


@pytest.mark.parametrize("form", FORMATS)
def test_every_kind_of_feed_yields_its_entries(form: str) -> None:
    write, kind = FORMATS[form]
    feed = read_feed(write("courier", ITEMS).encode(), URL, {"Content-Type": kind})
    assert [entry.url for entry in feed.entries] == ["https://news.example/a", "https://news.example/b"]
    assert feed.entries[0].title.startswith("A ")
    assert feed.problem == ""
    if form != "feed.rss":
        assert feed.entries[1].published_at == datetime(2021, 7, 19, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "the answer is empty"),
        (b"   ", "the answer is empty"),
        (b"<html><body><p>Hello</p></body></html>", "this is not a feed"),
        (b'{"items": 3}', "this is not a feed"),
        (b'{"items": [', "the JSON cannot be read"),
        (
            b'<?xml version="1.0"?><sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"/>',
            "index of sitemaps",
        ),
    ],
)
def test_what_is_no_feed_is_refused_with_the_reason(body: bytes, reason: str) -> None:
    with pytest.raises(FeedError, match=reason):
        read_feed(body, URL)


def test_feed_without_usable_entries_says_so() -> None:
    empty = b'<rss version="2.0"><channel><title>x</title></channel></rss>'
    nameless = b'<rss version="2.0"><channel><title>x</title><item><title>t</title></item></channel></rss>'
    assert read_feed(empty, URL).problem == "the feed holds no entries"
    assert read_feed(nameless, URL).problem == "none of its 1 entries names the address of an article"


@pytest.mark.parametrize("odd", ["&#0;", "\x00", "&#xD800;"])
def test_what_is_no_character_in_a_title_is_no_reason_not_to_record_it(odd: str) -> None:
    """PostgreSQL keeps no U+0000, and half of a surrogate pair is nothing to write."""
    body = f"<rss version='2.0'><channel><item><title>Pega{odd}sus</title><link>https://n.example/a</link></item></channel></rss>"
    for entry in read_feed(body.encode(), URL).entries:
        assert "\x00" not in entry.title
        entry.title.encode()


def test_entities_neither_expand_nor_reach_outside() -> None:
    bomb = (
        b'<!DOCTYPE rss [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;"><!ENTITY c SYSTEM "file:///etc/passwd">]>'
        b"<rss version='2.0'><channel><title>x</title><item><title>&b;&c;</title><link>https://n.example/a</link></item>"
        b"</channel></rss>"
    )
    title = read_feed(bomb, URL).entries[0].title
    assert "root:" not in title
    assert "aaaa" not in title


def test_json_feed_items_of_the_wrong_shape_are_passed_over() -> None:
    items = [None, 3, {}, {"url": 5}, {"url": "https://n.example/a", "title": None, "date_published": "never"}]
    feed = read_feed(json.dumps({"items": items}).encode(), URL)
    assert [entry.url for entry in feed.entries] == ["https://n.example/a"]
