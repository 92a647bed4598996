"""Slack, by incoming webhook, as Block Kit.

All words go into rich text, which is structure and not markup: Slack looks there for no mentions, links or formatting,
so an article's words stay in their place. The line for notifications is mrkdwn and is escaped. Limits:
docs.slack.dev/reference/block-kit.
"""

import json
import re
from collections.abc import Iterable, Iterator

from slack_sdk.models.blocks import (
    Block,
    RichTextBlock,
    RichTextElementParts,
    RichTextQuoteElement,
    RichTextSectionElement,
)

from alerts.channels.http import Poster
from alerts.fit import fit
from alerts.message import Message
from alerts.plain import more
from revisions.align import Edit, Span
from revisions.networks import PUBLIC, Networks
from revisions.render import Line

MOST_BLOCKS = 50
LONGEST_TEXT = 2900  # Slack allows 3000 characters to a text object
LONGEST_FALLBACK = 600
_COMMAND = re.compile(r"<(?=[!@#])")  # how a mention or a command begins in mrkdwn

Text = RichTextElementParts.Text
Style = RichTextElementParts.TextStyle


class Slack:
    at_once = 1  # Slack takes one message a second

    def __init__(self, name: str, url: str, *, networks: Networks = PUBLIC) -> None:
        self.name = name
        self._poster = Poster(name, url, networks)

    async def send(self, message: Message) -> int:
        return await self._poster.post(json.dumps(body(message)).encode(), {"content-type": "application/json"})

    async def close(self) -> None:
        await self._poster.close()


def body(message: Message) -> dict[str, object]:
    """What is posted. Links are not unfolded: a message is never more than a screen."""
    return {
        "text": fit(escape(message.subject), LONGEST_FALLBACK),
        "blocks": [block.to_dict() for block in blocks(message)],
        "unfurl_links": False,
        "unfurl_media": False,
    }


def blocks(message: Message) -> list[Block]:
    """The message as validated blocks: what happened, the words, the notice, when, and links."""
    parts: list[Block] = [_section(_head(message))]
    parts += [RichTextBlock(elements=[RichTextQuoteElement(elements=list(_runs(line)))]) for line in message.changed]
    for item in message.items:
        parts.append(_section([*_linked(item.subject, item.url, bold=True), _text(f"\n{item.summary}")]))
    for notice in message.notices:
        parts.append(_section([_text("Notice as printed: ", bold=True), _text(f"“{notice}”", italic=True)]))
    small = [*message.facts, *filter(None, [more(message)])]
    if small:
        parts.append(_section([_text(" · ".join(small))]))
    if message.links:
        parts.append(_section([part for at, link in enumerate(message.links) for part in _link_with_dot(at, link)]))
    return parts[:MOST_BLOCKS]


def _head(message: Message) -> list[object]:
    address = message.links[0][1] if message.links else ""
    return [*_linked(message.subject, address, bold=True), _text(f"\n{message.summary}")]


def _linked(text: str, url: str, *, bold: bool) -> list[object]:
    return [_link(text, url, bold=bold)] if url else [_text(text, bold=bold)]


def _link_with_dot(at: int, link: tuple[str, str]) -> list[object]:
    name, url = link
    return [*([_text(" · ")] if at else []), _link(name, url)]


def _section(elements: Iterable[object]) -> RichTextBlock:
    return RichTextBlock(elements=[RichTextSectionElement(elements=list(elements))])  # type: ignore[arg-type]


def _runs(line: Line) -> Iterator[RichTextElementParts.Text]:
    """Added words bold, removed words struck through, the white space behind them as it is."""
    for span in line.spans:
        words = span.text.rstrip() if span.edit is not Edit.EQUAL else span.text
        if words:
            yield Text(text=_harmless(words), style=_style(span))
        if space := span.text[len(words) :]:
            yield Text(text=space)


def _style(span: Span) -> RichTextElementParts.TextStyle | None:
    if span.edit is Edit.INSERT:
        return Style(bold=True)
    return Style(strike=True) if span.edit is Edit.DELETE else None


def _text(text: str, *, bold: bool = False, italic: bool = False) -> RichTextElementParts.Text:
    style = Style(bold=bold or None, italic=italic or None) if bold or italic else None
    return Text(text=_harmless(fit(text, LONGEST_TEXT)), style=style)


def _link(text: str, url: str, *, bold: bool = False) -> RichTextElementParts.Link:
    style = Style(bold=True) if bold else None
    return RichTextElementParts.Link(url=url, text=_harmless(fit(text, LONGEST_TEXT)), style=style)


def _harmless(text: str) -> str:
    """A word joiner (U+2060, shown as nothing) in what would be a command if it were ever read as mrkdwn."""
    return _COMMAND.sub("<\u2060", text)


def escape(text: str) -> str:
    """Slack's three characters; without them no mention, link or channel command can begin."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
