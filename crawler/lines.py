"""The lines of a page: its text as blocks and line breaks divide it, in reading order, with where each one stands."""

from collections.abc import Iterator
from dataclasses import dataclass

from lxml import html

BLOCKS = frozenset(
    {
        *("p", "div", "li", "ul", "ol", "dl", "dt", "dd", "table", "tr", "td", "th", "caption", "tbody", "thead"),
        *("h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "pre", "figure", "figcaption", "header", "footer"),
        *("section", "article", "main", "aside", "nav", "form", "fieldset", "details", "summary", "body", "center"),
        *("address", "hr", "hgroup", "legend", "option", "video", "audio", "html"),
    }
)


@dataclass(frozen=True, slots=True)
class Line:
    """A line of text on one line, and the block that holds it directly."""

    text: str
    block: html.HtmlElement


def page_lines(tree: html.HtmlElement) -> list[Line]:
    """Every line of text under `tree`, text between blocks and between line breaks included."""
    return list(_lines(tree))


def _lines(tree: html.HtmlElement) -> Iterator[Line]:
    blocks: dict[html.HtmlElement, html.HtmlElement] = {}
    parts: list[str] = []
    current: html.HtmlElement | None = None
    for text in tree.xpath(".//text()"):
        holder = text.getparent()
        is_after_break = text.is_tail and holder.tag == "br"
        block = _block_of(holder.getparent() if text.is_tail else holder, blocks)
        if parts and (block is not current or is_after_break):
            if line := " ".join("".join(parts).split()):
                yield Line(line, current)
            parts = []
        current = block
        parts.append(text)
    if line := " ".join("".join(parts).split()):
        yield Line(line, current)


def _block_of(element: html.HtmlElement, known: dict[html.HtmlElement, html.HtmlElement]) -> html.HtmlElement:
    """The innermost block around a place in the tree."""
    if (block := known.get(element)) is None:
        parent = element.getparent()
        block = element if element.tag in BLOCKS or parent is None else _block_of(parent, known)
        known[element] = block
    return block
