"""The reference revisions as a news site would show them: real edits of published posts, rendered as pages."""

import html
import json
import lzma
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from lxml import html as lxml_html
from markdown_it import MarkdownIt

from revisions.words import fold

_FRONT = re.compile(r"\A(---|\+\+\+)\s*\n(.*?)\n\1\s*(?:\n|\Z)", re.DOTALL)
_TITLE = re.compile(r"^title\s*[:=]\s*(.+?)\s*$", re.MULTILINE)
_HEADING = re.compile(r"^#+\s*(.+?)\s*$", re.MULTILINE)
_CHROME = """<!doctype html><html lang="en"><head><title>{title} | The Harbour Post</title></head><body>
<header class="site-header"><a href="/">The Harbour Post</a><nav><ul><li><a href="/world">World</a></li>
<li><a href="/tech">Technology</a></li></ul></nav></header>
<main><article>{headline}<p class="byline">By our correspondent</p><div class="article-body">{body}</div></article>
<aside class="most-read"><h2>Most read</h2><ol><li><a href="/a">Ferry strike enters second week</a></li>
<li><a href="/b">Council votes on new bridge</a></li></ol></aside></main>
<footer class="site-footer"><p>© The Harbour Post</p></footer></body></html>"""


@dataclass(frozen=True)
class Revision:
    """One edit: `commit` and `path` name it, `old` and `new` are Markdown with front matter."""

    commit: str
    path: str
    old: str
    new: str

    @property
    def pages(self) -> tuple[bytes, bytes]:
        return render(self.old).encode(), render(self.new).encode()

    @property
    def is_visible(self) -> bool:
        """Do the two read differently, typography aside?"""
        return _untypeset(visible_text(self.old)) != _untypeset(visible_text(self.new))


def load(folder: Path) -> Iterator[Revision]:
    for file in sorted(folder.glob("*.jsonl.xz")):
        with lzma.open(file, "rt", encoding="utf-8") as lines:
            for line in lines:
                row = json.loads(line)
                yield Revision(row["commit"], row["path"], row["old"], row["new"])


def render(markdown: str) -> str:
    title, body = _split(markdown)
    first = _HEADING.search(body)
    headline = f"<h1>{html.escape(title)}</h1>" if title else ""
    return _CHROME.format(title=html.escape(title or (first[1] if first else "")), headline=headline, body=_body(body))


def visible_text(markdown: str) -> str:
    """The words a reader of the article sees: its title and everything rendered below it."""
    title, body = _split(markdown)
    shown = lxml_html.fragment_fromstring(_body(body), create_parent="div")
    for hidden in shown.xpath("//script|//style|//comment()|//iframe"):
        hidden.drop_tree()
    for block in shown.iter("p", "li", "h1", "h2", "h3", "h4", "h5", "td", "th", "pre", "br", "div", "dt", "dd"):
        block.tail = " " + (block.tail or "")
    return fold(f"{title} {shown.text_content()}")


def _untypeset(text: str) -> str:
    """Space around dashes and slashes is typography."""
    return re.sub(r"\s*([-/])\s*", r"\1", text)


def _body(markdown: str) -> str:
    rendered: str = MarkdownIt("commonmark", {"html": True}).enable("table").render(markdown)
    return rendered


def _split(markdown: str) -> tuple[str, str]:
    front = _FRONT.match(markdown)
    if not front:
        return "", markdown
    title = _TITLE.search(front[2])
    return (title[1].strip("\"'") if title else ""), markdown[front.end() :]
