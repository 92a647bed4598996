"""Slack, by incoming webhook, as Block Kit.

Words of an article go into rich text, where Slack looks for no markup and no mentions; our own lines are escaped
mrkdwn. Limits: docs.slack.dev/reference/block-kit.
"""

import json
from collections.abc import Iterator

from slack_sdk.models.blocks import (
    Block,
    ContextBlock,
    MarkdownTextObject,
    RichTextBlock,
    RichTextElementParts,
    RichTextQuoteElement,
    SectionBlock,
)

from alerts.channels.http import post
from alerts.message import Message
from revisions.align import Edit, Span
from revisions.render import Line

LONGEST_LINE = 600  # characters of one changed paragraph shown
LONGEST_SECTION = 2900  # Slack allows 3000


class Slack:
    def __init__(self, name: str, url: str) -> None:
        self.name = name
        self._url = url

    async def send(self, message: Message) -> int:
        body = {"text": escape(message.subject)[:LONGEST_SECTION], "blocks": [b.to_dict() for b in blocks(message)]}
        return await post(self.name, self._url, json.dumps(body).encode(), {"content-type": "application/json"})


def blocks(message: Message) -> list[Block]:
    """The message as validated blocks: what happened, the words, when, and links."""
    parts: list[Block] = [SectionBlock(text=MarkdownTextObject(text=_head(message)))]
    parts += [RichTextBlock(elements=[_quote(line)]) for line in message.changed]
    small = [*message.facts, *([f"and {message.more} more changed paragraphs"] if message.more else [])]
    if links := " · ".join(f"<{url}|{name}>" for name, url in message.links.items()):
        small.append(links)
    if small:
        texts = [fact if fact == links else escape(fact) for fact in small]
        parts.append(ContextBlock(elements=[MarkdownTextObject(text=_fit(" · ".join(texts), 1900))]))
    return parts


def _head(message: Message) -> str:
    title = escape(_fit(message.subject, 300))
    linked = f"<{_address(message.article_url)}|{title}>" if message.article_url else title
    return f"*{linked}*\n{escape(_fit(message.summary, 1500))}"


def _quote(line: Line) -> RichTextQuoteElement:
    return RichTextQuoteElement(elements=list(_runs(line)))


def _runs(line: Line) -> Iterator[RichTextElementParts.Text]:
    """Added words bold, removed words struck through; nothing beyond the limit."""
    room = LONGEST_LINE
    for span in line.spans:
        text = _fit(span.text, room)
        room -= len(text)
        yield RichTextElementParts.Text(text=text, style=_style(span))
        if room <= 0:
            return


def _style(span: Span) -> RichTextElementParts.TextStyle | None:
    if span.edit is Edit.INSERT:
        return RichTextElementParts.TextStyle(bold=True)
    return RichTextElementParts.TextStyle(strike=True) if span.edit is Edit.DELETE else None


def escape(text: str) -> str:
    """Slack's three characters; without them no mention, link or channel command can begin."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _address(url: str) -> str:
    return url.replace("|", "%7C").replace(">", "%3E").replace("<", "%3C")


def _fit(text: str, limit: int) -> str:
    """At most `limit` characters, cut between words."""
    if len(text) <= limit:
        return text
    cut = text[: max(1, limit - 2)]
    return (cut.rsplit(" ", 1)[0] if " " in cut else cut) + " …"
