"""Furniture that moves: what a site changes around an article between two requests without anybody editing it."""

import random

from lxml import html

from crawler.page import Page

_NOUNS = ("council", "bridge", "harvest", "tunnel", "orchestra", "ferry", "glacier", "bakery", "lighthouse", "tramway")
_DEEDS = ("votes on", "argues over", "closes", "celebrates", "rebuilds", "forgets", "paints", "auctions", "inherits")
PIECES = 8  # put into a page at once


def perturbed(markup: bytes, seed: random.Random) -> bytes:
    """The page with pieces of furniture put in around the article and between its paragraphs, and the time moved on."""
    tree: html.HtmlElement = html.document_fromstring(
        Page("", markup).text.encode(), parser=html.HTMLParser(encoding="utf-8")
    )
    body = tree.find(".//body")
    if body is None:
        return markup
    paragraphs = [p for p in body.iter("p") if len(p.text_content().split()) > 20]
    for _ in range(PIECES):
        piece = html.fragment_fromstring(seed.choice(_MAKERS)(seed))
        where = seed.choice(("first", "last", "between"))
        if where == "between" and len(paragraphs) > 3:
            seed.choice(paragraphs[1:-1]).addnext(piece)
        else:
            body.insert(0 if where == "first" else len(body), piece)
    return bytes(html.tostring(tree, encoding="utf-8"))


def _title(seed: random.Random) -> str:
    return f"Town {seed.choice(_DEEDS)} {seed.choice(_NOUNS)} no {seed.randint(2, 99)}"


def _links(seed: random.Random) -> str:
    return "".join(
        f'<li><a href="/x/{seed.randrange(10**6)}">{_title(seed)}</a></li>' for _ in range(seed.randint(3, 9))
    )


def _related(seed: random.Random) -> str:
    name = seed.choice(("related-stories", "most-read", "trending", "recommended", "more-stories", "latest-news"))
    return f'<aside class="{name}"><h3>Related stories</h3><ul>{_links(seed)}</ul></aside>'


def _share(seed: random.Random) -> str:
    return f'<div class="share-bar"><span>{seed.randint(3, 9999)} shares</span> <a href="#">Facebook</a></div>'


def _readers(seed: random.Random) -> str:
    return f'<p class="view-counter">{seed.randint(10, 9999):,} people are reading this now</p>'


def _cookies(seed: random.Random) -> str:
    count = seed.randint(2, 900)
    return f'<div class="cookie-banner"><p>We use cookies, {count} of them. <button>Accept</button></p></div>'


def _newsletter(seed: random.Random) -> str:
    return f'<div class="newsletter-signup"><p>Sign up to our newsletter, edition {seed.randint(1, 999)}</p></div>'


def _advertisement(seed: random.Random) -> str:
    return f'<div class="ad-slot" id="ad-{seed.randrange(10**6)}"><p>Advertisement</p><p>Buy {_title(seed)}</p></div>'


def _clock(seed: random.Random) -> str:
    return f'<div class="clock">It is now {seed.randint(0, 23):02}:{seed.randint(0, 59):02}</div>'


def _age(seed: random.Random) -> str:
    return f'<div class="age-warning">This article is more than {seed.randint(2, 20)} years old</div>'


def _appeal(seed: random.Random) -> str:
    givers = seed.randint(100, 9999)
    return f'<div class="reader-appeal"><p>Support our newsroom: {givers} readers gave this month.</p></div>'


def _comments(seed: random.Random) -> str:
    said = "".join(f"<li><p>{_title(seed)}, and about time.</p></li>" for _ in range(seed.randint(1, 5)))
    return f'<section class="comments"><h3>{seed.randint(1, 400)} comments</h3><ul>{said}</ul></section>'


def _updated(seed: random.Random) -> str:
    return f"<p>Updated {seed.randint(2, 59)} minutes ago</p>"


_MAKERS = (
    *(_related, _share, _readers, _cookies, _newsletter, _advertisement, _clock, _age, _appeal, _comments, _updated),
)
