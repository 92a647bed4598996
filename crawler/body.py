"""Which lines of a page are the article's.

trafilatura finds the body; the text is read from our own lines, so that a list item of one word, a caption or a box
it drops inside the article is kept, and every line keeps its place in the tree.
"""

import logging
import re
from collections.abc import Iterator, Mapping, Sequence

import trafilatura
from lxml import etree, html

from crawler.furniture import is_furniture
from crawler.lines import Line
from crawler.links import is_link, item_of
from crawler.places import caption_of
from revisions.notices import recognise
from revisions.words import count_words, letters

logging.getLogger("trafilatura").setLevel(logging.CRITICAL)  # its complaints reach the user as ExtractionError

Boxed = Mapping[html.HtmlElement, html.HtmlElement]  # elements in boxes, each with its box
_READERS_EDIT = re.compile(r"\W*edit(?:ed)?\b", re.IGNORECASE)
_ABOUT = re.compile(r"byline|meta|time|date|credit|source", re.IGNORECASE)  # lines about an article, not of it
_FLOW = frozenset(
    {
        *("p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "dl", "dt", "dd", "blockquote", "pre"),
        *("table", "thead", "tbody", "tfoot", "tr", "td", "th", "caption"),
    }
)
RUNNING = 8  # words from which a line is running text
ENOUGH = 50  # words of running text in a page that is easily read
PLAIN = 0.8  # share of the words in one element, and directly in it, from which a page is plain
LEAST_BOX = 15  # words of an explanatory box
LINKED = 0.3  # share of a box's words in links from which it leads elsewhere
TELLING = 20  # letters from which a piece of a line is found again without doubt
MANY_LINES = 20  # lines of the page that one paragraph cannot hold
LONG = 1200  # letters from which a paragraph may be the whole page
_ENDS = (".", "!", "?", "…", "。", "।", "؟")


def article_lines(tree: html.HtmlElement, lines: Sequence[Line], boxed: Boxed) -> list[Line]:
    """The lines that belong to the article, in reading order; `lines` are all of the page's, `boxed` those in boxes."""
    kept = _plain_article(tree, lines, boxed) or _found_by_trafilatura(tree, lines) or _densest(lines)
    return [lines[at] for at in sorted(kept | _belonging(lines, kept, boxed) | _notices(lines))]


def _plain_article(tree: html.HtmlElement, lines: Sequence[Line], boxed: Boxed) -> set[int]:
    """The lines of a page whose running text plainly stands in one element, paragraph after paragraph.

    Empty where anything else stands among them, and where the page holds little text: then it takes more to tell.
    """
    running = [(line.block, words) for line in lines if (words := len(line.text.split())) >= RUNNING]
    total = sum(words for _, words in running)
    if total < ENOUGH:
        return set()
    home = _where_most_stands(tree, running, PLAIN * total)
    kept = {at for at, line in enumerate(lines) if container(line.block) is home}
    inside = set(home.iter())
    all_words = sum(len(line.text.split()) for line in lines if line.block in inside and line.block not in boxed)
    is_plain = sum(len(lines[at].text.split()) for at in kept) >= PLAIN * all_words
    return kept if is_plain and home.tag not in ("html", "body") else set()


def _where_most_stands(
    tree: html.HtmlElement, running: Sequence[tuple[html.HtmlElement, int]], most: float
) -> html.HtmlElement:
    """The innermost element, short of a paragraph or list, that holds at least `most` words of running text."""
    words: dict[html.HtmlElement, int] = {}
    for block, count in running:
        words[block] = words.get(block, 0) + count
        for element in block.iterancestors():
            words[element] = words.get(element, 0) + count
    home = tree
    while (child := next((c for c in home if words.get(c, 0) >= most and c.tag not in _FLOW), None)) is not None:
        home = child
    return home


def _found_by_trafilatura(tree: html.HtmlElement, lines: Sequence[Line]) -> set[int]:
    body = _body(tree)
    if body is None:
        return set()
    keys = [letters(line.text) for line in lines]
    found = [key for text in _blocks(body) if (key := letters(text))]
    return set() if _is_a_whole_page(found, keys) else _found_again(keys, found)


def _body(tree: html.HtmlElement) -> etree._Element | None:
    document = trafilatura.bare_extraction(
        tree, fast=True, include_comments=False, include_tables=True, with_metadata=False
    )
    return getattr(document, "body", None)


def _blocks(body: etree._Element) -> Iterator[str]:
    """The text of every block of trafilatura's tree; a line break divides as a block does."""
    parts: list[str] = []
    for event, element in etree.iterwalk(body, events=("start", "end")):
        is_block = element.tag not in ("hi", "ref", "del", "code", "graphic")
        if is_block and parts:
            yield "".join(parts)
            parts = []
        parts.append((element.text if event == "start" else element.tail) or "")
    yield "".join(parts)


def _found_again(lines: Sequence[str], blocks: Sequence[str]) -> set[int]:
    """Indices of the lines that are one of `blocks`, a piece of one, or hold one."""
    exact = set(blocks)
    whole = "|".join(blocks)
    kept = {at for at, line in enumerate(lines) if line and (line in exact or (len(line) >= TELLING and line in whole))}
    missing = [block for block in exact - {lines[at] for at in kept} if len(block) >= TELLING]
    if missing:
        said = "|".join(lines[at] for at in kept)
        for block in missing:
            if block not in said:
                kept |= {at for at, line in enumerate(lines) if block in line}
    return kept


def _is_a_whole_page(blocks: Sequence[str], lines: Sequence[str]) -> bool:
    """trafilatura's last resort is the text of everything as one paragraph; that is furniture for the most part."""
    return any(
        len(block) > LONG and sum(len(line) > 3 and line in block for line in lines) >= MANY_LINES for block in blocks
    )


def _densest(lines: Sequence[Line]) -> set[int]:
    """The lines of the element that holds most of the page's running text, be it in paragraphs or between breaks."""
    words: dict[html.HtmlElement, int] = {}
    for line in lines:
        if (count := count_words(line.text)) >= RUNNING:
            home = line.block if line.block.tag != "p" else line.block.getparent()
            words[home] = words.get(home, 0) + count
    if not words:
        return set()
    best = max(words, key=lambda block: words[block])
    inside = set(best.iter())
    return {at for at, line in enumerate(lines) if line.block in inside}


def _notices(lines: Sequence[Line]) -> set[int]:
    """Notices anywhere on the page; "Edit:" is how readers own up in the comments below it."""
    return {
        at
        for at, line in enumerate(lines)
        if recognise(line.text) and not is_furniture(line.text) and not _READERS_EDIT.match(line.text)
    }


def _belonging(lines: Sequence[Line], kept: set[int], boxed: Boxed) -> set[int]:
    """Lines among the kept ones, or right behind them, that are text of the article though they were passed over."""
    if not kept:
        return set()
    containers = {container(lines[at].block) for at in kept}
    first, last = min(kept), max(kept)
    found: set[int] = set()
    for at in range(first, len(lines)):
        if at in kept:
            continue
        is_behind = at - 1 in kept or at - 1 in found
        goes_on = at < last or (is_behind and _goes_on(lines[at - 1], lines[at]))
        if _is_text_box(boxed.get(lines[at].block), containers) or (goes_on and _belongs(lines[at], containers)):
            found.add(at)
    return found


def _goes_on(before: Line, line: Line) -> bool:
    """Is a line behind the last one kept still the article's: a sentence, or an item of a list that was announced?"""
    if item_of(line.block) is not None:
        return item_of(before.block) is not None or before.text.endswith(":")
    return count_words(line.text) >= RUNNING and line.text.rstrip("\"'”’»)]").endswith(_ENDS)


def _belongs(line: Line, containers: set[html.HtmlElement]) -> bool:
    if is_link(line) and not _is_listed(line.block):
        return False
    if line.block.tag == "pre" or caption_of(line.block) is not None:
        return True
    is_text = line.block.tag in _FLOW and not _ABOUT.search(line.block.get("class", ""))
    return is_text and container(line.block) in containers


def _is_text_box(box: html.HtmlElement | None, containers: set[html.HtmlElement]) -> bool:
    """Is it a box of prose among the article's paragraphs?"""
    if box is None or container(_parent(box)) not in containers:
        return False
    linked = sum(len(a.text_content().split()) for a in box.iter("a"))
    words = len(box.text_content().split())
    return words >= LEAST_BOX and linked <= LINKED * words


def _parent(element: html.HtmlElement) -> html.HtmlElement:
    parent = element.getparent()
    return element if parent is None else parent


def _is_listed(block: html.HtmlElement) -> bool:
    """Does the line stand in a table's cell, or in a list that paragraphs stand beside?"""
    item = item_of(block)
    return block.tag in ("td", "th") or (item is not None and item.find("../../p") is not None)


def container(block: html.HtmlElement) -> html.HtmlElement:
    """The element an article's paragraphs, lists and tables stand in."""
    around = (element for element in (block, *block.iterancestors()) if element.tag not in _FLOW)
    return next(around, block)
