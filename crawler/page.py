"""A page as a tree: decoding the bytes of a response and parsing them once for everybody."""

import hashlib
import re
from dataclasses import dataclass
from functools import cached_property

from lxml import etree, html
from w3lib.encoding import html_to_unicode

from crawler.furniture import remove_machinery
from crawler.lines import page_lines
from revisions.errors import ExtractionError
from revisions.seen import Seen

_WORD = re.compile(r"\w")
# Characters that no XML holds (XML 1.0, 2.2), as such and as references to them: a tree with them cannot be changed.
_UNWRITABLE = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]"
    r"|&#0*(?:[0-8]|1[124-9]|2[0-9]|3[01])(?![0-9]);?"
    r"|&#[xX]0*(?:[0-8bBcCeEfF]|1[0-9a-fA-F]|[fF]{3}[eEfF])(?![0-9a-fA-F]);?"
)


def _parser() -> html.HTMLParser:
    """Comments and processing instructions out: they split the text around them.

    One class for all elements: looking it up by tag, as lxml.html does, costs as much as the parsing itself.
    """
    parser = html.HTMLParser(remove_comments=True, remove_pis=True)
    parser.set_element_class_lookup(etree.ElementDefaultClassLookup(element=html.HtmlElement))
    return parser


@dataclass(frozen=True)
class Page:
    """The bytes of a response as received, with the address they came from in the end."""

    url: str
    body: bytes
    content_type: str = ""

    @cached_property
    def text(self) -> str:
        """Decoded markup. Bytes that are valid UTF-8 are UTF-8, whatever the header or the page claims."""
        try:
            return self.body.decode("utf-8-sig")
        except UnicodeDecodeError:
            return html_to_unicode(self.content_type or None, self.body)[1]

    @property
    def is_unicode(self) -> bool:
        """Are the bytes UTF-8, as far as is known without reading them all?"""
        return "utf-8" in self.content_type.lower() or self.body.isascii()

    @cached_property
    def digest(self) -> bytes:
        """SHA-256 of the bytes."""
        return hashlib.sha256(self.body).digest()

    def tree(self) -> html.HtmlElement:
        """A fresh tree. Raises `ExtractionError` for what is no HTML page."""
        if not is_page(self.content_type):
            kind = _media_type(self.content_type)
            raise ExtractionError(f"the address answers with {kind}, not with a web page", self.url)
        if not self.body.strip():
            raise ExtractionError("the page is empty", self.url)
        clean = re.sub(r"^\s*<\?xml[^>]*\?>", "", _UNWRITABLE.sub("", self.text))
        try:
            tree: html.HtmlElement = html.document_fromstring(clean, parser=_parser())
        except (etree.ParserError, etree.XMLSyntaxError, ValueError) as error:
            raise ExtractionError(f"the page cannot be parsed ({error})", self.url) from error
        if tree.find(".//rss/channel") is not None:
            raise ExtractionError("the address answers with a feed, not with an article", self.url)
        if not _WORD.search(tree.text_content()):
            raise ExtractionError("the page is empty", self.url)
        return tree

    def seen(self) -> Seen:
        """All that a reader can see on the page, furniture included, and what it is built of."""
        tree = self.tree()
        names = class_names(tree)
        remove_machinery(tree)
        return seen_on(tree, names)


def is_page(content_type: str) -> bool:
    """May what comes under this type, or under none, be a web page?"""
    kind = _media_type(content_type)
    return not kind or "html" in kind or "xml" in kind or kind.startswith("text/")


def _media_type(content_type: str) -> str:
    return content_type.split(";")[0].strip().lower()


def class_names(tree: html.HtmlElement) -> set[str]:
    """What a page is built of, to be asked before anything is taken out."""
    return {name for value in tree.xpath("//@class") for name in value.split()}


def seen_on(tree: html.HtmlElement, names: set[str]) -> Seen:
    """All that can be seen of a tree without machinery."""
    return Seen.of((line.text for body in tree.iter("body") for line in page_lines(body)), names)
