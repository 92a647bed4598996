"""What a line's place on the page says about it: its role, the box it stands in, the post of a live blog."""

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache
from itertools import islice

from lxml import html

from crawler.furniture import fullmatch_names, pattern_of
from crawler.lines import Line
from revisions.notices import recognise
from revisions.text import Role
from revisions.words import count_words

_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6", "dt", "summary"})
_LISTS = frozenset({"li", "dd"})
_CAPTIONS = frozenset({"figcaption", "caption"})
_BOX_TAGS = frozenset({"aside", "details"})
_TEXT_TAGS = frozenset({"html", "body", "main", "article"})
LONGEST_HEADING = 20  # words
DEPTH = 2  # levels between a caption's element and its lines


def role(line: Line, boxed: Mapping[html.HtmlElement, html.HtmlElement]) -> Role:
    """What a line is, by the nearest element around it that says so; `boxed` is what `boxes` found."""
    if recognise(line.text):
        return Role.NOTICE
    plain = plain_role(line)
    return Role.BOX if plain is not Role.CAPTION and line.block in boxed else plain


def plain_role(line: Line) -> Role:
    """The role by tags alone, boxes and notices aside."""
    if caption_of(line.block) is not None:
        return Role.CAPTION
    element: html.HtmlElement | None = line.block
    while element is not None and element.tag not in _TEXT_TAGS:
        if element.tag in _HEADINGS and count_words(line.text) <= LONGEST_HEADING:
            return Role.HEADING
        if element.tag in _LISTS:
            return Role.LIST
        if element.tag == "blockquote":
            return Role.QUOTE
        element = element.getparent()
    return Role.BODY


def caption_of(block: html.HtmlElement) -> html.HtmlElement | None:
    """The element that holds what is written under a picture, if the block is or stands in one."""
    near = (block, *islice(block.iterancestors(), DEPTH))
    return next((e for e in near if e.tag in _CAPTIONS or _is_named(e, "captions")), None)


def is_box(element: html.HtmlElement) -> bool:
    """Does the element set text apart from the article's own: a fact box, a guide, an aside?"""
    return element.tag in _BOX_TAGS or (element.tag not in _TEXT_TAGS and _is_named(element, "boxes"))


def boxes(tree: html.HtmlElement) -> dict[html.HtmlElement, html.HtmlElement]:
    """Every element that stands in a box, with the outermost box around it."""
    found: dict[html.HtmlElement, html.HtmlElement] = {}
    for element in tree.xpath("//aside | //details | //*[@class or @id]"):
        if element not in found and is_box(element):
            found.update(dict.fromkeys(element.iter(), element))
    return found


def without_the_article(
    boxed: Mapping[html.HtmlElement, html.HtmlElement], lines: Sequence[Line]
) -> Mapping[html.HtmlElement, html.HtmlElement]:
    """The same boxes but for one around most of the article's words: that one is named like a box and is none."""
    words = Counter[html.HtmlElement | None]()
    for line in lines:
        words[boxed.get(line.block)] += count_words(line.text)
    fullest, count = max(words.items(), key=lambda item: item[1], default=(None, 0))
    if fullest is None or count <= words.total() / 2:
        return boxed
    return {element: box for element, box in boxed.items() if box is not fullest}


def is_about(element: html.HtmlElement) -> bool:
    """Does the element hold a line about the article, such as its byline, rather than of it?"""
    return _is_named(element, "about")


def is_post(element: html.HtmlElement) -> bool:
    """May the element be one post of a live blog, by its name or its microdata?"""
    microdata = f"{element.get('itemprop', '')} {element.get('itemtype', '')}"
    return "liveBlogUpdate" in microdata or "BlogPosting" in microdata or _is_named(element, "posts")


def _is_named(element: html.HtmlElement, table: str) -> bool:
    names = element.get("class"), element.get("id")
    return any(names) and fullmatch_names(_names(table), *names)


@cache
def _names(table: str) -> str:
    return pattern_of(table)
