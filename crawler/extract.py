"""From a page to the article's text.

trafilatura finds the body; our own pass takes furniture out before, gives paragraphs their roles after, and brings
back the notices it drops at the head and foot of an article.
"""

import logging
from collections.abc import Iterator
from dataclasses import dataclass

import trafilatura
from lxml import etree, html

from crawler.furniture import block_lines, is_furniture, remove_furniture, remove_machinery
from crawler.metadata import Metadata, read_metadata
from crawler.page import Page
from crawler.urls import trusted_canonical
from crawler.walls import asks_for_money, wall
from revisions.errors import ExtractionError
from revisions.notices import recognise
from revisions.text import Paragraph, Role, Text
from revisions.words import count_words, fold

logging.getLogger("trafilatura").setLevel(logging.CRITICAL)  # its complaints reach the user as ExtractionError

_BREAK = "\ue000"  # stands in for a line break while white space is folded
MANY_BLOCKS = 20  # blocks of the page that one paragraph cannot hold
_INLINE = frozenset({"hi", "ref", "del", "lb", "code", "graphic"})
_ROLES = {"head": Role.HEADING, "quote": Role.QUOTE, "item": Role.LIST, "figdesc": Role.CAPTION}


class Wall(ExtractionError):
    """The page stands in front of the article: consent, paywall, captcha, …"""


@dataclass(frozen=True)
class Extracted:
    """An article's text, its canonical address, and whether the page asks to subscribe before reading on."""

    text: Text
    canonical: str
    limited: bool = False


def extract(page: Page, requested: str = "") -> Extracted:
    """What a page says.

    `requested` is the address that was asked for, where it differs from the page's. Raises `Wall` for a page that
    stands in front of an article and `ExtractionError` for one that holds none.
    """
    tree = page.tree()
    metadata = read_metadata(tree)
    remove_machinery(tree)
    visible = " ".join(tree.xpath("string(//body)").split())
    remove_furniture(tree)
    text = _text(metadata, _paragraphs(tree, metadata))
    if kind := wall(text, visible, requested or page.url, page.url):
        raise Wall(f"{kind} page instead of the article", page.url)
    if not text.paragraphs:
        raise ExtractionError("the page holds no article text", page.url)
    return Extracted(text, trusted_canonical(page.url, metadata.canonical), asks_for_money(visible))


def _text(metadata: Metadata, paragraphs: list[Paragraph]) -> Text:
    return Text(
        headline=metadata.headline,
        standfirst=metadata.standfirst,
        byline=metadata.byline,
        published_at=metadata.published_at,
        modified_at=metadata.modified_at,
        language=metadata.language,
        paragraphs=tuple(paragraphs),
    )


def _paragraphs(tree: html.HtmlElement, metadata: Metadata) -> list[Paragraph]:
    blocks, links = block_lines(tree), {fold(a.text_content()) for a in tree.iter("a")}
    document = trafilatura.bare_extraction(
        tree, fast=True, include_comments=False, include_tables=True, with_metadata=False
    )
    body = getattr(document, "body", None)
    found = list(_from_body(body)) if body is not None else []
    if any(_is_a_whole_page(p, blocks) for p in found):
        found = list(_densest(tree))
    known = {fold(metadata.headline), fold(metadata.standfirst)}
    kept = [p for p in _without_teasers(found, links) if fold(p.text) not in known and not is_furniture(p.text)]
    return _with_notices(kept, blocks)


def _is_a_whole_page(paragraph: Paragraph, blocks: list[str]) -> bool:
    """trafilatura's last resort is the text of everything as one paragraph; that is furniture for the most part."""
    if len(paragraph.text) < 1500:
        return False
    text = fold(paragraph.text)
    return sum(len(line) > 3 and fold(line) in text for line in blocks) >= MANY_BLOCKS


def _densest(tree: html.HtmlElement) -> Iterator[Paragraph]:
    """The lines of the element that holds most of the page's running text, be it in paragraphs or between breaks."""
    words: dict[html.HtmlElement, int] = {}
    for node in tree.xpath("//body//text()"):
        if (count := count_words(node)) >= 8:
            block = next(node.getparent().iterancestors("p", "div", "td", "section", "article"), node.getparent())
            words[block] = words.get(block, 0) + count
    if not words:
        return
    best = max(words, key=lambda block: words[block])
    for element in best.iter("br", "p", "div", "li", "h2", "h3"):
        element.tail = _BREAK + (element.tail or "")
        element.text = _BREAK + (element.text or "")
    for line in best.text_content().split(_BREAK):
        yield from _paragraph(line, best)


def _without_teasers(paragraphs: list[Paragraph], links: set[str]) -> Iterator[Paragraph]:
    """Drop what follows a line like "Related story" and is nothing but a link to another article."""
    under_label = False
    for paragraph in paragraphs:
        if is_furniture(paragraph.text):
            under_label = True
        elif not (under_label and fold(paragraph.text) in links):
            under_label = False
            yield paragraph


def _from_body(body: etree._Element) -> Iterator[Paragraph]:
    """Every innermost block of trafilatura's tree in order, loose text between blocks included."""
    loose = body.text or ""
    for element in body:
        if element.tag in _INLINE:
            loose += _own_line(element)
        else:
            yield from _paragraph(loose, body)
            loose = ""
            if any(child.tag not in _INLINE for child in element):
                yield from _from_body(element)
            else:
                yield from _paragraph(_own_line(element), element)
        loose += element.tail or ""
    yield from _paragraph(loose, body)


def _paragraph(text: str, element: etree._Element) -> Iterator[Paragraph]:
    if line := " ".join(text.split()):
        yield Paragraph(line, _role(element, line))


def _own_line(element: etree._Element) -> str:
    """An element's text, a line break read as a space."""
    if element.tag == "lb":
        return " "
    for line_break in element.iter("lb"):
        line_break.tail = " " + (line_break.tail or "")
    return "".join(map(str, element.itertext()))


def _role(element: etree._Element, text: str) -> Role:
    if recognise(text):
        return Role.NOTICE
    parent = element.getparent()
    if parent is not None and parent.tag == "quote":
        return Role.QUOTE
    return _ROLES.get(str(element.tag), Role.BODY)


def _with_notices(paragraphs: list[Paragraph], blocks: list[str]) -> list[Paragraph]:
    """Notices the extraction dropped, put back where they stood among the paragraphs it kept."""
    out = list(paragraphs)
    place = {fold(line): at for at, line in reversed(list(enumerate(blocks)))}
    for at, line in enumerate(blocks):
        if (
            not recognise(line)
            or is_furniture(line)
            or any(fold(line) in fold(p.text) or fold(p.text) == fold(line) for p in out)
        ):
            continue
        after = sum(1 for p in out if place.get(fold(p.text), at) < at)
        out.insert(after, Paragraph(line, Role.NOTICE))
    return out
