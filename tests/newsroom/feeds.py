"""The outlets' feeds: RSS, Atom, JSON Feed and a news sitemap."""

import json
from xml.sax.saxutils import escape

from tests.newsroom.chrome import NAMES
from tests.newsroom.stories import Story

Entry = tuple[str, str, str, str]  # url, title, summary, published


def entries(stories: list[Story], base: str, titles: dict[str, str]) -> list[Entry]:
    return [
        (f"{base}/{s.outlet}/{s.slug}?utm_source=feed&utm_medium=rss", titles[s.slug], s.summary, s.published)
        for s in stories
    ]


def rss(outlet: str, items: list[Entry]) -> str:
    rows = "".join(
        f"<item><title>{escape(t)}</title><link>{escape(u)}</link><description>{escape(d)}</description></item>"
        for u, t, d, _ in items
    )
    name = escape(NAMES.get(outlet, outlet))
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>{name}</title>{rows}</channel></rss>'


def atom(outlet: str, items: list[Entry]) -> str:
    rows = "".join(
        f"<entry><title>{escape(t)}</title><id>{escape(u)}</id><link href={json.dumps(escape(u))}/>"
        f"<summary>{escape(d)}</summary><published>{p}</published><updated>{p}</updated></entry>"
        for u, t, d, p in items
    )
    name = escape(NAMES.get(outlet, outlet))
    return f'<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"><title>{name}</title>{rows}</feed>'


def json_feed(outlet: str, items: list[Entry]) -> str:
    rows = [{"id": u, "url": u, "title": t, "summary": d, "date_published": p} for u, t, d, p in items]
    return json.dumps(
        {"version": "https://jsonfeed.org/version/1.1", "title": NAMES.get(outlet, outlet), "items": rows}
    )


def sitemap(outlet: str, items: list[Entry]) -> str:
    rows = "".join(
        f"<url><loc>{escape(u)}</loc><news:news><news:publication_date>{p}</news:publication_date>"
        f"<news:title>{escape(t)}</news:title></news:news></url>"
        for u, t, _, p in items
    )
    return (
        '<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" '
        f'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">{rows}</urlset>'
    )


FORMATS = {
    "feed.rss": (rss, "application/rss+xml"),
    "feed.atom": (atom, "application/atom+xml"),
    "feed.json": (json_feed, "application/feed+json"),
    "news-sitemap.xml": (sitemap, "application/xml"),
}
