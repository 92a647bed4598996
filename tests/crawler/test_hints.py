"""What feeds say of when to poll them, and of their hubs."""

import json
from datetime import timedelta

import pytest

from crawler.feeds import read_feed
from crawler.hints import Hints, fresh_for

URL = "https://news.example/feed"
HUB, OWN = "https://hub.example/", "https://news.example/all.xml"


def rss(channel: str) -> bytes:
    return (
        f'<?xml version="1.0"?><rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom"><channel>{channel}'
        "<item><title>t</title><link>https://news.example/a</link></item></channel></rss>"
    ).encode()


def hints(channel: str, **headers: str) -> Hints:
    return read_feed(rss(channel), URL, headers).hints


def test_ttl_and_hours_and_days_to_be_skipped() -> None:
    said = hints(
        "<ttl>45</ttl><skipHours><hour>2</hour><hour>24</hour><hour>x</hour></skipHours>"
        "<skipDays><day>Saturday</day><day>Someday</day></skipDays>"
    )
    assert said == Hints(timedelta(minutes=45), frozenset({2, 0}), frozenset({5}))


@pytest.mark.parametrize("ttl", ["", "-5", "soon", "1.5", "9" * 5000])
def test_an_odd_ttl_asks_for_nothing_unheard_of(ttl: str) -> None:
    assert hints(f"<ttl>{ttl}</ttl>").ttl <= timedelta(days=366)


def test_a_feed_that_would_have_every_hour_skipped_has_none() -> None:
    hours = "".join(f"<hour>{hour}</hour>" for hour in range(24))
    assert hints(f"<skipHours>{hours}</skipHours>").skip_hours == frozenset()


def test_a_hub_in_the_feed() -> None:
    links = f'<atom:link rel="hub" href="{HUB}"/><atom:link rel="self" href="{OWN}"/>'
    assert hints(links) == Hints(hub=HUB, topic=OWN)


def test_a_hub_in_the_header_comes_before_one_in_the_feed() -> None:
    links = '<atom:link rel="hub" href="https://other.example/"/>'
    said = hints(links, Link=f'<{HUB}>; rel="hub preconnect"; title="a, b", </own>; rel=self')
    assert said == Hints(hub=HUB, topic="https://news.example/own")


def test_without_an_address_of_its_own_the_feed_is_known_by_where_it_was_found() -> None:
    assert hints("", link=f"<{HUB}>; rel=hub") == Hints(hub=HUB, topic=URL)


@pytest.mark.parametrize("hub", ["javascript:alert(1)", "ftp://hub.example/", ""])
def test_what_is_no_web_address_is_no_hub(hub: str) -> None:
    assert hints(f'<atom:link rel="hub" href="{hub}"/>').hub in ("", URL)


def test_the_hubs_of_a_json_feed() -> None:
    body = {
        "items": [],
        "feed_url": OWN,
        "hubs": [{"type": "rssCloud", "url": "https://x"}, {"type": "WebSub", "url": HUB}],
    }
    assert read_feed(json.dumps(body).encode(), URL).hints == Hints(hub=HUB, topic=OWN)


@pytest.mark.parametrize(
    ("cache_control", "age", "seconds"),
    [
        ("public, max-age=600", "", 600),
        ("max-age=600", "250", 350),
        ("max-age=600", "900", 0),
        ('Max-Age="60"', "", 60),
        ("s-maxage=600", "", 0),
        ("max-age=600, no-cache", "", 0),
        ("no-store", "", 0),
        ("max-age=-1", "", 0),
        ("", "7", 0),
        ("max-age=600", "250" + " " * 9, 350),
        ("max-age=600", "2\x1d\x1d\x1d\x1d\x1d\x1d\x1d\x1d", 598),
        ("max-age=600", "9" * 5000, 0),
    ],
)
def test_how_long_an_answer_stays_fresh(cache_control: str, age: str, seconds: int) -> None:
    assert fresh_for(cache_control, age) == timedelta(seconds=seconds)
