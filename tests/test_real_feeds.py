"""Real feeds, most of them odd or broken on purpose: none crashes the pass, each yields entries or says why not."""

import pytest

from tests.data import DATA, feed_files, needs
from tests.newsroom import Newsroom
from tests.newsroom.server import Answer
from tests.program import Program


@pytest.mark.slow
@needs("feeds")
def test_every_feed_yields_entries_or_is_reported_with_its_reason(program: Program, newsroom: Newsroom) -> None:
    feeds = {}
    for path in feed_files():
        name = str(path.relative_to(DATA / "feeds"))
        newsroom.pages[f"/feeds/{name}"] = Answer(200, path.read_bytes(), "application/xml")
        feeds[name] = f"{newsroom.url}/feeds/{name}"
    program.configure(feeds)

    result = program.check()

    assert result["feeds"]["polled"] == len(feeds)
    listed = program.json("feeds", "list")
    assert len(listed) == len(feeds)
    broken = [feed for feed in listed if feed["status"] == "broken"]
    assert result["feeds"]["failed"] == len(broken)
    assert all(feed["error"] for feed in broken)
    assert all(feed["kind"] for feed in listed if feed["status"] == "ok")
