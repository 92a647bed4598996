"""Pages are read in processes of their own, which may die, hang or rest without anything else noticing."""

import asyncio
import os
import signal
from collections.abc import Callable, Coroutine
from datetime import timedelta
from typing import Any

import psutil
import pytest

from crawler.page import Page
from crawler.reader import MOST_MEMORY
from crawler.readers import SMALL_FEED, Readers, Unreadable
from crawler.reading import Reading, Unread
from revisions.errors import FeedError
from revisions.topic import Speaker
from tests.crawler.test_extract import page
from tests.newsroom.stories import STORIES

SPEAKERS = (Speaker("NSO Group", ("NSO",), ""),)
ARTICLE = page(STORIES[0], STORIES[0].stages[1])
LONG = Page(ARTICLE.url, b"<html><body>" + b"<div><p>a b c d e f g h i j" * 60_000 + b"</body></html>", "text/html")
Use = Callable[[Readers], Coroutine[Any, Any, None]]


def run(readers: Callable[[], Readers], use: Use) -> None:
    async def main() -> None:
        opened = readers()
        try:
            await use(opened)
        finally:
            await opened.close()

    asyncio.run(main())


def of_ours() -> list[psutil.Process]:
    found = psutil.Process().children(recursive=True)
    return [child for child in found if "resource_tracker" not in " ".join(child.cmdline())]


async def until(holds: Callable[[], bool]) -> None:
    for _ in range(600):
        if holds():
            return
        await asyncio.sleep(0.05)
    raise AssertionError("it did not happen in time")


@pytest.mark.parametrize("count", [0, 2])
def test_a_page_reads_the_same_in_whatever_process(count: int) -> None:
    async def use(readers: Readers) -> None:
        readings = await asyncio.gather(*(readers.read(ARTICLE, ARTICLE.url) for _ in range(5)))
        assert len({reading.text.sha256 for reading in readings if isinstance(reading, Reading)}) == 1
        for reading in readings:
            assert isinstance(reading, Reading)
            assert reading.text.headline == STORIES[0].stages[1].headline
            assert reading.region
            assert {said.speaker for said in reading.said} >= {"NSO Group"}
        unread = await readers.read(Page(ARTICLE.url, b"<html></html>", "text/html"), ARTICLE.url)
        assert unread == Unread("the page is empty")

    run(lambda: Readers(count, SPEAKERS), use)


def test_a_process_that_dies_costs_its_page_alone() -> None:
    async def use(readers: Readers) -> None:
        assert isinstance(await readers.read(ARTICLE, ARTICLE.url), Reading)
        reading = asyncio.ensure_future(readers.read(LONG, LONG.url))
        await asyncio.sleep(0.3)
        for child in of_ours():
            os.kill(child.pid, signal.SIGKILL)
        lost = await reading
        assert isinstance(lost, Unread)
        assert "ended the process" in lost.reason
        assert isinstance(await readers.read(ARTICLE, ARTICLE.url), Reading)

    run(lambda: Readers(1, SPEAKERS), use)


def test_a_page_that_takes_too_long_is_left_alone() -> None:
    async def use(readers: Readers) -> None:
        slow = await readers.read(LONG, LONG.url)
        assert isinstance(slow, Unread)
        assert "took more than" in slow.reason
        readers.longest = timedelta(seconds=60)
        assert isinstance(await readers.read(ARTICLE, ARTICLE.url), Reading)

    run(lambda: Readers(1, SPEAKERS, longest=timedelta(seconds=1)), use)


def test_processes_end_when_there_is_nothing_to_read_and_begin_anew() -> None:
    async def use(readers: Readers) -> None:
        before = {child.pid for child in of_ours()}
        assert isinstance(await readers.read(ARTICLE, ARTICLE.url), Reading)
        assert {child.pid for child in of_ours()} - before
        await until(lambda: not {child.pid for child in of_ours()} - before)
        assert isinstance(await readers.read(ARTICLE, ARTICLE.url), Reading)

    run(lambda: Readers(1, SPEAKERS, idle=0.2), use)


ITEMS = "".join(f"<item><link>https://news.example/{n}</link></item>" for n in range(6_000))
LARGE_FEED = f'<?xml version="1.0"?><rss version="2.0"><channel>{ITEMS}</channel></rss>'.encode()


@pytest.mark.parametrize("count", [0, 1])
def test_a_large_feed_reads_the_same_in_whatever_process(count: int) -> None:
    assert len(LARGE_FEED) > SMALL_FEED

    async def use(readers: Readers) -> None:
        feed = await readers.read_feed(LARGE_FEED, "https://news.example/feed", {})
        assert len(feed.entries) == 6_000
        with pytest.raises(FeedError, match="this is not a feed") as raised:
            await readers.read_feed(b"<p>No feed." + b" " * SMALL_FEED, "https://news.example/feed", {})
        assert raised.value.about == "https://news.example/feed"

    run(lambda: Readers(count), use)


def test_a_large_feed_that_takes_too_long_is_left_alone() -> None:
    async def use(readers: Readers) -> None:
        with pytest.raises(FeedError, match=r"took more than 0 s"):
            await readers.read_feed(LARGE_FEED, "https://news.example/feed", {})

    run(lambda: Readers(1, longest=timedelta(seconds=0.3)), use)


def test_a_reader_has_only_so_much_memory() -> None:
    async def use(readers: Readers) -> None:
        with pytest.raises(Unreadable, match="bytes of memory"):
            await readers._elsewhere("https://news.example/", bytearray, 2 * MOST_MEMORY)

    run(lambda: Readers(1), use)
