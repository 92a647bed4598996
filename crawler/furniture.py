"""Furniture: what stands on a page around an article and moves without anybody having edited anything."""

import re
import tomllib
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from itertools import zip_longest

from lxml import html

from revisions.notices import is_only_a_time, recognise
from revisions.words import count_words, fold

_SPLIT = re.compile(r"(?<=[a-z])(?=[A-Z])|[\s_]+")
_NEVER = "script | //style | //noscript | //template | //iframe | //button | //svg | //nav | //input | //select"
_BLOCKS = ("p", "li", "div", "aside", "footer", "section", "blockquote", "dd", "td", "h1", "h2", "h3", "h4")
ROOM = 0.3  # share of the page's words above which a block is the article, whatever its class says


@dataclass(frozen=True)
class _Known:
    blocks: re.Pattern[str]
    lines: re.Pattern[str]


@cache
def _known() -> _Known:
    data = tomllib.loads((resources.files("crawler") / "data" / "furniture.toml").read_text("utf-8"))
    return _Known(
        re.compile(rf"(?:{'|'.join(data['blocks'])})", re.IGNORECASE),
        re.compile(rf"^[\W_]*(?:{'|'.join(data['lines'])})[\W_]*$", re.IGNORECASE),
    )


def is_furniture(line: str) -> bool:
    """A line of text that is furniture wherever it stands."""
    flat = fold(line)
    return bool(_known().lines.match(flat)) or is_only_a_time(flat) or not any(ch.isalnum() for ch in flat)


def remove_machinery(tree: html.HtmlElement) -> None:
    """Take out of `tree` what no reader sees or reads as text: scripts, styles, controls, navigation."""
    for element in tree.xpath(f"//{_NEVER}"):
        _drop(element)


def remove_furniture(tree: html.HtmlElement) -> None:
    """Take blocks out of `tree` that are furniture by their class or form; notices in them are kept."""
    total = max(1, count_words(tree.text_content()))
    for element in tree.xpath("//body//*[@class or @id]"):
        if _is_named_furniture(element):
            words = count_words(element.text_content())
            if words <= ROOM * total and not _holds_a_notice(element):
                _drop(element)
    for element in tree.xpath("//ul | //ol"):
        if _is_list_of_links(element) and _stands_under_furniture(element):
            _drop(element)


def _is_named_furniture(element: html.HtmlElement) -> bool:
    if element.tag in ("body", "main", "article", "p", "h1"):
        return False
    return any(map(_is_furniture_name, (*element.get("class", "").split(), element.get("id", ""))))


@lru_cache(maxsize=4096)
def _is_furniture_name(name: str) -> bool:
    """A class or id whose words are those of a furniture block: "siteHeader" and "site_header" are "site-header"."""
    return bool(_known().blocks.fullmatch("-".join(filter(None, _SPLIT.split(name)))))


def _holds_a_notice(element: html.HtmlElement) -> bool:
    return any(recognise(line) for line in block_lines(element))


def block_lines(tree: html.HtmlElement) -> list[str]:
    """The text of every innermost block, in order."""
    blocks = list(tree.iter(*_BLOCKS))
    innermost = [e for e, after in zip_longest(blocks, blocks[1:]) if after is None or e not in after.iterancestors()]
    return [line for element in innermost if (line := " ".join(element.text_content().split()))]


def _is_list_of_links(element: html.HtmlElement) -> bool:
    """Two items or more, each nothing but a link: navigation or related stories, never prose."""
    items = element.findall("li")
    return len(items) >= 2 and all(_is_link(item) for item in items)


def _stands_under_furniture(element: html.HtmlElement) -> bool:
    """The line before it is one like "Related stories"; a list of links can be an article's own, too."""
    before = next(element.itersiblings("p", "div", "h2", "h3", "h4", "h5", "strong", "span", preceding=True), None)
    return before is not None and is_furniture(" ".join(before.text_content().split()))


def _is_link(item: html.HtmlElement) -> bool:
    text = "".join(item.text_content().split())
    linked = "".join("".join(a.text_content().split()) for a in item.iter("a"))
    return bool(linked) and len(linked) >= 0.9 * len(text)


def _drop(element: html.HtmlElement) -> None:
    if element.getparent() is not None:
        element.drop_tree()
