"""What is new in a feed is pushed by its hub: the whole way, over real sockets."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.newsroom import Newsroom
from tests.newsroom.feeds import rss
from tests.newsroom.hub import Hub
from tests.program import Daemon, Program, as_every_service, wait_for

pytestmark = as_every_service

NEW = ("Pegasus spyware found on a lighthouse keeper's phone", "A lamp that went out")


@contextmanager
def watched(program: Program, newsroom: Newsroom, hub: Hub) -> Iterator[Daemon]:
    """The service watching one feed that names the hub, once it has polled it."""
    newsroom.feed_headers = (
        ("Link", f'<{hub.url}>; rel="hub", <{newsroom.feed_url("courier")}>; rel="self"'),
        ("Cache-Control", "max-age=3600"),
    )
    program.configure({"courier": newsroom.feed_url("courier")}, public="http://addendum.test")
    with program.daemon() as daemon:
        hub.reach = lambda address: address.replace("http://addendum.test", daemon.url)
        yield daemon


def feed_with(newsroom: Newsroom, path: str) -> bytes:
    return rss("courier", [(f"{newsroom.url}{path}", *NEW, "2021-07-20T10:00:00Z")]).encode()


def test_what_a_hub_pushes_is_followed_at_once(program: Program, newsroom: Newsroom) -> None:
    topic = newsroom.feed_url("courier")
    with Hub() as hub, watched(program, newsroom, hub):
        wait_for(lambda: topic in hub.confirmed)
        assert hub.asked[0]["hub.callback"].startswith("http://addendum.test/websub/")
        wait_for(lambda: len(program.json("articles")) == 2)
        assert hub.push(topic, feed_with(newsroom, "/courier/harbour-list-2")) == 202
        wait_for(lambda: newsroom.requests("/courier/harbour-list-2"))
        assert len(newsroom.requests("/courier/feed.rss")) == 1, "it is fresh for an hour"
        (feed,) = program.json("feeds", "list")
        assert feed["push"]["state"] == "active"
        assert feed["push"]["pushes"] == 1
        assert "fresh" in feed["next_poll_why"]


def test_what_is_not_signed_with_our_secret_is_not_believed(program: Program, newsroom: Newsroom) -> None:
    topic = newsroom.feed_url("courier")
    with Hub() as hub, watched(program, newsroom, hub) as daemon:
        wait_for(lambda: topic in hub.confirmed)
        assert hub.push(topic, feed_with(newsroom, "/courier/forged"), secret="guessed") == 202
        wait_for(lambda: "not signed with our secret" in daemon.log)
        assert hub.push(topic, feed_with(newsroom, "/courier/true")) == 202
        wait_for(lambda: newsroom.requests("/courier/true"))
        assert not newsroom.requests("/courier/forged")


def test_what_cannot_be_read_has_the_feed_polled(program: Program, newsroom: Newsroom) -> None:
    topic = newsroom.feed_url("courier")
    with Hub() as hub, watched(program, newsroom, hub):
        wait_for(lambda: topic in hub.confirmed)
        assert hub.push(topic, b"ping") == 202
        wait_for(lambda: len(newsroom.requests("/courier/feed.rss")) == 2)


def test_nobody_else_can_confirm_or_push(program: Program, newsroom: Newsroom) -> None:
    topic = newsroom.feed_url("courier")
    with Hub() as hub, watched(program, newsroom, hub):
        wait_for(lambda: topic in hub.confirmed)
        asked = hub.confirmed[topic]
        said = {"hub.mode": "subscribe", "hub.challenge": "x", "hub.lease_seconds": "60"}
        assert hub.get(asked, {**said, "hub.topic": "http://other.example/feed"})[0] == 404
        assert hub.get(asked, {**said, "hub.topic": topic, "hub.mode": "unsubscribe"})[0] == 404
        assert hub.get(asked, {"hub.mode": "subscribe", "hub.topic": topic, "hub.challenge": "x"})[0] == 400
        unknown = {**asked, "hub.callback": "http://addendum.test/websub/guessed"}
        assert hub.get(unknown, {**said, "hub.topic": topic})[0] == 404
        hub.confirmed["other"] = unknown
        assert hub.push("other", b"x") == 410


@pytest.mark.parametrize(("denies", "status", "reason"), [(True, 202, "not for you"), (False, 404, "no such topic")])
def test_a_hub_that_will_not_is_told_of_and_polling_goes_on(
    program: Program, newsroom: Newsroom, *, denies: bool, status: int, reason: str
) -> None:
    with Hub(denies=denies, status=status) as hub, watched(program, newsroom, hub):
        wait_for(lambda: hub.asked)
        wait_for(lambda: reason in str(program.json("feeds", "list")[0]["push"]["reason"]))
        (feed,) = program.json("feeds", "list")
        assert feed["push"]["lease_until"] is None
        assert feed["next_poll_at"]


def test_without_a_public_address_no_hub_is_asked(program: Program, newsroom: Newsroom) -> None:
    with Hub() as hub:
        newsroom.feed_headers = (("Link", f'<{hub.url}>; rel="hub"'),)
        program.configure({"courier": newsroom.feed_url("courier")}, public="")
        with program.daemon():
            wait_for(lambda: len(newsroom.requests("/courier/feed.rss")) >= 2)
        assert not hub.asked
        assert "web.public_url" in program.run("doctor")
