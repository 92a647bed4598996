"""`make bench-month`: does the service's memory stay as it is? A month of its work, simulated.

The parts of the service do what is due at every ten minutes of thirty days: feeds are polled and articles visited over
real sockets, at a news site on loopback that publishes and edits, and changes are delivered. Only the clock is ours.
What the process holds is looked at at the end of every day. Takes some minutes; ADDENDUM_BENCH_DAYS for another
length, 15 or more.
"""

import asyncio
import gc
import io
import os
import random
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median

import psutil

from addendum import build
from addendum.config import Config
from addendum.configfile import load
from addendum.logs import set_up
from bench.report import Row, publish
from crawler import loop
from crawler.crawl import Crawl
from scheduler.hands import Hands
from scheduler.hosts import OwnHosts
from scheduler.turns import Standing, due_turns
from storage.captures import link_captures
from storage.database import Database, open_database
from storage.feeds import sync_feeds
from tests.newsroom import Newsroom, chrome
from tests.newsroom.feeds import rss
from tests.newsroom.server import Answer
from tests.newsroom.stories import Stage, Story
from tests.program import Program

DAYS = max(15, int(os.environ.get("ADDENDUM_BENCH_DAYS", "30")))
STEP = timedelta(minutes=10)
PUBLISHED = 3  # articles a day
EDITED = 4  # a day, of the younger ones
SETTLED = 5  # days, after which everything that is loaded once is
COMPARED = 5  # days at the beginning and at the end
PARAGRAPH = "The harbour office counted {} barges with Pegasus papers that day, and NSO Group said that it knew of {}."


@dataclass(frozen=True)
class Held:
    """What the process holds at the end of a day: bytes of memory, objects, open files."""

    memory: int
    objects: int
    files: int


class _Clock:
    def __init__(self) -> None:
        self.at = datetime.now(UTC)

    def now(self) -> datetime:
        return self.at

    def seconds(self) -> float:
        return self.at.timestamp()


class _Site:
    """A news site whose articles are published and edited, chosen by chance with a fixed seed."""

    def __init__(self, newsroom: Newsroom) -> None:
        self._newsroom = newsroom
        self._chance = random.Random(11)
        self._stories: list[Story] = []

    def live(self) -> None:
        """A day of it. What was asked of the site is its own memory, not the program's."""
        self._newsroom.asked.clear()
        for _ in range(PUBLISHED):
            self._stories.append(self._story(f"barges-{len(self._stories)}"))
            self._show(self._stories[-1])
        for story in self._chance.sample(self._stories[-20:], min(EDITED, len(self._stories))):
            self._show(self._story(story.slug))
        items = [(f"{self._newsroom.url}/courier/{s.slug}", s.stages[0].headline, "", "") for s in self._stories[-40:]]
        self._newsroom.pages["/courier/feed.rss"] = Answer(200, rss("courier", items).encode(), "application/rss+xml")

    def _story(self, slug: str) -> Story:
        count = self._chance.randrange
        paragraphs = tuple(PARAGRAPH.format(count(1000), count(1000)) for _ in range(12))
        return Story(slug, "courier", (Stage(f"Pegasus papers, {slug}", paragraphs, byline="Ines Okafor"),))

    def _show(self, story: Story) -> None:
        page = chrome.page(story, story.stages[0], self._newsroom.url, self._chance)
        self._newsroom.pages[f"/courier/{story.slug}"] = Answer(200, page.encode())


def main() -> int:
    with tempfile.TemporaryDirectory() as folder, Newsroom() as newsroom:
        program = Program(Path(folder))
        output = '[[channels]]\nname = "out"\ntype = "stdout"\n'
        program.configure({"courier": newsroom.feed_url("courier")}, output, revisit='min = "2m"\nfeed_min = "1m"')
        config = load(str(program.config))
        set_up("error")
        database = open_database(config.service.database)
        try:
            sync_feeds(database, build.feed_specs(config))
            held, visits = loop.run(_month(config, database, _Site(newsroom)))
        finally:
            database.close()
    publish("month", _rows(held, visits))
    return 0


async def _month(config: Config, database: Database, site: _Site) -> tuple[list[Held], int]:
    clock, held = _Clock(), []
    async with Crawl(build.crawl_settings(config)) as crawl:
        crawl.politeness._clock = clock.seconds
        work = build.work(config, crawl, database)
        work._now = clock.now
        hosts = OwnHosts(database, crawl.politeness)
        deliverer = build.deliverer(config, database, "http://addendum.test", output=_Nowhere())
        upkeep = build.upkeep(config, database)
        upkeep.now = clock.now
        hands = Hands(database, work, deliverer, hosts, now=clock.now)
        for day in range(DAYS):
            site.live()
            for _ in range(timedelta(days=1) // STEP):
                clock.at += STEP
                for turn in due_turns(database, clock.at, Standing(room=32), ["out"]):
                    await hands.do(turn)
                await asyncio.to_thread(link_captures, database)
                await hosts.keep()
            await upkeep.look()
            held.append(_held())
            print(
                f"day {day + 1}: {held[-1].memory / 1e6:.0f} MB, {hands.tally.articles['visited']} visits", flush=True
            )
    return held, hands.tally.articles["visited"]


class _Nowhere(io.StringIO):
    def write(self, text: str) -> int:
        return len(text)


def _held() -> Held:
    gc.collect()
    process = psutil.Process()
    memory = process.memory_info().rss
    return Held(memory, len(gc.get_objects()), process.num_fds())


def _rows(held: list[Held], visits: int) -> list[Row]:
    """The last days against the first ones that are settled."""
    first, last = held[SETTLED : SETTLED + COMPARED], held[-COMPARED:]

    def grown(measure: str) -> float:
        after, before = (median(float(getattr(h, measure)) for h in days) for days in (last, first))
        return round(after / before, 3)

    return [
        Row("visits", visits, 1000, "higher", "visits"),
        Row("memory, last days ÷ first settled ones", grown("memory"), 1.05, "lower", "ratio"),
        Row("objects, the same", grown("objects"), 1.02, "lower", "ratio"),
        Row("open files, the same", grown("files"), 1.0, "lower", "ratio"),
        Row("memory at the end", round(held[-1].memory / 1e6), 250, "lower", "MB"),
    ]


if __name__ == "__main__":
    raise SystemExit(main())
