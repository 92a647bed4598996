"""The real pages over the newsroom's record, in a real browser: as people use them, and as they are set upon."""

import json
import re
import shutil
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

from storage.database import open_database
from tests.program import Program
from tests.storage.asked import follow, visit
from tests.web.hostile import hostile_record
from tests.web.newsroom_record import served
from tests.web.test_pages import PAGES

CHROMIUM = shutil.which("chromium")
pytestmark = [pytest.mark.slow, pytest.mark.skipif(not CHROMIUM, reason="Chromium is not installed")]

ARGUMENTS = [
    *("--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync"),
]
LOOKED_AT = [
    "/",
    "/?kind=statement",
    "/statements",
    "/statements/1",
    "/articles",
    "/articles/LIST",
    "/articles/LIST/versions/2",
    "/articles/LIST/diff/1..2",
    "/articles/LIST/diff/1..2?view=side",
    "/search?q=list",
    "/outlets",
    "/feeds",
    "/api/docs",
    "/nothing-here",
]
DESK, PHONE = {"width": 1200, "height": 900}, {"width": 360, "height": 740}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield running
        running.close()


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with served(tmp_path_factory.mktemp("newsroom")) as daemon:
        yield daemon.url


@pytest.fixture(scope="module")
def at(address: str) -> Callable[[str], str]:
    """A path with the number of the article about the list in the place of LIST."""
    with urllib.request.urlopen(f"{address}/api/v1/articles") as answer:
        (number,) = [a["id"] for a in json.load(answer) if a["url"].endswith("/harbour-list")]
    return lambda path: path.replace("LIST", str(number))


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    """Without JavaScript, as the pages are meant to work."""
    context = browser.new_context(base_url=address, viewport=DESK, java_script_enabled=False)  # type: ignore[arg-type]
    yield context.new_page()
    context.close()


def test_from_a_filter_to_a_paragraph_of_one_difference(page: Page, at: Callable[[str], str]) -> None:
    page.goto("/")
    assert page.locator("article.change").count() == 6
    page.get_by_label("Kind").select_option("statement")
    page.get_by_role("button", name="Show").click()
    assert "kind=statement" in page.url
    (change,) = page.locator("article.change").all()
    assert "NSO Group comment added" in change.inner_text()

    change.get_by_role("link").first.click()
    assert re.search(r"/articles/\d+/diff/1\.\.2$", page.url)
    added = page.locator("ins", has_text="a telephone book")
    assert added.is_visible()
    assert page.get_by_text("NSO Group statement added").is_visible()
    assert page.get_by_text("update notice added").first.is_visible()

    paragraph = page.locator(".line", has=page.locator("ins", has_text="a telephone book"))
    paragraph.get_by_role("link", name="Link to this paragraph").click()
    anchor = page.url.split("#")[1]
    page.goto("/statements")
    page.goto(at(f"/articles/LIST/diff/1..2#{anchor}"))
    assert page.locator(".line:target").inner_text().count("a telephone book") == 1
    page.get_by_role("link", name="side by side").click()
    assert page.locator(".side").count() > 4
    page.get_by_role("link", name="changes only").click()
    assert page.locator(".line.equal").count() == 0


def test_search_leads_to_what_was_said_and_when_it_went(page: Page) -> None:
    page.goto("/search")
    page.get_by_label("Words").fill('"did not respond"')
    page.get_by_role("button", name="Search").click()
    (hit,) = page.locator("article.hit").all()
    assert hit.locator("mark").all_inner_texts() == ["did not respond"]
    assert "no longer since" in hit.inner_text()
    hit.get_by_role("link", name="version 1").first.click()
    assert "NSO Group did not respond" in page.locator("article.text").inner_text()
    page.get_by_role("link", name="what changed next").click()
    assert page.locator("del", has_text="did not respond").is_visible()
    page.go_back()
    page.go_back()
    assert page.get_by_label("Words").input_value() == '"did not respond"'


def test_the_ledger_of_a_speaker(page: Page) -> None:
    page.goto("/statements")
    page.get_by_label("Speaker").fill("nso group")
    page.get_by_role("button", name="Show").click()
    told = [article.inner_text() for article in page.locator("article.statement").all()]
    assert any("a telephone book" in text and "still there" in text for text in told)
    assert any("says nothing" in text and "withdrawn" in text for text in told)
    page.get_by_role("link", name="Link to this statement").first.click()
    assert page.get_by_role("heading", name="How it was worded").is_visible()


def test_lists_go_on_and_back(browser: Browser, tmp_path: Path) -> None:
    with _many(tmp_path) as url:
        context = browser.new_context(base_url=url, java_script_enabled=False)
        page = context.new_page()
        page.goto("/")
        first = page.locator("article.change h2").all_inner_texts()
        page.get_by_role("link", name="Older").click()
        second = page.locator("article.change h2").all_inner_texts()
        assert len(first) == 50
        assert not set(first) & set(second)
        page.get_by_role("link", name="Newer").click()
        assert page.locator("article.change h2").all_inner_texts() == first
        context.close()


def test_with_the_keyboard_alone(page: Page) -> None:
    page.goto("/")
    page.keyboard.press("Tab")
    assert page.locator(":focus").inner_text() == "Skip to the content"
    assert page.locator(".skip").bounding_box()["x"] >= 0, "it is seen when it has the focus"  # type: ignore[index]
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    for _ in range(20):  # the fields of the form, and its button
        if page.locator(":focus").inner_text() == "Show":
            break
        page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    title = page.locator(":focus").inner_text()
    assert title == page.locator("article.change h2 a").first.inner_text()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/articles/"))
    assert page.locator("h1").inner_text() == title


