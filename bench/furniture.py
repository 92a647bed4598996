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
        piece = html.fragment_fromstring(_piece(seed))
        where = seed.choice(("first", "last", "between"))
        if where == "between" and len(paragraphs) > 3:
            seed.choice(paragraphs[1:-1]).addnext(piece)
        else:
            body.insert(0 if where == "first" else len(body), piece)
    return bytes(html.tostring(tree, encoding="utf-8"))


def _piece(seed: random.Random) -> str:
    """One of the pieces, with numbers, titles and links of its own."""
    return seed.choice(_PIECES).format(
        number=seed.randint(2, 9999),
        minute=seed.randint(2, 59),
        name=seed.choice(_LISTS),
        title=_title(seed),
        links="".join(f'<li><a href="/x/{n}">{_title(seed)}</a></li>' for n in range(seed.randint(3, 9))),
    )


def _title(seed: random.Random) -> str:
    return f"Town {seed.choice(_DEEDS)} {seed.choice(_NOUNS)} no {seed.randint(2, 99)}"


_LISTS = ("related-stories", "most-read", "trending", "recommended", "more-stories", "latest-news")
_PIECES = (
    '<aside class="{name}"><h3>Related stories</h3><ul>{links}</ul></aside>',
    '<div class="share-bar"><span>{number} shares</span> <a href="#">Facebook</a></div>',
    '<p class="view-counter">{number} people are reading this now</p>',
    '<div class="cookie-banner"><p>We use cookies, {number} of them. <button>Accept</button></p></div>',
    '<div class="newsletter-signup"><p>Sign up to our newsletter, edition {number}</p></div>',
    '<div class="ad-slot" id="ad-{number}"><p>Advertisement</p><p>Buy {title}</p></div>',
    '<div class="clock">It is now 14:{minute:02}</div>',
    '<div class="age-warning">This article is more than {minute} years old</div>',
    '<div class="reader-appeal"><p>Support our newsroom: {number} readers gave this month.</p></div>',
    '<section class="comments"><h3>{number} comments</h3><ul><li><p>{title}, and about time.</p></li></ul></section>',
    "<p>Updated {minute} minutes ago</p>",
)
