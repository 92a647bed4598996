"""One model of a message; each channel renders it its own way."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from revisions.render import Line, excerpt, lines, mark_up
from revisions.text import Text
from storage.boxes import BoxArticle
from storage.present import article_json, change_json, change_links, moment
from storage.queries import ChangeRecord
from storage.tables import Alert, Article

MOST_LINES = 6  # changed paragraphs shown; the rest is behind the link
MOST_ARTICLES = 12  # articles of one box named in a message


@dataclass(frozen=True)
class Message:
    """What happened, for one alert. Everything in it may come from a page: every channel escapes it."""

    uid: str
    event: str
    at: datetime
    subject: str
    summary: str
    title: str
    outlet: str
    article_url: str
    links: dict[str, str]
    facts: tuple[str, ...]
    changed: tuple[Line, ...]
    more: int
    payload: dict[str, Any]
    thread: str = ""


def for_change(alert: Alert, record: ChangeRecord, public_url: str) -> Message:
    """The message about a change: subject, line, when and in which window, and the words themselves."""
    changed = [excerpt(line) for line in _lines(record)]
    links = {name: url for name, url in change_links(record, public_url).items() if url}
    return Message(
        uid=alert.uid,
        event=alert.event,
        at=alert.created_at,
        subject=subject(record),
        summary=record.change.summary,
        title=record.article.title or record.article.url,
        outlet=record.article.outlet,
        article_url=record.article.url,
        links=links,
        facts=_facts(record),
        changed=tuple(changed[:MOST_LINES]),
        more=max(0, len(changed) - MOST_LINES),
        payload=_payload(alert, {"change": change_json(record, public_url)}),
        thread=f"article-{record.article.id}",
    )


def for_discovery(alert: Alert, article: Article, public_url: str) -> Message:
    """The message about an article newly found."""
    title = article.title or article.url
    published = f"published {_date(article.published_at)}" if article.published_at else "no date of publication given"
    return Message(
        uid=alert.uid,
        event=alert.event,
        at=alert.created_at,
        subject=f"{article.outlet} published: {title}",
        summary="new article on the story",
        title=title,
        outlet=article.outlet,
        article_url=article.url,
        links={"article": f"{public_url}/articles/{article.id}"},
        facts=(published, f"found {_date(article.first_seen_at)}"),
        changed=(),
        more=0,
        payload=_payload(alert, {"article": article_json(article)}),
        thread=f"article-{article.id}",
    )


def for_test(uid: str, channel: str, at: datetime) -> Message:
    """A message that only shows that a channel works."""
    text = f"This is a test of the channel “{channel}”. Nothing has changed."
    return Message(
        uid=uid,
        event="test",
        at=at,
        subject="Addendum test",
        summary=text,
        title="Addendum",
        outlet="Addendum",
        article_url="",
        links={},
        facts=(),
        changed=(),
        more=0,
        payload={"type": "test", "timestamp": moment(at), "data": {"channel": channel, "message": text}},
    )


def _payload(alert: Alert, data: dict[str, Any]) -> dict[str, Any]:
    """The webhook's body; the same for every attempt, so that a repeat is recognised."""
    return {"type": f"article.{alert.event}", "timestamp": moment(alert.created_at), "data": data}


def _lines(record: ChangeRecord) -> list[Line]:
    if not record.source or not record.target or record.source.number == record.target.number:
        return []
    return list(lines(Text.from_json(record.source.content), Text.from_json(record.target.content)))


def subject(record: ChangeRecord) -> str:
    """What happened, in the words of a reporter: "The Guardian added NSO Group comment to: …"."""
    outlet, title = record.article.outlet, record.article.title or record.article.url
    box = f" and {len(record.together)} more (one box)" if record.together else ""
    return f"{outlet} {_deed(record)} {title}{box}"


def _deed(record: ChangeRecord) -> str:
    change, kinds = record.change, record.change.kinds
    if "gone" in kinds:
        return "withdrew:"
    if "restored" in kinds:
        return "restored:"
    if change.statements:
        return _said(change.statements)
    if correction := next((n for n in change.notices if n["action"] != "removed" and n["kind"] != "update"), None):
        return {"correction": "corrected:", "retraction": "retracted:", "clarification": "clarified:"}.get(
            correction["kind"], "added a note to:"
        )
    deeds = {
        "headline": "changed the headline of:",
        "figures": "changed a figure in:",
        "removal": "removed a passage from:",
        "notice": "added an update notice to:"
        if any(n["action"] == "added" for n in change.notices)
        else "changed a notice in:",
    }
    return next((deed for kind, deed in deeds.items() if kind in kinds), "edited:")


def _said(statements: list[dict[str, Any]]) -> str:
    actions = {
        "added": "added {} comment to:",
        "withdrawn": "removed {} comment from:",
        "reworded": "reworded {} comment in:",
    }
    first = min(statements, key=lambda s: list(actions).index(s["action"]))
    same = [s["speaker"] for s in statements if s["action"] == first["action"]]
    return actions[first["action"]].format(" and ".join(dict.fromkeys(same)))


def _facts(record: ChangeRecord) -> tuple[str, ...]:
    """When it was published, when the change was seen, in which window it happened, and whether it was admitted."""
    change, article = record.change, record.article
    facts = [f"published {_date(article.published_at)}"] if article.published_at else []
    if change.last_unchanged_at:
        facts.append(f"changed between {_date(change.last_unchanged_at)} and {_date(change.detected_at)}")
    else:
        facts.append(f"change seen {_date(change.detected_at)}")
    facts.append(f"{change.significance}: {change.reason}")
    if change.stealth and "gone" not in change.kinds:
        facts.append("no notice, no newer date on the page")
    if record.together:
        facts.append(_box_fact(record.together))
    return tuple(facts)


def _box_fact(together: Sequence[BoxArticle]) -> str:
    """The other articles that carry the box, those that were seen to change first."""
    named = []
    for other in together[:MOST_ARTICLES]:
        state = "changed, too" if other.change_id else "not seen to change yet"
        named.append(f"“{other.article.title or other.article.url}” ({state})")
    more = f" and {len(together) - MOST_ARTICLES} more" if len(together) > MOST_ARTICLES else ""
    return f"in a box that stands in {len(together) + 1} articles; also in: {'; '.join(named)}{more}"


def _date(value: datetime | None) -> str:
    return value.strftime("%-d %B %Y, %H:%M:%S UTC") if value else "at an unknown time"


def as_text(message: Message) -> str:
    """The whole message as plain text, for the text part of an email, Apprise and the terminal."""
    parts = [message.summary, message.title if message.title not in message.subject else ""]
    parts += [mark_up(line.spans, ("[-", "-]"), ("{+", "+}")) for line in message.changed]
    parts.append(f"… and {message.more} more changed paragraphs" if message.more else "")
    parts.append("\n".join(message.facts))
    parts.append(
        "\n".join(f"{name}: {url}" for name, url in {"page": message.article_url, **message.links}.items() if url)
    )
    return "\n\n".join(part for part in parts if part)
