"""What a page says about its article: JSON-LD (schema.org Article), meta tags, and the visible headline."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from lxml import html
from rapidfuzz import fuzz

from crawler.feeds import read_moment
from revisions.words import fold

_ARTICLE = re.compile(r"(?:Article|Report|BlogPosting|LiveBlogPosting|NewsArticle|WebPage)$")
_STANDFIRST = re.compile(
    r"(?:^|[\s_-])(?:standfirst|dek|deck|sub-?title|sub-?head(?:line)?|article-?(?:summary|intro|lead|lede|description)"
    r"|chapo|chapeau|vorspann|teaser-?text|bajada|entradilla|sommario|occhiello|lead-?text)(?:$|[\s_-])",
    re.IGNORECASE,
)
_BYLINE = re.compile(r"^\s*(?:by|von|par|por|door|di|da)\s+", re.IGNORECASE)
SAME_HEADLINE = 45  # likeness, 0 to 100, from which an h1 is the headline the metadata declares


@dataclass(frozen=True)
class Metadata:
    headline: str = ""
    standfirst: str = ""
    byline: str = ""
    published_at: datetime | None = None
    modified_at: datetime | None = None
    language: str = ""
    canonical: str = ""


def read_metadata(tree: html.HtmlElement) -> Metadata:
    """Empty strings and None where the page does not say."""
    linked = _linked_data(tree)
    headline, h1 = _headline(tree, linked)
    return Metadata(
        headline=headline,
        standfirst=_standfirst(h1),
        byline=_byline(tree, linked),
        published_at=_date(linked, "datePublished") or _meta_date(tree, "published_time", "date", "pubdate"),
        modified_at=_date(linked, "dateModified") or _meta_date(tree, "modified_time", "last-modified"),
        language=_language(tree),
        canonical=_first(tree, "//link[contains(concat(' ', normalize-space(@rel), ' '), ' canonical ')]/@href"),
    )


def _linked_data(tree: html.HtmlElement) -> dict[str, Any]:
    """The page's article object, an Article before a mere WebPage; broken JSON is passed over."""
    found: list[dict[str, Any]] = []
    for script in tree.xpath("//script[contains(@type, 'ld+json')]/text()"):
        try:
            found += _articles(json.loads(str(script), strict=False))
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
    declared = (
        _line(linked.get("headline")) or _meta(tree, "og:title", "twitter:title") or _first(tree, "//title/text()")
    )
    visible = [(text, h1) for h1 in tree.iter("h1") if (text := _line(h1.text_content()))]
    if not visible or not declared:
        return visible[0] if visible else (declared, None)
    best = max(visible, key=lambda found: fuzz.token_set_ratio(fold(found[0]), fold(declared)))
    return best if fuzz.token_set_ratio(fold(best[0]), fold(declared)) >= SAME_HEADLINE else (declared, None)


def _standfirst(h1: html.HtmlElement | None) -> str:
    """The visible one, known by its class, close behind the headline.

    Descriptions in meta tags are written for machines and change alone; the same class further down the page belongs
    to other articles.
    """
    if h1 is None:
        return ""
    for element in h1.xpath("following::*[self::p or self::div or self::h2 or self::h3][position() <= 12]"):
        if any(map(_STANDFIRST.search, (element.get("class", ""), element.getparent().get("class", "")))):
            text = _line(element.text_content())
            if 20 <= len(text) <= 600:
                return text
    return ""


def _byline(tree: html.HtmlElement, linked: dict[str, Any]) -> str:
    """Names the page declares, else names that stand alone in an element for them; never a line of them with dates."""
    authors = linked.get("author")
    names = [_author(a) for a in (authors if isinstance(authors, list) else [authors])]
    declared = [_meta(tree, "author", "byl", "parsely-author")]
    visible = [_line(e.text_content()) for e in tree.xpath("//*[@rel='author' or @itemprop='author']")]
    for candidates in (names, declared, visible[:3]):
        found = dict.fromkeys(name for raw in candidates if (name := _BYLINE.sub("", raw)) and _is_name(name))
        if found:
            return ", ".join(found)
    return ""


def _is_name(text: str) -> bool:
    return len(text) <= 120 and not any(ch.isdigit() for ch in text) and not text.startswith(("http", "@"))


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
    declared = _first(tree, "/html/@lang") or _meta(tree, "og:locale", "language")
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
