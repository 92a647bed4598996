"""Feeds of changes (Atom, RFC 4287), one for every filter the stream of changes has."""

import re
from datetime import UTC, datetime
from typing import Annotated, Any
from xml.etree import ElementTree as ET

from fastapi import APIRouter, Query, Response

from revisions.render import excerpt, lines, spans_html
from storage import stream
from storage.present import change_links, moment
from storage.stream import ChangeRecord
from web.filters import ChangesAsked
from web.site import Here, Site

ENTRIES = 50
MOST_LINES = 12  # of a difference, in an entry
ATOM = "http://www.w3.org/2005/Atom"
MEDIA_TYPE = "application/atom+xml"
_UNPRINTABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # XML 1.0, 2.2


def build_atom(guards: list[Any]) -> APIRouter:
    router = APIRouter(dependencies=guards, include_in_schema=False)
    router.add_api_route("/changes.atom", changes, methods=["GET", "HEAD"])
    return router


def changes(site: Here, asked: Annotated[ChangesAsked, Query()]) -> Response:
    records = stream.list_changes(site.database, asked.filter, limit=ENTRIES, texts=True)
    address = site.public_url + asked.address("/changes.atom", cursor="")
    feed = ET.Element("feed", {"xmlns": ATOM})
    _element("title", feed, "Addendum: " + _title(asked))
    _element("id", feed, address)
    _element("link", feed, rel="self", type=MEDIA_TYPE, href=address)
    _element("link", feed, rel="alternate", type="text/html", href=site.public_url + asked.address("/", cursor=""))
    updated = max((record.change.detected_at for record in records), default=datetime(1970, 1, 1, tzinfo=UTC))
    _element("updated", feed, moment(updated))
    _element("generator", feed, "Addendum")
    for record in records:
        _entry(feed, record, site)
    return Response(ET.tostring(feed, encoding="utf-8", xml_declaration=True), media_type=MEDIA_TYPE)


def _title(asked: ChangesAsked) -> str:
    told = [asked.kind, asked.significance and f"at least {asked.significance}", asked.speaker, asked.outlet]
    words = [str(word) for word in told if word] + (["not admitted"] if asked.stealth else [])
    return f"changes ({', '.join(words)})" if words else "changes"


def _entry(feed: ET.Element, record: ChangeRecord, site: Site) -> None:
    change, links = record.change, change_links(record, site.public_url)
    entry = _element("entry", feed)
    _element("id", entry, f"{site.public_url}/#change-{change.id}")
    _element("title", entry, f"{record.article.title or record.article.url}: {change.summary}")
    _element("updated", entry, moment(change.detected_at))
    _element("link", entry, rel="alternate", type="text/html", href=links["diff"] or "")
    _element("link", entry, rel="related", type="text/html", href=record.article.url)
    _element("name", _element("author", entry), record.article.outlet or "unknown")
    for kind in (*change.kinds, change.significance, *(["stealth"] if change.stealth else [])):
        _element("category", entry, term=kind)
    if record.texts:
        shown = [excerpt(line) for line in lines(*record.texts)]
        more = ["<p>…</p>"] if len(shown) > MOST_LINES else []
        html = [f'<p dir="auto">{spans_html(line.spans)}</p>' for line in shown[:MOST_LINES]]
        _element("content", entry, "\n".join(html + more), type="html")


def _element(name: str, parent: ET.Element, text: str | None = None, **attributes: str) -> ET.Element:
    element = ET.SubElement(parent, name, {key: _UNPRINTABLE.sub("", value) for key, value in attributes.items()})
    element.text = _UNPRINTABLE.sub("", text) if text else None
    return element
