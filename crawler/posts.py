"""Live blogs: which elements of a page are its posts, and the name each one keeps from visit to visit."""

import re
from collections.abc import Iterator, Mapping

from lxml import html

from crawler.furniture import table
from crawler.places import is_post

Posts = Mapping[html.HtmlElement, str]  # each post's element and its key
FEWEST = 2  # posts; a single one is an article
_ID = ("id", "data-block-id", "data-post-id", "data-id", "data-key", "data-entry-id")
_TAGS = ("article", "div", "li", "section")


def posts(tree: html.HtmlElement, *, is_live: bool) -> Posts:
    """Each post's element with its key, in reading order; empty for a page that is no live blog.

    `is_live`: the page calls itself one (schema.org LiveBlogPosting), so that bare articles with ids are posts, too.
    """
    names = " ".join(tree.xpath("//@class | //@id | //@itemprop")).lower()
    if not (is_live or any(cue in names for cue in table("post_cues"))):
        return {}
    found = {element: key for element in tree.iter(*_TAGS) if is_post(element) and (key := _key(element))}
    found = {e: k for e, k in found.items() if not any(parent in found for parent in e.iterancestors())}
    if is_live and len(found) < FEWEST:
        found = {e: e.get("id", "") for e in tree.iter("article") if e.get("id") and e.find(".//time") is not None}
    return found if len(set(found.values())) >= FEWEST else {}


def _key(element: html.HtmlElement) -> str:
    """An id, the anchor of its own link, or its time; a name that does not depend on what the post says."""
    return next(_keys(element), "")


def _keys(element: html.HtmlElement) -> Iterator[str]:
    for name in _ID:
        if value := element.get(name):
            yield value
    for link in element.iter("a"):
        if anchor := re.search(r"#([\w:.-]{3,})$", link.get("href", "")):
            yield anchor[1]
    for time in element.iter("time"):
        if moment := time.get("datetime"):
            yield moment


def post_of(element: html.HtmlElement, posts: Posts) -> str:
    """The key of the post around an element, or ""."""
    return next((posts[e] for e in (element, *element.iterancestors()) if e in posts), "") if posts else ""