@pytest.mark.parametrize("path", LOOKED_AT)
def test_nothing_is_wider_than_a_phone(browser: Browser, address: str, at: Callable[[str], str], path: str) -> None:
    context = browser.new_context(base_url=address, viewport=PHONE)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(at(path))
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", LOOKED_AT)
def test_axe_finds_no_serious_issue(
    browser: Browser, address: str, at: Callable[[str], str], path: str, scheme: str
) -> None:
    # What axe-core adds to the page is a script, which our policy forbids: it is let through for the test alone.
    context = browser.new_context(base_url=address, color_scheme=scheme, bypass_csp=True)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(at(path))
    found = Axe().run(page).response["violations"]
    serious = [
        f"{issue['id']}: {issue['nodes'][0]['html'][:200]}"
        for issue in found
        if issue["impact"] in ("serious", "critical")
    ]
    assert serious == []
    context.close()


@pytest.mark.parametrize("path", PAGES)
def test_hostile_text_runs_nothing_and_breaks_out_of_nothing(browser: Browser, hostile: str, path: str) -> None:
    context = browser.new_context(base_url=hostile, viewport=PHONE)  # type: ignore[arg-type]
    page = context.new_page()
    troubles: list[str] = []
    page.on("dialog", lambda dialog: troubles.append(f"dialog {dialog.message}"))
    page.on("pageerror", lambda error: troubles.append(f"error {error}"))
    page.on("request", lambda asked: troubles.append(asked.url) if not asked.url.startswith(hostile) else None)
    page.on("console", lambda said: troubles.append(said.text) if "Content Security Policy" in said.text else None)
    page.goto(path)
    page.wait_for_load_state("networkidle")
    assert troubles == []
    assert "pwned" not in page.title().split("<")[0]
    assert page.locator("script, iframe, img, object, embed, main main, main h1 + h1").count() == 0
    assert page.locator("main").count() == 1
    if not path.startswith("/embed"):
        assert (
            page.evaluate(
                "document.querySelector('header nav').compareDocumentPosition(document.querySelector('main'))"
            )
            == 4
        )
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
        assert page.locator("nav a").first.inner_text() == "Changes", "nothing turned the page around"
    context.close()


@contextmanager
def _many(home: Path) -> Iterator[str]:
    """A record with sixty changes, served."""
    program = Program(home)
    program.configure({}, public="")
    database = open_database(program.database)
    follow(database, *(f"courier.example/{number}" for number in range(60)))
    for number in range(1, 61):
        visit(database, number / 10, number, [f"Inspector {number} stands on a list of telephone numbers."])
        visit(database, 10 + number / 10, number, [f"Inspector {number} no longer stands on any list at all."])
    database.close()
    with program.serving() as daemon:
        yield daemon.url


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    home = tmp_path_factory.mktemp("hostile")
    with hostile_record(home):
        pass
    program = Program(home)
    program.configure({}, public="")
    with program.serving() as daemon:
        yield daemon.url


def test_insertions_and_deletions_are_announced(browser: Browser, address: str, at: Callable[[str], str]) -> None:
    """What a screen reader is given: the marks around each edit, and a name for every remark and link."""
    context = browser.new_context(base_url=address)
    page = context.new_page()
    page.goto(at("/articles/LIST/diff/1..2"))
    told = page.locator("article.diff").aria_snapshot()
    assert "deletion" in told
    assert "insertion" in told
    marks = "getComputedStyle(document.querySelector('{}'), '::before').content"
    assert "added" in page.evaluate(marks.format("ins"))
    assert "taken out" in page.evaluate(marks.format("del"))
    assert 'link "Link to this paragraph"' in told
    context.close()


def test_printed_it_is_the_text_without_the_controls(browser: Browser, address: str, at: Callable[[str], str]) -> None:
    context = browser.new_context(base_url=address)
    page = context.new_page()
    page.goto(at("/articles/LIST/diff/1..2"))
    page.emulate_media(media="print")
    assert not page.locator("header").is_visible()
    assert not page.locator(".views").is_visible()
    assert page.locator("ins").first.is_visible()
    assert "underline" in page.locator("ins").first.evaluate("e => getComputedStyle(e).textDecorationLine")
    assert "line-through" in page.locator("del").first.evaluate("e => getComputedStyle(e).textDecorationLine")
    context.close()


def test_a_difference_is_drawn_as_a_picture(browser: Browser, address: str, at: Callable[[str], str]) -> None:
    context = browser.new_context(base_url=address)
    told = context.request.get(at(f"/oembed?url={address}/articles/LIST/diff/1..2")).json()
    drawn = context.request.get(told["thumbnail_url"])
    assert drawn.status == 200
    assert drawn.headers["content-type"] == "image/png"
    assert drawn.body().startswith(b"\x89PNG")
    assert (int.from_bytes(drawn.body()[16:20], "big"), int.from_bytes(drawn.body()[20:24], "big")) == (1200, 630)
    page = context.new_page()
    page.route(f"{address}/embedder", lambda route: route.fulfill(body=told["html"], content_type="text/html"))
    page.goto("/embedder")
    frame = page.frame_locator("iframe")
    frame.locator("ins", has_text="a telephone book").wait_for()
    context.close()
