"""From a page to the article's text.

Furniture is taken out by its names and forms, the article's lines are chosen from what is left, each gets its role by
its place, and what stands in front of an article instead of being it is refused as a wall.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, takewhile

from lxml import html

from crawler.body import RUNNING, Boxed, article_lines, container
from crawler.furniture import is_furniture, remove_furniture, remove_machinery
from crawler.lines import Line, page_lines
from crawler.links import is_in_card, is_link, item_of, listed_words
from crawler.metadata import Metadata, read_metadata
from crawler.page import Page, class_names, seen_on
from crawler.places import boxes, is_about, role, without_the_article
from crawler.posts import Posts, post_of, posts
from crawler.shown import Step
from crawler.urls import trusted_canonical
from crawler.walls import asks_for_money, is_scrambled, is_section, wall
from revisions.errors import ExtractionError
from revisions.notices import is_bare_label, recognise
from revisions.seen import Seen
from revisions.text import Paragraph, Role, Text
from revisions.words import count_words, fold

_HEADINGS = frozenset({"h2", "h3", "h4", "h5", "h6"})
_LOOSE = frozenset({"div", "p"})  # where a bare number counts votes or readers
_CELLS = frozenset({"td", "th"})
_TITLES = frozenset({"h1", "h2"})
LONGEST = 2_000_000  # characters of a text, some 300,000 words; comparing two of them takes seconds
ROW = 3  # links in a row that are a list of other articles, not of the article's own


class Wall(ExtractionError):
    """The page stands in front of the article: consent, paywall, captcha, …"""


@dataclass(frozen=True)
class Extracted:
    """An article's text, its canonical address, and whether the page asks to subscribe before reading on.

    `seen`: all that the page shows. `home`: the way down from the body to the innermost element that holds the article,
    notices aside (`crawler.region`).
    """

    text: Text
    canonical: str
    seen: Seen
    limited: bool = False
    home: tuple[Step, ...] = ()

    @property
    def shown(self) -> Iterator[str]:
        """The article's lines that stand on the page itself, notices aside; a byline may be declared alone."""
        yield from (self.text.headline, self.text.standfirst)
        yield from (p.text for p in self.text.paragraphs if p.role is not Role.NOTICE)

    @property
    def notices(self) -> Iterator[str]:
        """Notices may stand anywhere on the page."""
        yield from (p.text for p in self.text.paragraphs if p.role is Role.NOTICE)


def extract(page: Page, requested: str = "") -> Extracted:
    """What a page says.

    `requested` is the address that was asked for, where it differs from the page's. Raises `Wall` for a page that
    stands in front of an article and `ExtractionError` for one that holds none.
    """
    tree = page.tree()
    metadata = read_metadata(tree)
    names = class_names(tree)
    remove_machinery(tree)
    seen = seen_on(tree, names)
    visible = " ".join(tree.xpath("string(//body)").split())
    remove_furniture(tree)
    live = posts(tree, is_live=metadata.is_live)
    boxed = boxes(tree)
    lines = _article(tree, metadata, live, boxed)
    text = _text(metadata, lines, live, without_the_article(boxed, lines))
    if kind := wall(text, visible, requested or page.url, page.url):
        raise Wall(f"{kind} page instead of the article", page.url)
    if is_scrambled(text):
        raise Wall("paywall page instead of the article (its letters are scrambled)", page.url)
    if not live and is_section(text, metadata.kind, listed_words(lines)):
        raise Wall("section page instead of the article", page.url)
    if not text.paragraphs:
        raise ExtractionError("the page holds no article text", page.url)
    if sum(len(paragraph.text) for paragraph in text.paragraphs) > LONGEST:
        raise ExtractionError(f"its text is longer than {LONGEST:,} characters, which no article is", page.url)
    canonical = trusted_canonical(page.url, metadata.canonical)
    return Extracted(text, canonical, seen, asks_for_money(visible), _home(metadata, lines))


