"""What a page says about its article: JSON-LD (schema.org Article), meta tags, and the visible headline."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from lxml import html
from rapidfuzz import fuzz

from crawler import jsontext
from crawler.feeds import read_moment
from crawler.furniture import is_furniture
from crawler.lines import page_lines
from revisions.words import fold

_ARTICLE = re.compile(r"(?:Article|Report|BlogPosting|LiveBlogPosting|NewsArticle|WebPage)$")
_STANDFIRST = re.compile(
    r"(?:^|[\s_-])(?:standfirst|dek|deck|sub-?title|sub-?head(?:line)?|article-?(?:summary|intro|lead|lede|description)"
    r"|chapo|chapeau|vorspann|teaser-?text|bajada|entradilla|sommario|occhiello|lead-?text)(?:$|[\s_-])",
    re.IGNORECASE,
)
_BYLINE = re.compile(r"^\s*(?:by|von|par|por|door|di|da)\s+", re.IGNORECASE)
_SITE = re.compile(r"\s+[-:\u2013\u2014|\u00b7\u00bb]\s+")
LONGEST_NAME = 3  # words of an outlet's name or section behind a title
SHORTEST_HEADLINE = 3
NEAR = 12  # paragraphs and the like behind a headline, among which a standfirst is looked for
_TITLES = ("og:title", "twitter:title")
_PUBLISHED = ("published_time", "date", "pubdate")
_MODIFIED = ("modified_time", "last-modified")
_AUTHORS = ("author", "byl", "parsely-author")
AUTHORS = frozenset(_AUTHORS)
_KIND = ("og:type",)
_LANGUAGES = ("og:locale", "language")
_DATES = (*_PUBLISHED, *_MODIFIED)
# Names of meta tags and keys of the article object of which anything is read.
NAMES = frozenset({*_TITLES, *_DATES, *(f"article:{name}" for name in _DATES), *_AUTHORS, *_KIND, *_LANGUAGES})
LINKED = ("@type", "headline", "author", "datePublished", "dateModified")
SAME_HEADLINE = 45  # likeness, 0 to 100, from which an h1 is the headline the metadata declares


@dataclass(frozen=True)
class Metadata:
    """`h1` is the element of the headline, `kind` what the page calls itself in `og:type`."""

    headline: str = ""
    standfirst: str = ""
    byline: str = ""
    published_at: datetime | None = None
    modified_at: datetime | None = None
    language: str = ""
    canonical: str = ""
    h1: html.HtmlElement | None = None
    is_live: bool = False
    kind: str = ""


def read_metadata(tree: html.HtmlElement) -> Metadata:
    """Empty strings and None where the page does not say."""
    linked = linked_data(map(str, tree.xpath("//script[contains(@type, 'ld+json')]/text()")))
    headline, h1 = _headline(tree, linked)
    return Metadata(
        headline=headline,
        standfirst=_standfirst(h1),
        h1=h1,
        byline=_byline(tree, linked),
        published_at=_date(linked, "datePublished") or _meta_date(tree, *_PUBLISHED),
        modified_at=_date(linked, "dateModified") or _meta_date(tree, *_MODIFIED),
        language=_language(tree),
        canonical=_first(tree, "//link[contains(concat(' ', normalize-space(@rel), ' '), ' canonical ')]/@href"),
        kind=_meta(tree, *_KIND).lower(),
        is_live="LiveBlog" in str(linked.get("@type")),
    )


def linked_data(scripts: Iterable[str]) -> dict[str, Any]:
    """A page's article object, an Article before a mere WebPage; broken JSON-LD is passed over."""
    found: list[dict[str, Any]] = []
    for script in scripts:
        try:
            found += _articles(jsontext.load(script, strict=False))
        except (ValueError, RecursionError):
            continue
    return min(found, key=lambda data: "WebPage" in str(data.get("@type")), default={})


def _articles(data: Any) -> Iterator[dict[str, Any]]:
    if isinstance(data, list):
        for item in data:
            yield from _articles(item)
    elif isinstance(data, dict):
        kinds = data.get("@type")
        if any(_ARTICLE.search(str(kind)) for kind in (kinds if isinstance(kinds, list) else [kinds])):
            yield data
        yield from _articles(data.get("@graph"))


def _headline(tree: html.HtmlElement, linked: dict[str, Any]) -> tuple[str, html.HtmlElement | None]:
    """The headline readers see, with its element: the h1 most like what the metadata calls it, else the metadata's."""
    titles = _meta(tree, *_TITLES) or _first(tree, "//title/text()")
    declared = _line(linked.get("headline")) or titles
    visible = [(text, h1) for h1 in tree.iter("h1") if (text := _line(h1.text_content()))]
    if not visible or not declared:
        return visible[0] if visible else (_line(linked.get("headline")) or _without_site(titles), None)
    best = max(visible, key=lambda found: _likeness(found[0], declared))
    return best if _likeness(best[0], declared) >= SAME_HEADLINE else (_without_site(declared), None)


