"""Edits of a page: what an editor does to an article that is already out, at a place chosen by chance."""

import random
from collections.abc import Callable

from lxml import html

from crawler.page import Page

_SENTENCES = (
    "The ministry did not answer a request for comment.",
    "“We reject this,” a spokesperson for NSO Group said on Tuesday.",
    "No.",
    "It was 14, not 12.",
)
_NOTICES = (
    "<p>Correction: an earlier version of this article gave the wrong date of the vote.</p>",
    "<p><em>This article was amended on <b>3 May</b> to add a comment.</em></p>",
    '<div class="note"><strong>Update:</strong> the company has since answered.</div>',
)


def edited(markup: bytes, seed: random.Random) -> tuple[bytes, str]:
    """The page with one edit, and what kind of edit it is; "" where the page leaves no room for one."""
    tree: html.HtmlElement = html.document_fromstring(
        Page("", markup).text.encode(), parser=html.HTMLParser(encoding="utf-8")
    )
    paragraphs = [p for p in tree.iter("p") if len(p.text_content().split()) > 20]
    if len(paragraphs) < 3:
        return markup, ""
    kind, edit = seed.choice(_EDITS)
    edit(tree, paragraphs, seed)
    return bytes(html.tostring(tree, encoding="utf-8")), kind


def _add_sentence(_tree: html.HtmlElement, paragraphs: list[html.HtmlElement], seed: random.Random) -> None:
    _append(seed.choice(paragraphs), f" {seed.choice(_SENTENCES)}")


def _append(place: html.HtmlElement, words: str) -> None:
    if len(place):
        place[-1].tail = (place[-1].tail or "") + words
    else:
        place.text = (place.text or "") + words


def _add_paragraph(_tree: html.HtmlElement, paragraphs: list[html.HtmlElement], seed: random.Random) -> None:
    new = html.fragment_fromstring(f"<p>{seed.choice(_SENTENCES)}</p>")
    seed.choice(paragraphs).addnext(new)


def _add_at_the_end(_tree: html.HtmlElement, paragraphs: list[html.HtmlElement], seed: random.Random) -> None:
    paragraphs[-1].addnext(html.fragment_fromstring(f"<p>{seed.choice(_SENTENCES)}</p>"))


def _remove_paragraph(_tree: html.HtmlElement, paragraphs: list[html.HtmlElement], seed: random.Random) -> None:
    seed.choice(paragraphs).drop_tree()


def _replace_word(_tree: html.HtmlElement, paragraphs: list[html.HtmlElement], seed: random.Random) -> None:
    place = next((p for p in seed.sample(paragraphs, len(paragraphs)) if (p.text or "").split()), None)
    if place is not None:
        words = (place.text or "").split(" ")
        words[seed.randrange(len(words))] = seed.choice(("seventeen", "never", "Ruritania"))
        place.text = " ".join(words)


def _swap(_tree: html.HtmlElement, paragraphs: list[html.HtmlElement], seed: random.Random) -> None:
    first, second = seed.sample(paragraphs, 2)
    first.text, second.text = second.text, first.text


def _new_headline(tree: html.HtmlElement, _paragraphs: list[html.HtmlElement], seed: random.Random) -> None:
    for heading in tree.iter("h1", "title"):
        _append(heading, f" {seed.choice(('again', 'in doubt', 'after all'))}")


def _notice(_tree: html.HtmlElement, paragraphs: list[html.HtmlElement], seed: random.Random) -> None:
    """Behind the last paragraph, before the first one, or behind what they stand in."""
    notice = html.fragment_fromstring(seed.choice(_NOTICES))
    place = seed.choice((paragraphs[-1], paragraphs[0], paragraphs[-1].getparent()))
    if place.tag not in ("html", "body"):
        place.addnext(notice)


def _new_date(tree: html.HtmlElement, _paragraphs: list[html.HtmlElement], seed: random.Random) -> None:
    for meta in tree.iter("meta"):
        if "modified" in (meta.get("property") or ""):
            meta.set("content", f"2026-05-{seed.randint(10, 28)}T10:00:00Z")


_EDITS: tuple[tuple[str, Callable[[html.HtmlElement, list[html.HtmlElement], random.Random], None]], ...] = (
    ("sentence added", _add_sentence),
    ("paragraph added", _add_paragraph),
    ("paragraph added at the end", _add_at_the_end),
    ("paragraph removed", _remove_paragraph),
    ("word replaced", _replace_word),
    ("paragraphs swapped", _swap),
    ("headline changed", _new_headline),
    ("notice added", _notice),
    ("date changed", _new_date),
)
