"""Real pages: nothing is seen where nothing changed, every edit is seen where one was made."""

from collections.abc import Iterator
from itertools import combinations, islice

import pytest
from lxml import html

from bench import revision_pages
from bench.reading import read
from bench.real_pages import RealPage, real_pages
from crawler.page import Page
from revisions.change import compare
from revisions.copies import COPY, likeness
from revisions.errors import ExtractionError
from revisions.render import as_text
from revisions.seen import Seen, reconcile
from revisions.words import fold, sentences
from tests.data import DATA, needs
from tests.newsroom import Newsroom
from tests.newsroom.feeds import rss
from tests.newsroom.server import Answer
from tests.program import Program

NEW_SENTENCE = " A spokesman for the region later said that the figure had been revised twice since then."


class EditablePage:
    """A real page as a tree in which sentences of its article can be added and removed."""

    def __init__(self, page: RealPage) -> None:
        self.page = page
        self.tree = Page(page.url, page.html, "text/html").tree()
        self._body = fold(page.article_body)

    def add_sentence(self) -> None:
        """After the longest stretch of the article that ends with a full stop."""
        element, attribute, text = max(
            self._article_texts(), key=lambda found: (found[2].rstrip()[-1] in ".。", len(found[2]))
        )
        setattr(element, attribute, text.rstrip() + NEW_SENTENCE + " ")

    def remove_sentence(self) -> None:
        """One of several sentences of a stretch, or a short stretch's last half."""
        element, attribute, text = max(
            self._article_texts(), key=lambda found: (min(3, len(sentences(found[2]))), len(found[2]))
        )
        parts = sentences(text)
        kept = " ".join([parts[0], *parts[2:]]) if len(parts) > 1 else text[: len(text) // 2]
        setattr(element, attribute, kept)

    def _article_texts(self) -> list[tuple[html.HtmlElement, str, str]]:
        found = [
            (element, attribute, text)
            for element in self.tree.find("body").iter()
            if isinstance(element.tag, str) and element.tag not in ("script", "style", "noscript", "title", "textarea")
            if not any("display:none" in e.get("style", "") for e in (element, *element.iterancestors()))
            for attribute in ("text", "tail")
            if (text := getattr(element, attribute)) and len(text.strip()) >= 40 and fold(text) in self._body
        ]
        assert found, f"no text of the article found in {self.page.url}"
        return [row for row in found if NEW_SENTENCE not in row[2]] or found

    @property
    def bytes(self) -> bytes:
        return bytes(html.tostring(self.tree, encoding="utf-8"))


@pytest.fixture
def pages() -> list[EditablePage]:
    return [EditablePage(page) for page in real_pages(DATA / "pages")]


@pytest.fixture
def site(newsroom: Newsroom, pages: list[EditablePage]) -> Iterator[Newsroom]:
    items = [(f"{newsroom.url}/real/{p.page.name}", p.page.name, "", "2021-07-18T16:00:00Z") for p in pages]
    newsroom.pages["/real/feed"] = Answer(200, rss("real", items).encode(), "application/rss+xml")
    serve(newsroom, pages)
    return newsroom


def serve(newsroom: Newsroom, pages: list[EditablePage]) -> None:
    for page in pages:
        newsroom.pages[f"/real/{page.page.name}"] = Answer(200, page.bytes)


@pytest.mark.slow
@needs("pages")
def test_real_pages_change_when_a_sentence_comes_or_goes_and_at_no_other_time(
    program: Program, site: Newsroom, pages: list[EditablePage]
) -> None:
    feed = f'[[feeds]]\nname = "real"\nurl = "{site.url}/real/feed"\nrelevant = "all"\n'
    program.configure({}, more=feed)
    for number in range(5):
        result = program.check("--all")
        assert result["articles"]["visited"] == len(pages)
        assert result["articles"]["failed"] == 0
        assert result["versions"] == (len(pages) if number == 0 else 0)

    for page in pages:
        page.add_sentence()
    serve(site, pages)
    added = program.check("--all")
    for page in pages:
        page.remove_sentence()
    serve(site, pages)
    removed = program.check("--all")

    unchanged = {a["url"].rsplit("/", 1)[1]: a["versions"] for a in program.json("articles") if a["versions"] != 3}
    assert unchanged == {}
    assert (added["changes"], removed["changes"]) == (len(pages), len(pages))


@pytest.mark.slow
@needs("revisions")
def test_every_change_of_a_real_text_has_words_to_show() -> None:
    shown = []
    for revision in islice(revision_pages.load(DATA / "revisions"), 0, None, 4):
        try:
            old, new = (read("http://harbour.example/post", page) for page in revision.pages)
        except ExtractionError:
            continue  # a post that is a list of links
        text = reconcile(old.text, new.text, Seen.unpack(old.seen.pack()), new.seen)
        if compare(old.text, text):
            shown.append(as_text(old.text, text))
    assert len(shown) > 100
    assert all(shown), "an alert about such a change would have an empty difference"


@needs("pages")
def test_no_two_real_pages_are_taken_for_copies_and_each_is_one_of_itself() -> None:
    texts = [read(page.url, page.html).text for page in real_pages(DATA / "pages")]
    assert [(a.headline, b.headline) for a, b in combinations(texts, 2) if likeness(a, b) >= COPY] == []
    long = [text for text in texts if text.words > 150]
    assert len(long) > 60
    assert [text.headline for text in long if likeness(text, text) < COPY] == []
