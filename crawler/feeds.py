"""Reading feeds: RSS and Atom through feedparser, JSON Feed and news sitemaps ourselves.

Whatever a feed holds, the outcome is entries or a `FeedError` with the reason; nothing a feed says makes the reader
open another address or expand without bound: of entities only short ones are kept.
"""

import calendar
import io
import re
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import feedparser
from dateutil import parser as dates
from feedparser.encodings import convert_to_utf8
from lxml import etree, html

from crawler import jsontext
from crawler.hints import Hints, hints_of, hints_of_json
from crawler.urls import canonical
from revisions.errors import FeedError, FetchError

NOT_A_FEED = "this is not a feed (RSS, Atom, JSON Feed or news sitemap); open the address and look for its feed link"
_HARMLESS = (feedparser.NonXMLContentType, feedparser.CharacterEncodingOverride)
_SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
_NEWS = "{http://www.google.com/schemas/sitemap-news/0.9}"
_REFERENCE = re.compile(rb"&#(?:[xX]([0-9a-fA-F]{4,8})|([0-9]{5,9}));")

_ENTITY = re.compile(rb"""<!ENTITY(?>[^>"']|"[^"]*+"|'[^']*+')*+>?""")
_HARMLESS_ENTITY = re.compile(rb"""<!ENTITY\s+\w+\s+(?:"(?:&#\w{1,8};|[^&%"]{0,16})"|'[^&%']{0,16}')\s*>""")


@dataclass(frozen=True, slots=True)
class Entry:
    """One item of a feed as seen in one poll; times are aware, UTC."""

    url: str
    title: str = ""
    summary: str = ""
    published_at: datetime | None = None
    updated_at: datetime | None = None


@dataclass(frozen=True)
class Feed:
    """What one poll of a feed returned. `skipped` counts items without a usable address."""

    kind: str
    title: str
    entries: tuple[Entry, ...]
    skipped: int = 0
    hints: Hints = field(default_factory=Hints)

    @property
    def problem(self) -> str:
        """Why a feed that could be read is of no use, or ""."""
        if self.entries:
            return ""
        if self.skipped:
            return f"none of its {self.skipped} entries names the address of an article"
        return "the feed holds no entries"


def read_feed(body: bytes, url: str, headers: Mapping[str, str] | None = None) -> Feed:
    """The entries of a feed in its own order. Raises `FeedError` with the reason when there are none to be had."""
    given = {name.lower(): value for name, value in (headers or {}).items()}
    if not body.strip():
        raise FeedError("the answer is empty", url)
    start = body.lstrip(b"\xef\xbb\xbf \t\r\n")[:2048]
    if start.startswith(b"{"):
        return _read_json_feed(body, url, given)
    if b"<urlset" in start or b"<sitemapindex" in start:
        return _read_sitemap(body, url)
    return _read_with_feedparser(body, url, given)


def _read_with_feedparser(body: bytes, url: str, headers: Mapping[str, str]) -> Feed:
    try:
        body, headers = _without_entities(body, headers)
        parsed = feedparser.parse(
            io.BytesIO(_REFERENCE.sub(_to_character, body)), response_headers={**headers, "content-location": url}
        )
    except (ValueError, LookupError, RecursionError, AttributeError, TypeError, KeyError, AssertionError) as error:
        raise FeedError(f"the feed cannot be parsed ({type(error).__name__}: {error})", url) from error
    if not parsed.version and not parsed.entries:
        reason = parsed.get("bozo_exception")
        raise FeedError(f"{NOT_A_FEED}{f' ({reason})' if reason else ''}", url)
    problem = parsed.get("bozo_exception")
    if not parsed.entries and problem and not isinstance(problem, _HARMLESS):
        raise FeedError(f"the feed is broken and holds no entries ({problem})", url)
    entries = [_from_feedparser(item, url) for item in parsed.entries]
    hints = hints_of(body, parsed.feed, url, headers)
    return _feed(parsed.version or "unknown", _plain(parsed.feed.get("title")), entries, hints)


def _without_entities(body: bytes, headers: Mapping[str, str]) -> tuple[bytes, Mapping[str, str]]:
    """The feed without declarations of entities, short ones aside, and the headers that go with it.

    feedparser takes them out where each begins a line, and leaves the others to expand (to a hundred times the feed,
    where Expat has bounds, or for ever). They are looked for in UTF-8, so that no other encoding hides them.
    """
    plain = convert_to_utf8(dict(headers), body, {})
    if b"<!ENTITY" not in plain:
        return body, headers
    kind = headers.get("content-type", "").partition(";")[0] or "application/xml"
    return _ENTITY.sub(_if_harmless, plain), {**headers, "content-type": f"{kind}; charset=utf-8"}


