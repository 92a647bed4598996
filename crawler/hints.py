"""What a feed, and the answer it came in, say of when to poll it again and of who pushes what is new."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from lxml import etree

from crawler.urls import canonical, joined
from revisions.errors import FetchError

_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_LINK = re.compile(r"<([^>]*)>((?:\s*;\s*[\w*-]+\s*=\s*(?:\"[^\"]*\"|[^\s;,\"]*))*)")
_REL = re.compile(r";\s*rel\s*=\s*(?:\"([^\"]*)\"|([^\s;,\"]*))", re.IGNORECASE)
_MAX_AGE = re.compile(r"(?:^|[\s,])max-age\s*=\s*\"?(\d{1,9})", re.IGNORECASE)
_NOT_CACHED = re.compile(r"\bno-(?:cache|store)\b", re.IGNORECASE)
_LONGEST = 366 * 86400  # s; what asks for more is read as this


@dataclass(frozen=True)
class Hints:
    """`ttl`: how long a copy of the feed may be kept (RSS 2.0). `skip_hours` (0 to 23, UTC) and `skip_days` (Monday is
    0): when not to poll (RSS 2.0). `hub`: where to subscribe to the feed, under the address `topic` (WebSub, 4).
    """

    ttl: timedelta = timedelta(0)
    skip_hours: frozenset[int] = frozenset()
    skip_days: frozenset[int] = frozenset()
    hub: str = ""
    topic: str = ""


def hints_of(body: bytes, parsed: Mapping[str, Any], url: str, headers: Mapping[str, str]) -> Hints:
    """Of an RSS or Atom feed as feedparser read it; `headers` has names in small letters."""
    links = [(str(link.get("rel", "")), str(link.get("href", ""))) for link in parsed.get("links", [])]
    hub, topic = _hub(headers, links, url)
    ttl = str(parsed.get("ttl", "")).strip()
    return Hints(
        ttl=timedelta(seconds=min(_LONGEST, int(ttl[:9]) * 60)) if ttl.isdecimal() else timedelta(0),
        skip_hours=_skipped(body, b"skipHours", lambda said: int(said[:3]) % 24 if said.isdecimal() else None, 24),
        skip_days=_skipped(body, b"skipDays", lambda said: _DAYS.index(said) if said in _DAYS else None, 7),
        hub=hub,
        topic=topic,
    )


def hints_of_json(data: Mapping[str, Any], url: str, headers: Mapping[str, str]) -> Hints:
    """Of a JSON Feed: its `hubs` of the type WebSub, its `feed_url` (JSON Feed 1.1)."""
    listed = data.get("hubs")
    hubs = [hub for hub in listed if isinstance(hub, dict)] if isinstance(listed, list) else []
    links = [("hub", str(hub.get("url", ""))) for hub in hubs if str(hub.get("type", "")).lower() == "websub"]
    if isinstance(own := data.get("feed_url"), str):
        links.append(("self", own))
    hub, topic = _hub(headers, links, url)
    return Hints(hub=hub, topic=topic)


def fresh_for(cache_control: str, age: str) -> timedelta:
    """How long the answer stays fresh: `max-age` less the `Age` it came with (RFC 9111, 4.2)."""
    found = _MAX_AGE.search(cache_control)
    if not found or _NOT_CACHED.search(cache_control):
        return timedelta(0)
    given = age.strip()
    spent = int(given[:9]) if given.isdecimal() else 0
    return timedelta(seconds=max(0, min(_LONGEST, int(found[1])) - spent))


def _hub(headers: Mapping[str, str], links: Iterable[tuple[str, str]], url: str) -> tuple[str, str]:
    """The first hub, and the feed's own address there; HTTP `Link` comes before what the feed holds (WebSub, 4)."""
    every = [*_link_header(headers.get("link", "")), *links]
    hub = next((joined(url, href) for rel, href in every if rel == "hub" and href), "")
    topic = next((joined(url, href) for rel, href in every if rel == "self" and href), "")
    try:
        canonical(hub)
    except FetchError:
        return "", ""
    return hub, topic or url


def _link_header(value: str) -> list[tuple[str, str]]:
    """Each relation with its target (RFC 8288, 3)."""
    found = []
    for href, parameters in _LINK.findall(value[:10_000]):
        if rel := _REL.search(parameters):
            found += [(name.lower(), href) for name in (rel[1] or rel[2]).split()]
    return found


def _skipped(body: bytes, name: bytes, read: Callable[[str], int | None], of: int) -> frozenset[int]:
    """The numbers below an element of RSS; none where that would be all there are."""
    if name.lower() not in body.lower():
        return frozenset()
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, recover=True)
    try:
        root = etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, ValueError):
        return frozenset()
    lists = [e for e in root.iter() if str(e.tag).lower() == name.decode().lower()] if root is not None else []
    found = {read((child.text or "").strip().lower()) for element in lists for child in element}
    numbers = frozenset(number for number in found if number is not None)
    return numbers if len(numbers) < of else frozenset()
