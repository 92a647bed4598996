"""How many requests are under way to a host, as the host sees it."""

from itertools import pairwise

import pytest

from crawler.download import AT_ONCE
from tests.newsroom import Fault, Newsroom
from tests.newsroom.feeds import rss
from tests.newsroom.server import Answer
from tests.program import Program


@pytest.fixture
def busy(newsroom: Newsroom) -> Newsroom:
    """A feed with twelve articles that take their time to answer."""
    paths = [f"/courier/part-{number}" for number in range(12)]
    items = [(newsroom.url + path, "NSO and Pegasus", "", "2021-07-18T16:00:00Z") for path in paths]
    newsroom.pages["/parts"] = Answer(200, rss("parts", items).encode(), "application/rss+xml")
    story = newsroom.answer("/courier/harbour-list", "")
    for number, path in enumerate(paths):
        newsroom.pages[path] = Answer(200, story.body.replace(b"harbour", f"harbour {number}".encode()))
        newsroom.misbehave(path, Fault.SLOW, 0.15)
    return newsroom


def test_a_host_nobody_wants_a_delay_for_has_a_few_requests_at_once_over_as_many_connections(
    program: Program, busy: Newsroom
) -> None:
    program.configure({"parts": f"{busy.url}/parts"})
    assert program.check()["articles"] == {"discovered": 12, "visited": 12, "not_modified": 0, "failed": 0}
    assert 1 < busy.most_at_once <= AT_ONCE


def test_a_host_that_asks_for_a_delay_has_one_request_at_a_time(program: Program, busy: Newsroom) -> None:
    busy.robots = "User-agent: *\nCrawl-delay: 0.1\n"
    program.configure({"parts": f"{busy.url}/parts"})
    assert program.check()["articles"]["failed"] == 0
    assert busy.most_at_once == 1
    at = [asked.at for asked in busy.asked if asked.path.startswith("/courier/part-")]
    assert min(later - earlier for earlier, later in pairwise(at)) >= 0.15 + 0.1