def _if_harmless(declaration: re.Match[bytes]) -> bytes:
    return declaration[0] if _HARMLESS_ENTITY.fullmatch(declaration[0]) else b""


def _to_character(reference: re.Match[bytes]) -> bytes:
    """The reference, or one to U+FFFD where it is to half of a surrogate pair, with which feedparser gives up."""
    number = int(reference[1], 16) if reference[1] else int(reference[2])
    return b"&#xFFFD;" if 0xD800 <= number <= 0xDFFF else reference[0]


def _from_feedparser(item: Any, base: str) -> Entry | None:
    link = item.get("link") or _permalink(item)
    return _entry(
        link,
        base,
        title=_plain(item.get("title")),
        summary=_plain(item.get("summary")),
        published_at=_moment(item.get("published_parsed")),
        updated_at=_moment(item.get("updated_parsed")),
    )


def _permalink(item: Any) -> str:
    """The first link, or an id that is itself an address, where an item names no link of its own."""
    links = [link.get("href", "") for link in item.get("links", [])]
    identifier = str(item.get("id", ""))
    return next(filter(None, links), identifier if identifier.startswith(("http://", "https://")) else "")


def _read_json_feed(body: bytes, url: str, headers: Mapping[str, str]) -> Feed:
    """JSON Feed 1.0 and 1.1 (jsonfeed.org/version/1.1)."""
    try:
        data = jsontext.load(body)
    except (ValueError, RecursionError) as error:
        raise FeedError(f"the JSON cannot be read ({error})", url) from error
    if not isinstance(data, dict) or not isinstance(data.get("items"), list):
        raise FeedError(NOT_A_FEED, url)
    items = [item for item in data["items"] if isinstance(item, dict)]
    entries = [
        _entry(
            item.get("url") or item.get("external_url") or item.get("id"),
            url,
            title=_plain(item.get("title")),
            summary=_plain(item.get("summary") or item.get("content_text") or item.get("content_html")),
            published_at=read_moment(item.get("date_published")),
            updated_at=read_moment(item.get("date_modified")),
        )
        for item in items
    ]
    return _feed("jsonfeed", _plain(data.get("title")), entries, hints_of_json(data, url, headers))


def _read_sitemap(body: bytes, url: str) -> Feed:
    """A sitemap with or without the news extension (sitemaps.org 0.9; Google News sitemap 0.9)."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, recover=True)
    try:
        root = etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise FeedError(f"the sitemap cannot be parsed ({error})", url) from error
    if root is None or not str(root.tag).endswith("urlset"):
        raise FeedError("this is an index of sitemaps; give the address of the news sitemap itself", url)
    entries = [
        _entry(
            node.findtext(f"{_SITEMAP}loc"),
            url,
            title=_plain(node.findtext(f"{_NEWS}news/{_NEWS}title")),
            summary=_plain(node.findtext(f"{_NEWS}news/{_NEWS}keywords")),
            published_at=read_moment(node.findtext(f"{_NEWS}news/{_NEWS}publication_date")),
            updated_at=read_moment(node.findtext(f"{_SITEMAP}lastmod")),
        )
        for node in root.iter(f"{_SITEMAP}url")
    ]
    return _feed("sitemap", "", entries)


def _feed(kind: str, title: str, entries: Iterable[Entry | None], hints: Hints = Hints()) -> Feed:
    all_entries = list(entries)
    usable = tuple(entry for entry in all_entries if entry)
    return Feed(kind, title, usable, len(all_entries) - len(usable), hints)


def _entry(link: object, base: str, **fields: Any) -> Entry | None:
    try:
        return Entry(canonical(link, base=base), **fields) if isinstance(link, str) and link.strip() else None
    except FetchError:
        return None


def _plain(markup: object) -> str:
    """Markup as one line of text."""
    text = str(markup or "")
    if "<" in text:
        try:
            element: html.HtmlElement = html.fromstring(f"<div>{text}</div>")
            text = element.text_content()
        except (etree.ParserError, ValueError):
            text = text.replace("<", " ")
    return " ".join(jsontext.recordable(text).split())


def _moment(parsed: time.struct_time | None) -> datetime | None:
    try:
        return datetime.fromtimestamp(calendar.timegm(parsed), UTC) if parsed else None
    except (ValueError, OverflowError, OSError):
        return None


def read_moment(value: object) -> datetime | None:
    """A date as sites write it, aware and UTC; None where it cannot be read or says no year."""
    if not isinstance(value, str) or not value.strip():
        return None
    try:
        moment = dates.parse(value.strip())
    except (ValueError, OverflowError, TypeError):
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