def _likeness(visible: str, declared: str) -> float:
    """0 to 100. The outlet's own name, which many titles end with, is no headline."""
    parts = [fold(part) for part in _SITE.split(declared)]
    if len(parts) > 1 and fold(visible) == parts[-1]:
        return 0.0
    return fuzz.token_set_ratio(fold(visible), fold(declared))


def _without_site(title: str) -> str:
    """A page's title without the outlet's name behind a dash or bar: "Headline | The Outlet"."""
    *parts, last = _SITE.split(title)
    while parts and len(last.split()) <= LONGEST_NAME and len(" ".join(parts).split()) >= SHORTEST_HEADLINE:
        title = title[: title.rindex(last)].rstrip(" -:\u2013\u2014|\u00b7\u00bb")
        *parts, last = _SITE.split(title)
    first, *rest = _SITE.split(title)
    if len(first.split()) == 1 and len(" ".join(rest).split()) >= SHORTEST_HEADLINE:
        title = title[len(first) :].lstrip(" -:\u2013\u2014|\u00b7\u00bb")
    return title


def _standfirst(h1: html.HtmlElement | None) -> str:
    """The visible one, known by its class, close behind the headline.

    Descriptions in meta tags are written for machines and change alone; the same class further down the page belongs
    to other articles.
    """
    if h1 is None:
        return ""
    for element in islice(_following(h1, "p", "div", "h2", "h3"), NEAR):
        if any(map(_STANDFIRST.search, (element.get("class", ""), element.getparent().get("class", "")))):
            lines = page_lines(element)
            if len(lines) == 1 and 20 <= len(lines[0].text) <= 600 and not is_furniture(lines[0].text):
                return lines[0].text
    return ""


def _following(element: html.HtmlElement | None, *tags: str) -> Iterator[html.HtmlElement]:
    """Elements behind this one in the order of the page, as XPath's following axis has them, one by one."""
    while element is not None:
        for sibling in element.itersiblings():
            yield from sibling.iter(*tags)
        element = element.getparent()


def _byline(tree: html.HtmlElement, linked: dict[str, Any]) -> str:
    """Names the page declares, else names that stand alone in an element for them; never a line of them with dates."""
    for candidates in _candidates(tree, linked):
        found = dict.fromkeys(name for raw in candidates if (name := _BYLINE.sub("", raw)) and _is_name(name))
        if found:
            return ", ".join(found)
    return ""


def _candidates(tree: html.HtmlElement, linked: dict[str, Any]) -> Iterator[list[str]]:
    authors = linked.get("author")
    yield [_author(a) for a in (authors if isinstance(authors, list) else [authors])]
    yield [_meta(tree, *_AUTHORS)]
    visible = tree.xpath("//h1/following::*[@rel='author' or @itemprop='author'] | //h1//*[@rel='author']")
    together = [e for e in visible if e.getparent() is visible[0].getparent()]  # others belong to other articles
    yield [_line(e.text_content()) for e in together[:3]]


def _is_name(text: str) -> bool:
    if len(text) > 120 or any(ch.isdigit() for ch in text) or text.startswith(("http", "@")):
        return False
    return len(re.findall(r"\bby\b", text, re.IGNORECASE)) < 2  # "Text by … Translation by …" is a list of roles


def _author(author: Any) -> str:
    name = author.get("name") if isinstance(author, dict) else author
    if isinstance(name, list):
        name = ", ".join(str(part) for part in name)
    return "" if not name or str(name).startswith("http") else _line(name)


def _date(linked: dict[str, Any], key: str) -> datetime | None:
    return read_moment(linked.get(key))


def _meta_date(tree: html.HtmlElement, *names: str) -> datetime | None:
    return read_moment(_meta(tree, *(f"article:{name}" for name in names), *names))


def _meta(tree: html.HtmlElement, *names: str) -> str:
    for name in names:
        if value := _first(tree, "//meta[@property=$name or @name=$name or @itemprop=$name]/@content", name=name):
            return value
    return ""


def _language(tree: html.HtmlElement) -> str:
    declared = _first(tree, "/html/@lang") or _meta(tree, *_LANGUAGES)
    return declared.replace("_", "-").split("-")[0].lower()[:3]


def _first(tree: html.HtmlElement, xpath: str, **variables: str) -> str:
    found = tree.xpath(xpath, **variables)
    return _line(found[0]) if found else ""


def _line(value: object) -> str:
    """Markup-free text on one line."""
    text = str(value or "")
    if "<" in text and ">" in text:
        text = re.sub(r"<[^>]{1,200}>", " ", text)
    return " ".join(text.split())
