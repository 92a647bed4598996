"""A page as a fast parser shows it: its texts in reading order, and what it says of its article beside them."""

import json
from collections.abc import Iterator, Sequence
from functools import cached_property
from hashlib import blake2b

from selectolax.lexbor import LexborHTMLParser, LexborNode, SelectolaxError

from crawler.furniture import MACHINERY, is_furniture_block
from crawler.metadata import AUTHORS, LINKED, NAMES, linked_data
from crawler.page import Page
from revisions.notices import is_bare_label, may_hold_notice, recognise

DIGEST = 6  # bytes; two lines of a page are one by chance once in 10^10 pages
MOST_KNOWN = 50_000  # lines remembered that may hold no notice
BREAK = "\ue000"  # between two texts of a page: a character for private use (The Unicode Standard, 23.5)
NEAR = 3  # texts before and behind one that may be of the same line
_AUTHORS = 3  # named first on the page
_VISIBLE_AUTHORS = '[rel~="author"], [itemprop~="author"]'

Step = tuple[str, str, tuple[str, ...]]  # an element on the way down from the body: tag, id, classes
_harmless: set[str] = set()


def digest(text: str) -> bytes:
    return blake2b(text.encode("utf-8", "replace"), digest_size=DIGEST).digest()


class Shown:
    """A page's tree without machinery. `head`: digest of what it says of its article beside the text."""

    def __init__(self, page: Page) -> None:
        self._tree = LexborHTMLParser(page.body if page.is_unicode else page.text)
        self.head = self._read_head()
        self._tree.strip_tags(list(MACHINERY))

    @cached_property
    def text(self) -> str:
        """All texts of the body, as `joined` has those of an element."""
        body = self._tree.body
        return joined(body) if body is not None else ""

    def at(self, path: Sequence[Step]) -> list[LexborNode]:
        """The elements that a way leads to; none where a name on it is no name to a selector ("<b<div>")."""
        body = self._tree.body
        if body is None or not path:
            return [body] if body is not None else []
        try:
            return self._tree.css(" > ".join(["body", *map(_selector, path)]))
        except SelectolaxError:
            return []

    def _read_head(self) -> bytes:
        tree = self._tree
        said = [f"lang={(tree.root.attributes if tree.root else {}).get('lang')}"]
        said += [" ".join(node.text().split()) for tag in ("title", "h1") for node in tree.tags(tag)]
        declared = [pair for node in tree.tags("meta") for pair in _declared(node.attributes)]
        links = [node.attributes for node in tree.tags("link")]
        canonical = [given.get("href") for given in links if "canonical" in (given.get("rel") or "").lower()]
        scripts = [n.text() for n in tree.tags("script") if "ld+json" in (n.attributes.get("type") or "")]
        linked = linked_data(scripts)
        if not linked.get("author") and not AUTHORS.intersection(name for name, _ in declared):
            said += [" ".join(node.text().split()) for node in tree.css(_VISIBLE_AUTHORS)[:_AUTHORS]]
        known = [linked.get(name) for name in LINKED]
        return digest("\n".join([*said, json.dumps([declared, canonical, known], sort_keys=True)]))


def _declared(given: dict[str, str | None]) -> list[tuple[str, str]]:
    """What a meta tag says that is read: by which name, and what."""
    names = {given.get(kind) or "" for kind in ("property", "name", "itemprop")} & NAMES
    return [(name, given.get("content") or "") for name in sorted(names)]


def joined(node: LexborNode) -> str:
    """The texts below an element, `BREAK` between them, empty ones left out."""
    return node.text(separator=BREAK, skip_empty=True)


def divided(text: str) -> list[str]:
    """The texts that were joined."""
    return [line for line in text.split(BREAK) if line]


def without_furniture(node: LexborNode) -> str:
    """What `joined` gives without blocks that are furniture by their names, unless they may hold a notice."""
    named = {each.mem_id: each for each in node.css("[class], [id]") if _is_named_furniture(each)}
    outermost = [each for each in named.values() if not any(up.mem_id in named for up in _ancestors(each))]
    for each in outermost:  # taking one out frees all that is below it
        if not _holds_notice(divided(joined(each))):
            each.decompose()
    return joined(node)


def _holds_notice(texts: Sequence[str]) -> bool:
    telling = with_cues(texts)
    return bool(telling) and any(may_be_notice(texts, at) for at, text in enumerate(texts) if text in telling)


def _is_named_furniture(node: LexborNode) -> bool:
    given = node.attributes
    return is_furniture_block(node.tag or "", given.get("class"), given.get("id"))


def _ancestors(node: LexborNode) -> Iterator[LexborNode]:
    while (up := node.parent) is not None:
        yield up
        node = up


def with_cues(texts: Sequence[str]) -> set[str]:
    """Those that may be of a notice, by a piece of a word; what is known to hold none is not looked at again."""
    fresh = set(texts) - _harmless
    if not fresh or not may_hold_notice("\n".join(fresh)):
        telling = set[str]()
    else:
        telling = {line for line in fresh if may_hold_notice(line)}
    if len(_harmless) > MOST_KNOWN:
        _harmless.clear()
    _harmless.update(fresh - telling)
    return telling


def may_be_notice(texts: Sequence[str], at: int) -> bool:
    """Is a text, or a line that it and its neighbours may be, a notice? Rather one too many than one too few."""
    return any(recognise(line) is not None or is_bare_label(line) for line in _around(texts, at))


def _around(texts: Sequence[str], at: int) -> Iterator[str]:
    """A line may be several texts, for its links and what is set in bold: all ways to read this one in a line."""
    for first in range(max(0, at - NEAR), at + 1):
        for last in range(at, min(len(texts), at + NEAR + 1)):
            yield " ".join(texts[first : last + 1])


def _selector(step: Step) -> str:
    tag, name, classes = step
    own = f'[id="{_quoted(name)}"]' if name else ""
    return tag + own + "".join(f'[class~="{_quoted(each)}"]' for each in classes)


def _quoted(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\a ")
