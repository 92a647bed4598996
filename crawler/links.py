"""Links to other articles: lines that are nothing else, cards and lists that tell of them."""

from collections.abc import Sequence
from itertools import islice

from lxml import html

from crawler.lines import Line
from revisions.words import count_words

NEARLY_ALL = 0.9  # share of the letters that are linked from which nothing but a link is there
NEAR = 4  # levels above a line within which a link around it is its own
LONGEST_CARD = 90  # words
WORDS_OF_A_TITLE = 3
OWN_WORDS = 8  # beside the link, from which an item tells of another article
_CARDS = frozenset({"div", "article", "section"})


def is_linked(element: html.HtmlElement) -> bool:
    """Is the text of an element nothing but links to somewhere else?"""
    linked = sum(_letters(a) for a in element.iter("a") if not _points_here(a))
    return linked > 0 and linked >= NEARLY_ALL * _letters(element)


def _letters(element: html.HtmlElement) -> int:
    return len("".join(element.text_content().split()))


def is_link(line: Line) -> bool:
    """Nothing but a link to somewhere else."""
    around = next((element for element in islice(line.block.iterancestors(), NEAR) if element.tag == "a"), None)
    if around is not None:
        return not _points_here(around)
    linked = sum(_letters(a) for a in line.block.iter("a") if not _points_here(a))
    return linked > 0 and linked >= NEARLY_ALL * len("".join(line.text.split()))


def _points_here(link: html.HtmlElement) -> bool:
    """A link to a place on the same page, such as headings carry for others to link to."""
    return bool(link.get("href", "#").startswith("#"))


def is_in_card(line: Line) -> bool:
    """Does the line stand in a card that tells of another article: few words under a heading that is a link?"""
    for element in islice(line.block.iterancestors(), 2):
        if element.tag in _CARDS and (heading := next(element.iter("h2", "h3", "h4", "h5"), None)) is not None:
            text = " ".join(heading.text_content().split())
            return is_link(Line(text, heading)) and len(element.text_content().split()) <= LONGEST_CARD
    return False


def listed_words(lines: Sequence[Line]) -> int:
    """How many words stand in the items of a list that each tell of another article: a link, and words beside it."""
    return sum(
        count_words(line.text) for line in lines if (item := item_of(line.block)) is not None and _is_teaser(item)
    )


def item_of(block: html.HtmlElement) -> html.HtmlElement | None:
    """The item of a list that a line is, or is a paragraph of."""
    return next((e for e in (block, *islice(block.iterancestors(), 1)) if e.tag == "li"), None)


def _is_teaser(item: html.HtmlElement) -> bool:
    links = [a for a in item.iter("a") if not _points_here(a) and len(a.text_content().split()) >= WORDS_OF_A_TITLE]
    own = len(item.text_content().split()) - sum(len(a.text_content().split()) for a in links)
    return bool(links) and own >= OWN_WORDS
