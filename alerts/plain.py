"""A message as plain text: the text part of an email, Apprise, the terminal."""

from alerts.message import Message
from revisions.render import mark_up

REMOVED, ADDED = ("[-", "-]"), ("{+", "+}")  # as `git diff --word-diff=plain` marks them (git-diff(1))


def as_text(message: Message) -> str:
    """Removed words as [-…-], added words as {+…+}, the same as `addendum diff` shows them."""
    parts = [message.summary, message.title if message.title not in message.subject else ""]
    parts += [f"{line.label}: {mark_up(line.spans, REMOVED, ADDED)}" for line in message.changed]
    parts += [f"· {item.subject}\n  {item.summary}\n  {item.url}" for item in message.items]
    parts.append(more(message))
    parts += [f"notice as printed: “{notice}”" for notice in message.notices]
    parts.append("\n".join(message.facts))
    parts.append("\n".join(f"{name}: {url}" for name, url in message.links if url))
    return "\n\n".join(part for part in parts if part)


def more(message: Message) -> str:
    """What is left for the link, or ""."""
    if not message.more:
        return ""
    what = "changes" if message.items else "changed paragraphs"
    return f"… and {message.more} more {what if message.more > 1 else what[:-1]}, behind the link"
