"""The newsroom's record, made by the program itself: every story played through, as the pages show it."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.newsroom import Newsroom
from tests.newsroom.demo import FEEDS, HAPPENS
from tests.program import Daemon, Program


@contextmanager
def served(home: Path, url: str = "", web: str = "") -> Iterator[Daemon]:
    """The pages over that record."""
    with Newsroom() as newsroom:
        program = Program(home, url)
        feeds = {name: newsroom.feed_url(outlet, form) for name, (outlet, form) in FEEDS.items()}
        program.configure(feeds)
        text = program.config.read_text("utf-8").replace('public_url = "http://addendum.test"', web)
        program.config.write_text(text, "utf-8")
        program.check()
        for slug, _ in HAPPENS:
            time.sleep(1.0)  # the program's clock has whole seconds, and no article is visited twice within one
            newsroom.advance(slug)
            program.check("--all")
        with program.serving() as daemon:
            yield daemon
