"""A news site on loopback with large pages, furniture different on every request, for measuring the crawler.

The pages are the reference pages where they are present, each as several articles whose paragraphs are marked as
their own; else pages made of the same vocabulary every time. A process of its own, so that it can be fast: all parts
of a page but its furniture are made beforehand.
"""

import asyncio
import gzip
import multiprocessing
import random
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import cycle, islice
from multiprocessing.sharedctypes import Synchronized
from typing import Any

from tests.data import DATA

PAGE = 170_000  # bytes of a page that is made
EDITED = "<p>A spokesperson for NSO Group said on Tuesday that the company had never seen the list.</p>"
_OPEN = re.compile(rb"<body[^>]*>", re.IGNORECASE)
_CLOSE = re.compile(rb"</body>", re.IGNORECASE)
_PARAGRAPH = re.compile(rb"<p(?=[\s>])[^>]*>", re.IGNORECASE)
_HEADLINE = re.compile(rb"<h1[^>]*>", re.IGNORECASE)
_WORDS = ("council", "bridge", "harvest", "tunnel", "orchestra", "ferry", "glacier", "bakery", "lighthouse", "tramway")


@dataclass(frozen=True)
class Site:
    """`url`: of the site. `edit`: how many articles carry one sentence more than at first."""

    url: str
    articles: list[str]
    edit: "Synchronized[int]"


def sources(least: int) -> list[tuple[bytes, str]]:
    """Pages that can be read, with their last paragraph; `least`: of how many bytes reference pages must be."""
    from crawler.extract import extract
    from crawler.page import Page
    from revisions.errors import ExtractionError

    found = []
    for file in sorted((DATA / "pages").glob("*.html.gz")):
        markup = gzip.decompress(file.read_bytes())
        try:
            text = extract(Page("http://127.0.0.1/a/1", markup, "text/html; charset=utf-8")).text
        except ExtractionError:
            continue
        last = next((p.text for p in reversed(text.paragraphs) if _end(markup, p.text)), "")
        if len(markup) >= least and text.words > 150 and last and _is_article_there(markup, last):
            found.append((markup, last))
    return found or [_made(random.Random(number)) for number in range(20)]


def _is_article_there(markup: bytes, last: str) -> bool:
    """Is a sentence put behind this paragraph one of the article's, so that an edit there is one?"""
    from crawler.extract import extract
    from crawler.page import Page

    start, article, rest, end = _parts(markup, 1, last)
    edited = b"".join((start, article, EDITED.encode(), rest, end))
    text = extract(Page("http://127.0.0.1/a/1", edited, "text/html; charset=utf-8")).text
    return any(EDITED[3:-4] in paragraph.text for paragraph in text.paragraphs)


def _end(markup: bytes, words: str) -> int:
    """Where the only paragraph ends that begins with these words, or 0."""
    found = list(re.finditer(rb"<p(?:\s[^>]*)?>\s*" + re.escape(words[:60].encode()) + rb".*?</p>", markup, re.DOTALL))
    return found[0].end() if len(found) == 1 and len(words) >= 60 else 0


def _made(seed: random.Random) -> tuple[bytes, str]:
    def sentence() -> str:
        return " ".join(seed.choice(_WORDS) for _ in range(18)).capitalize() + "."

    paragraphs = [f"{sentence()} {sentence()} {sentence()}" for _ in range(16)]
    article = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
    head = f"<title>{sentence()}</title><script>{'x' * (PAGE // 2)}</script>"
    lists = "".join(f'<li class="c{n}"><a href="/x/{n}">{sentence()}</a></li>' for n in range(PAGE // 400))
    body = f"<main><article><h1>{sentence()}</h1>{article}</article></main><footer><ul>{lists}</ul></footer>"
    page = f'<html lang="en"><head>{head}</head><body><div id="page">{body}</div></body></html>'
    return page.encode(), paragraphs[-1]


@contextmanager
def site(articles: int, least: int = 60_000) -> Iterator[Site]:
    """The site, served by a process of its own on a port the system chooses."""
    context = multiprocessing.get_context("spawn")
    edit = context.Value("i", 0)
    near, far = context.Pipe()
    process = context.Process(target=_serve, args=(articles, least, edit, far), daemon=True)
    process.start()
    try:
        port = near.recv()
        url = f"http://127.0.0.1:{port}"
        yield Site(url, [f"{url}/a/{number}" for number in range(articles)], edit)
    finally:
        process.terminate()
        process.join()


def _serve(articles: int, least: int, edit: "Synchronized[int]", ready: Any) -> None:
    found = sources(least)
    pages = [_parts(markup, number, last) for number, (markup, last) in enumerate(islice(cycle(found), articles))]

    async def main() -> None:
        server = await asyncio.get_running_loop().create_server(lambda: _Answers(pages, edit), "127.0.0.1", 0)
        ready.send(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(main())


def _parts(markup: bytes, number: int, last: str) -> tuple[bytes, bytes, bytes, bytes]:
    """A page up to its body, from there to the article's paragraph that ends with `last`, the rest, and its end."""
    end = _end(markup, last)
    opened, close = _OPEN.search(markup), _CLOSE.search(markup)
    start, stop = (opened.end() if opened else 0), (close.start() if close else len(markup))

    def own(part: bytes) -> bytes:
        """With a number before each paragraph and headline, so that no two articles share one."""
        for tag in (_HEADLINE, _PARAGRAPH):
            part = tag.sub(lambda found: found[0] + f"No {number}: ".encode(), part)
        return part

    return own(markup[:start]), own(markup[start:end]), own(markup[end:stop]), own(markup[stop:])


class _Answers(asyncio.Protocol):
    def __init__(self, pages: list[tuple[bytes, bytes, bytes, bytes]], edit: "Synchronized[int]") -> None:
        self._pages = pages
        self._edit = edit
        self._seed = random.Random()
        self._received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport: Any = transport

    def data_received(self, data: bytes) -> None:
        self._received += data
        while b"\r\n\r\n" in self._received:
            request, self._received = self._received.split(b"\r\n\r\n", 1)
            self._answer(request.split(b" ", 2)[1].decode())

    def _answer(self, path: str) -> None:
        found = re.fullmatch(r"/a/(\d+)", path)
        number = int(found[1]) if found else -1
        if not 0 <= number < len(self._pages):
            self._transport.write(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
            return
        head, article, rest, end = self._pages[number]
        edit = EDITED.encode() if number < self._edit.value else b""
        body = b"".join((head, self._furniture("trending"), article, edit, rest, self._furniture("most-read"), end))
        fields = f"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {len(body)}\r\n\r\n"
        self._transport.write(fields.encode() + body)

    def _furniture(self, name: str) -> bytes:
        seed = self._seed
        links = "".join(
            f'<li><a href="/x/{seed.randrange(10**6)}">The {seed.choice(_WORDS)} by the {seed.choice(_WORDS)}</a></li>'
            for _ in range(seed.randint(4, 9))
        )
        clock = f'<div class="clock">It is now 14:{seed.randrange(10, 60)}</div>'
        return f'<!-- {seed.random()} --><aside class="{name}"><ul>{links}</ul></aside>{clock}'.encode()
