"""Knowing an unchanged page without reading it in full: never where reading it in full would find an edit."""

import gzip
import json
import random
from dataclasses import replace
from itertools import pairwise

import pytest

from bench import revision_pages
from bench.edits import edited
from bench.furniture import perturbed
from crawler.extract import Extracted, extract
from crawler.page import Page
from crawler.region import Region, learn, still_reads
from revisions.change import compare
from revisions.errors import ExtractionError
from revisions.seen import Seen, reconcile
from tests.crawler.test_extract import STAGES, URL, page
from tests.data import DATA, needs
from tests.newsroom.stories import STORIES, Stage, Story

KIND = "text/html; charset=utf-8"
ADDRESS = f"{URL}/courier/a"


def read(markup: bytes, url: str = ADDRESS) -> tuple[Page, Extracted] | None:
    page = Page(url, markup, KIND)
    try:
        return page, extract(page)
    except ExtractionError:
        return None


def region_of(page: Page, found: Extracted, before: Region | None = None) -> Region | None:
    return learn(page, found.home, found.shown, found.notices, before)


def hides(region: Region, before: Extracted, markup: bytes, url: str = ADDRESS) -> str:
    """What is hidden where the page is taken for unchanged; "" for nothing."""
    if not still_reads(region, Page(url, markup, KIND)):
        return ""
    now = read(markup, url)
    if now is None:
        return "there is no article any more"
    seen = Seen.unpack(before.seen.pack())
    change = compare(before.text, reconcile(before.text, now[1].text, seen, now[1].seen))
    dates = before.text.modified_at == now[1].text.modified_at
    return change.summary if change else "" if dates else "another date of modification"


@pytest.mark.parametrize(("story", "stage"), STAGES)
def test_an_unchanged_page_is_known_whatever_moves_around_its_article(story: Story, stage: Stage) -> None:
    first = page(story, stage)
    region = region_of(first, extract(first))
    assert region is not None
    known = [still_reads(region, page(story, stage, seed)) for seed in range(2, 22)]
    if not all(known):  # what moves was inside what was watched; it is not any more
        other = page(story, stage, 2 + known.index(False))
        region = region_of(other, extract(other), region)
        assert region is not None
        assert all(still_reads(region, page(story, stage, seed)) for seed in range(22, 42))


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.slug)
def test_no_stage_of_a_story_is_taken_for_another(story: Story) -> None:
    for at, stage in enumerate(story.stages):
        first = page(story, stage)
        found = extract(first)
        region = region_of(first, found)
        assert region is not None
        for number, later in enumerate(story.stages):
            markup = page(story, later, 7).body
            assert number == at or not hides(region, found, markup, first.url)


@pytest.mark.parametrize("seed", range(40))
def test_no_edit_of_a_page_is_hidden_among_furniture_that_moves(seed: int) -> None:
    chance = random.Random(seed)
    story = chance.choice(STORIES)
    markup = page(story, chance.choice(story.stages)).body
    first = read(perturbed(markup, chance))
    assert first is not None
    region = region_of(*first)
    assert region is not None
    for _ in range(12):
        now, kind = edited(markup, chance)
        assert not hides(region, first[1], perturbed(now, chance)), kind


@pytest.mark.slow
@needs("pages")
@pytest.mark.parametrize("part", range(4))
def test_no_edit_of_a_real_page_is_hidden_and_nearly_all_that_are_unchanged_are_known(part: int) -> None:
    known = asked = 0
    for number, file in enumerate(sorted((DATA / "pages").glob("*.html.gz"))[part::4]):
        chance = random.Random(number)
        markup = gzip.decompress(file.read_bytes())
        first = read(perturbed(markup, chance))
        region = region_of(*first) if first else None
        if first is None or region is None:
            continue
        for _ in range(2):
            asked += 1
            known += still_reads(region, Page(ADDRESS, perturbed(markup, chance), KIND))
        for _ in range(5):
            now, kind = edited(markup, chance)
            assert not hides(region, first[1], perturbed(now, chance)), (file.name, kind)
    assert known >= 0.9 * asked


@needs("recrawls")
def test_no_capture_of_a_real_page_is_taken_for_an_earlier_one_that_read_differently() -> None:
    index = json.loads((DATA / "recrawls" / "index.json").read_text("utf-8"))
    pairs = 0
    for captures in (row["captures"] for row in index):
        files = [gzip.decompress((DATA / "recrawls" / capture["file"]).read_bytes()) for capture in captures]
        for old, new in pairwise(files):
            first = read(old)
            region = region_of(*first) if first else None
            if first and region:
                assert not hides(region, first[1], new)
                pairs += 1
    assert pairs > 100


@pytest.mark.slow
@needs("revisions")
def test_no_real_edit_is_hidden() -> None:
    for revision in revision_pages.load(DATA / "revisions"):
        old, new = revision.pages
        first = read(old)
        region = region_of(*first) if first else None
        if first and region:
            assert not hides(region, first[1], new), (revision.commit, revision.path)


def a_region() -> tuple[Page, Region]:
    first = page(STORIES[0], STORIES[0].stages[0])
    region = region_of(first, extract(first))
    assert region is not None
    return first, region


def test_a_region_is_kept_as_bytes() -> None:
    _, region = a_region()
    assert Region.unpack(region.pack()) == region
    assert len(region.pack()) < 2000


def test_a_region_learned_by_another_way_of_reading_counts_for_nothing() -> None:
    _, region = a_region()
    assert Region.unpack(region.pack().replace(b"[1,", b"[0,", 1)) is None


def test_the_same_bytes_from_another_address_are_read_in_full() -> None:
    first, region = a_region()
    assert still_reads(region, first)
    assert not still_reads(region, replace(first, url=f"{URL}/"))


def test_a_notice_anywhere_on_the_page_has_it_read_in_full() -> None:
    first, region = a_region()
    notice = b"<p>Correction: an earlier version of this article gave a wrong figure.</p></body>"
    assert not still_reads(region, replace(first, body=first.body.replace(b"</body>", notice)))
    split = b"<p><b>Correction:</b> an <i>earlier</i> version of this article gave a wrong figure.</p></body>"
    assert not still_reads(region, replace(first, body=first.body.replace(b"</body>", split)))


def test_a_tag_that_is_no_name_has_the_page_read_in_full_and_ends_nothing() -> None:
    story = STORIES[0]
    markup = (
        page(story, story.stages[0])
        .body.replace(b"<main", b"<b<div class=x><main")
        .replace(b"<article", b"<o@p><article")
    )
    read_first = read(markup)
    assert read_first is not None
    region = region_of(*read_first)
    assert region is None or still_reads(region, Page(ADDRESS, markup, KIND))


def test_a_page_of_another_shape_is_read_in_full() -> None:
    first, region = a_region()
    assert not still_reads(region, replace(first, body=first.body.replace(b"<article", b"<section")))
    assert not still_reads(region, replace(first, body=b"<html><body></body></html>"))
    assert not still_reads(region, replace(first, body=b""))


def test_a_page_that_would_take_long_to_look_at_is_left_to_the_readers() -> None:
    first, region = a_region()
    many = b"".join(b"<p>Updated version %c%c</p>" % (97 + n % 26, 97 + n // 26) for n in range(100)) + b"</body>"
    assert not still_reads(region, replace(first, body=first.body.replace(b"</body>", many)))
    large = first.body.replace(b"</body>", b"<!--" + b"x" * 2_000_000 + b"--></body>")
    assert not still_reads(region, replace(first, body=large))
