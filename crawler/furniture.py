"""Furniture: what stands on a page around an article and moves without anybody having edited anything."""

import re
import tomllib
from functools import cache, lru_cache
from importlib import resources

from lxml import html

from crawler.lines import page_lines
from crawler.links import is_linked
from revisions.notices import is_only_a_time, may_hold_notice, recognise
from revisions.words import fold

_SPLIT = re.compile(r"(?<=[a-z])(?=[A-Z])|[\s_]+")
MACHINERY = ("script", "style", "noscript", "template", "iframe", "button", "svg", "nav", "input", "select")
_NEVER_FURNITURE = frozenset({"body", "main", "article", "p", "h1"})
LONGEST_TAG = 3  # words
LONGEST_LINE = 420  # letters; a longer paragraph is prose
ROOM = 0.3  # share of the page's words above which a block is the article, whatever its class says


@cache
def _data() -> dict[str, list[str]]:
    data: dict[str, list[str]] = tomllib.loads(
        (resources.files("crawler") / "data" / "furniture.toml").read_text("utf-8")
    )
    return data


def table(name: str) -> list[str]:
    """A table of `data/furniture.toml`."""
    return _data()[name]


def pattern_of(name: str) -> str:
    """One pattern for a table of names."""
    return rf"(?:{'|'.join(table(name))})"


@lru_cache(maxsize=32768)
def fullmatch_names(pattern: str, classes: str | None, identity: str | None) -> bool:
    """Is one of an element's class names, or its id, a name of the pattern?

    "siteHeader" and "site_header" are "site-header".
    """
    names = (*(classes or "").split(), identity or "")
    return any(
        re.fullmatch(pattern, "-".join(filter(None, _SPLIT.split(name))), re.IGNORECASE) for name in names if name
    )


@cache
def _lines() -> re.Pattern[str]:
    return re.compile(rf"^[\W_]*{pattern_of('lines')}[\W_]*$", re.IGNORECASE)


@cache
def _blocks() -> str:
    return pattern_of("blocks")


@lru_cache(maxsize=8192)
def is_furniture(line: str) -> bool:
    """A line of text that is furniture wherever it stands."""
    flat = fold(line)
    if len(flat) <= LONGEST_LINE and (_lines().match(flat) or is_only_a_time(flat)):
        return True
    return not any(map(str.isalnum, flat))


def is_furniture_block(tag: str, classes: str | None, identity: str | None) -> bool:
    """Is an element furniture by its names?"""
    return tag not in _NEVER_FURNITURE and fullmatch_names(_blocks(), classes, identity)


def remove_machinery(tree: html.HtmlElement) -> None:
    """Take out of `tree` what no reader sees or reads as text: scripts, styles, controls, navigation."""
    for element in list(tree.iter(*MACHINERY)):
        _drop(element)


def remove_furniture(tree: html.HtmlElement) -> None:
    """Take blocks out of `tree` that are furniture by their class or form; notices in them are kept."""
    room = ROOM * max(1, len(tree.xpath("string()").split()))
    for element in tree.xpath("//body//*[@class or @id]"):
        if is_furniture_block(element.tag, element.get("class"), element.get("id")):
            text = element.xpath("string()")
            if len(text.split()) <= room and not (may_hold_notice(text) and _holds_a_notice(element)):
                _drop(element)
    for element in tree.xpath("//ul | //ol"):
        if _is_list_of_links(element) and (_stands_under_furniture(element) or _are_tags(element)):
            _drop(element)


def _holds_a_notice(element: html.HtmlElement) -> bool:
    return any(recognise(line.text) for line in page_lines(element))


def _is_list_of_links(element: html.HtmlElement) -> bool:
    """Two items or more, each nothing but a link: navigation or related stories, never prose."""
    items = element.findall("li")
    return len(items) >= 2 and all(map(is_linked, items))


def _are_tags(element: html.HtmlElement) -> bool:
    """Links of a word or three that no paragraph stands beside: sections of the site, or an article's tags."""
    is_short = all(len(item.text_content().split()) <= LONGEST_TAG for item in element.findall("li"))
    return is_short and element.find("../p") is None


def _stands_under_furniture(element: html.HtmlElement) -> bool:
    """The line before it is one like "Related stories"; a list of links can be an article's own, too."""
    before = next(element.itersiblings("p", "div", "h2", "h3", "h4", "h5", "strong", "span", preceding=True), None)
    return before is not None and is_furniture(" ".join(before.text_content().split()))


def _drop(element: html.HtmlElement) -> None:
    if element.getparent() is not None:
        element.drop_tree()
