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
    return Metadata(
        headline=_headline(tree, linked),
        standfirst=_standfirst(tree),
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


def _headline(tree: html.HtmlElement, linked: dict[str, Any]) -> str:
    """The headline readers see: the h1 most like what the metadata calls it, else what the metadata calls it."""
    declared = (
        _line(linked.get("headline")) or _meta(tree, "og:title", "twitter:title") or _first(tree, "//title/text()")
    )
    visible = [text for h1 in tree.iter("h1") if (text := _line(h1.text_content()))]
    if not declared:
        return visible[0] if visible else ""
    best = max(visible, key=lambda text: fuzz.token_set_ratio(fold(text), fold(declared)), default="")
    close = best and (len(visible) == 1 or fuzz.token_set_ratio(fold(best), fold(declared)) >= 50)
    return best if close else declared


def _standfirst(tree: html.HtmlElement) -> str:
    """The visible one, known by its class; descriptions in meta tags are written for machines and change alone."""
    for element in tree.xpath("//*[(self::p or self::div or self::h2 or self::h3 or self::header/p) and @class]"):
        if _STANDFIRST.search(element.get("class", "")):
            text = _line(element.text_content())
            if 20 <= len(text) <= 600:
                return text
    return ""


def _byline(tree: html.HtmlElement, linked: dict[str, Any]) -> str:
    authors = linked.get("author")
    names = [_author(a) for a in (authors if isinstance(authors, list) else [authors])]
    if any(names):
        return ", ".join(dict.fromkeys(filter(None, names)))
    declared = _meta(tree, "author", "byl", "article:author", "parsely-author")
    if declared and not declared.startswith("http"):
        return _BYLINE.sub("", declared)
    visible = tree.xpath("//*[@rel='author' or contains(@class, 'byline')]")
    return _BYLINE.sub("", _line(visible[0].text_content()))[:200] if visible else ""


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
