"""Page chrome: everything around an article, different on every request and different at every outlet."""

import json
import random
from datetime import UTC, datetime
from html import escape

from tests.newsroom.stories import Stage, Story

_NOUNS = ("council", "bridge", "harvest", "tunnel", "orchestra", "ferry", "glacier", "bakery", "lighthouse", "tramway")
_DEEDS = ("votes on", "argues over", "closes", "celebrates", "rebuilds", "forgets", "paints", "auctions", "inherits")
NAMES = {"courier": "The Harbour Courier", "dispatch": "Northern Dispatch", "tribune": "Tribune of the Hills"}


def page(story: Story, stage: Stage, base: str, seed: random.Random) -> str:
    """The whole page of an article."""
    return {"courier": _courier, "dispatch": _dispatch, "tribune": _tribune}[story.outlet](story, stage, base, seed)


def _headline(seed: random.Random) -> str:
    return f"Town {seed.choice(_DEEDS)} {seed.choice(_NOUNS)} no {seed.randint(2, 99)}"


def _links(seed: random.Random, count: int) -> str:
    return "".join(f'<li><a href="/other/{seed.randrange(10**6)}">{_headline(seed)}</a></li>' for _ in range(count))


def _clock() -> str:
    return datetime.now(UTC).strftime("%H:%M:%S.%f")


def _courier(story: Story, stage: Stage, base: str, seed: random.Random) -> str:
    """A modern site: JSON-LD, a cookie banner, a related list within the text, notices at the foot."""
    url = f"{base}/{story.outlet}/{story.slug}"
    linked = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": stage.headline,
        "datePublished": story.published,
        "dateModified": stage.modified or story.published,
        "author": [{"@type": "Person", "name": name} for name in stage.byline.split(" and ") if name],
    }
    paragraphs = [f"<p>{escape(p)}</p>" for p in stage.paragraphs]
    paragraphs.insert(
        2, f'<aside class="related-stories"><h3>Related stories</h3><ul>{_links(seed, seed.randint(2, 5))}</ul></aside>'
    )
    if stage.notice:
        paragraphs.append(f"<ul><li>{escape(stage.notice)}</li></ul>")
    return f"""<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(stage.headline)} | {NAMES[story.outlet]}</title>
<link rel="canonical" href="{url}"><meta property="og:title" content="{escape(stage.headline)}">
<script type="application/ld+json">{json.dumps(linked)}</script><script>window.ad={{"id":"{seed.randrange(10**9)}"}};</script></head>
<body class="page-{seed.randrange(100)}"><div class="cookie-banner">We use cookies to keep the lights on. <button>Accept</button></div>
<header class="site-header"><nav><ul>{_links(seed, 4)}</ul></nav><div class="clock">It is now {_clock()}</div></header>
<main><article><h1>{escape(stage.headline)}</h1><p class="standfirst">{escape(stage.standfirst)}</p>
<p class="byline">By {escape(stage.byline)}</p><div class="share-bar">{seed.randint(10, 9999)} shares</div>
<div class="article-body">{"".join(paragraphs)}
<div class="newsletter-signup"><p>Sign up to our newsletter, edition {seed.randint(1, 999)}</p></div></div></article></main>
<section class="most-viewed"><h2>Most viewed</h2><ol>{_links(seed, 6)}</ol></section>
<footer class="site-footer"><p>© The Harbour Courier. Page served at {_clock()} by node {seed.randint(1, 40)}.</p></footer></body></html>"""


def _dispatch(story: Story, stage: Stage, base: str, seed: random.Random) -> str:
    """Nested boxes without meaning; counters between the paragraphs; the notice in italics under the byline."""
    body = [f"<div class='txt'><p>{escape(p)}</p></div>" for p in stage.paragraphs]
    body.insert(1, f"<p class='view-counter'>{seed.randint(100, 99999):,} people are reading this now</p>")
    body.append(f"<p>Read more: <a href='/x/{seed.randrange(999)}'>{_headline(seed)}</a></p>")
    notice = f"<p><em>{escape(stage.notice)}</em></p>" if stage.notice else ""
    modified = f"<meta property='article:modified_time' content='{stage.modified}'>" if stage.modified else ""
    return f"""<html lang="en"><head><title>{escape(stage.headline)} - {NAMES[story.outlet]}</title>
<meta property="og:title" content="{escape(stage.headline)}"><meta name="author" content="{escape(stage.byline)}">
<meta property="article:published_time" content="{story.published}">{modified}
<link rel="canonical" href="/{story.outlet}/{story.slug}?utm_source=canonical"></head>
<body><div id="top"><div class="ticker">{" +++ ".join(_headline(seed) for _ in range(5))}</div><div id="ad-slot-{seed.randrange(10**6)}" class="ad-slot">Advertisement</div></div>
<div id="wrap"><div id="left"><h1>{escape(stage.headline)}</h1><div class="byline">By {escape(stage.byline)}</div>{notice}
<div class="content">{"".join(body)}</div><div class="comments">{seed.randint(0, 400)} comments</div></div>
<div id="right"><h4>Trending</h4><ul>{_links(seed, 8)}</ul><p>Local time {_clock()}</p></div></div></body></html>"""


def _tribune(story: Story, stage: Stage, base: str, seed: random.Random) -> str:
    """A page of the year two thousand: no metadata, few classes, the notice in a box."""
    body = "".join(f"<p>{escape(p)}</p>\n" for p in stage.paragraphs)
    notice = f"<div class='box'><p>{escape(stage.notice)}</p></div>" if stage.notice else ""
    return f"""<html><head><title>{escape(stage.headline)}</title></head><body><!-- {seed.random()} -->
<div id="menu">{" | ".join(f"<a href='/{seed.randrange(99)}'>{_headline(seed)}</a>" for _ in range(4))}</div>
<div id="story"><h1>{escape(stage.headline)}</h1>
{body}{notice}</div>
<div id="bottom">You are visitor no. {seed.randrange(10**6)}. Page generated {_clock()}.</div></body></html>"""


def with_a_restless_paragraph(page: str, seed: random.Random) -> str:
    """Something no list of furniture knows, in the middle of the text: a chance find, and a clock of whole seconds."""
    page = page.replace("</p>", f"</p><p>The harbour tower shows {_clock().split('.')[0]} to all who pass.</p>", 2)
    years = f"{seed.randint(1850, 1990)} and {seed.randint(1850, 1990)}"
    return page.replace(
        "</p>", f"</p><p>On this day in {years} our paper wrote that the {_headline(seed).lower()}.</p>", 8
    )


def consent_page() -> str:
    return """<html lang="en"><head><title>Before you continue</title></head><body><h1>Before you continue</h1>
<p>We and our partners value your privacy. Please accept the use of cookies to read on.</p><button>Accept all</button></body></html>"""