def _home(metadata: Metadata, lines: Sequence[Line]) -> tuple[Step, ...]:
    """The way down to the innermost element that holds the headline and every line that is no notice."""
    own = {line.block for line in lines if not recognise(line.text)}
    ways = [_way(block) for block in own | ({metadata.h1} - {None})]
    shared = takewhile(lambda level: len(set(level)) == 1, zip(*ways, strict=False))
    return tuple(_step(level[0]) for level in shared)


def _way(block: html.HtmlElement) -> list[html.HtmlElement]:
    around = [block, *block.iterancestors()]
    return [element for element in reversed(around) if element.tag not in ("html", "body")]


def _step(element: html.HtmlElement) -> Step:
    return element.tag, element.get("id", ""), tuple(element.get("class", "").split())


def _text(metadata: Metadata, lines: list[Line], live: Posts, boxed: Boxed) -> Text:
    return Text(
        headline=metadata.headline,
        standfirst=metadata.standfirst,
        byline=metadata.byline,
        published_at=metadata.published_at,
        modified_at=metadata.modified_at,
        language=metadata.language,
        paragraphs=tuple(
            Paragraph(line.text, role(line, boxed), post_of(line.block, live)) for line in _with_labels(lines)
        ),
    )


def _with_labels(lines: Sequence[Line]) -> Iterator[Line]:
    """A line "Update, 14 March" and the paragraph below it in the same block are one notice."""
    label: Line | None = None
    for line in lines:
        if label is not None and line.block.getparent() is label.block.getparent():
            line, label = Line(f"{label.text.rstrip(' :')}: {line.text}", line.block), None
        if label is not None:
            yield label
        label = line if is_bare_label(line.text) else None
        if label is None:
            yield line
    if label is not None:
        yield label


def _article(tree: html.HtmlElement, metadata: Metadata, live: Posts, boxed: Boxed) -> list[Line]:
    """The article's lines without what is shown elsewhere, is furniture, or speaks about the article."""
    lines = page_lines(tree)
    chosen = article_lines(tree, lines, boxed)
    if live:
        inside = {id(line) for line in chosen}
        chosen = [line for line in lines if id(line) in inside or post_of(line.block, live)]
    return [line for line in _without_known(list(_without_teasers(chosen)), metadata) if not _is_beside(line)]


def _without_known(lines: list[Line], metadata: Metadata) -> Iterator[Line]:
    """Leave out the headline and the standfirst, but not a title the text itself begins with."""
    headline, standfirst = fold(metadata.headline), fold(metadata.standfirst)
    body = next((container(line.block) for line in lines if count_words(line.text) >= RUNNING), None)
    for line in lines:
        is_title = line.block.tag in _TITLES and line.block is not metadata.h1 and container(line.block) is body
        text = fold(line.text)
        if text != standfirst and (text != headline or is_title):
            yield line


def _is_beside(line: Line) -> bool:
    """A line that is not the article's own wherever it stands; a table's cell may hold a bare time or number."""
    if line.block.tag in _CELLS:
        return False
    return is_furniture(line.text) or is_about(line.block) or (line.text.isdigit() and line.block.tag in _LOOSE)


def _without_teasers(lines: list[Line]) -> Iterator[Line]:
    """Drop links to other articles: those under a line like "Related story", rows of them, and lines in capitals."""
    under_label = False
    for run in _runs(lines):
        is_row = len(run) >= ROW and not any(item_of(line.block) is not None for line in run)
        for line in run:
            if is_furniture(line.text) and line.block.tag not in _CELLS:
                under_label = True
            elif is_in_card(line):
                continue
            elif not (is_link(line) and (under_label or is_row or line.text.isupper() or line.block.tag in _HEADINGS)):
                under_label = False
                yield line


def _runs(lines: list[Line]) -> Iterator[list[Line]]:
    """Neighbouring lines that are nothing but links, together; every other line alone."""
    for linked, group in groupby(lines, key=is_link):
        if linked:
            yield list(group)
        else:
            yield from ([line] for line in group)
