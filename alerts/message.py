"""One model of a message; each channel renders it its own way.

Everything in it may come from a page. It is clean (no control characters, no direction overrides) and short enough
for a screen; escaping it is each channel's own business.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import Any

from alerts.fit import clean, fit, fit_all, one_line
from alerts.wording import facts, moment, subject
from revisions.align import Action, Edit, Span
from revisions.render import Line, excerpt, lines
from storage.operator import EVENT as OPERATOR
from storage.operator import Trouble, trouble_uid
from storage.present import article_json, change_json, change_links
from storage.present import moment as timestamp
from storage.stream import ChangeRecord
from storage.tables import Alert, Article

MOST_LINES = 6  # changed paragraphs shown; the rest is behind the link
MOST_CHARACTERS = 1800  # of all of them together, about a screen
MOST_NOTICES = 2
LONGEST_LINE = 700
LONGEST_SUBJECT = 200
LONGEST_FACT = 600
LONGEST_URL = 2000
LONGEST_IN_PAYLOAD = 4000  # characters of one text; the Standard Webhooks specification advises small payloads


@dataclass(frozen=True)
class Item:
    """One of several things that a grouped message tells."""

    subject: str
    summary: str
    url: str


@dataclass(frozen=True)
class Message:
    """What happened, for one alert. `changed` are the words in context, `items` what a grouped message tells.

    `links` by name; `more`: how many changed paragraphs, or items, are left for the links.
    """

    uid: str
    event: str
    at: datetime
    subject: str
    summary: str
    payload: dict[str, Any]
    title: str = ""
    outlet: str = ""
    links: tuple[tuple[str, str], ...] = ()
    facts: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()
    changed: tuple[Line, ...] = ()
    items: tuple[Item, ...] = ()
    more: int = 0
    thread: str = ""


def for_change(alert: Alert, record: ChangeRecord, public_url: str, zone: tzinfo = UTC) -> Message:
    """The message about a change: what happened, the words, the notice as printed, when, and who else has it."""
    notices = [n["text"] for n in record.change.notices if n["action"] != "removed"][:MOST_NOTICES]
    changed = [line for line in _changed(record) if not _is_new_notice(line, notices)]
    shown = within_a_screen(changed, [statement["text"] for statement in record.change.statements])
    links = change_links(record, public_url)
    return Message(
        uid=alert.uid,
        event=alert.event,
        at=alert.created_at,
        subject=fit(one_line(subject(record)), LONGEST_SUBJECT),
        summary=fit(clean(record.change.summary), LONGEST_FACT),
        payload=payload(alert, {"change": change_json(record, public_url)}),
        title=fit(one_line(record.article.title or record.article.url), LONGEST_SUBJECT),
        outlet=one_line(record.article.outlet),
        links=_links(record.article.url, ("the difference", links["diff"]), ("its history", links["article"])),
        facts=tuple(fit(one_line(fact), LONGEST_FACT) for fact in facts(record, zone)),
        notices=tuple(fit(one_line(notice), LONGEST_LINE) for notice in notices),
        changed=shown,
        more=len(changed) - len(shown),
        thread=f"article-{record.article.id}",
    )


def for_discovery(
    alert: Alert, article: Article, public_url: str, zone: tzinfo = UTC, original: Article | None = None
) -> Message:
    """The message about an article newly found."""
    title = fit(one_line(article.title or article.url), LONGEST_SUBJECT)
    published = f"published {moment(article.published_at, zone)}" if article.published_at else "no date of publication"
    found = f"found {moment(article.first_seen_at, zone)}"
    copy = [f"a copy of “{one_line(original.title)}” ({one_line(original.outlet)})"] if original else []
    return Message(
        uid=alert.uid,
        event=alert.event,
        at=alert.created_at,
        subject=fit(one_line(f"{article.outlet} published: {title}"), LONGEST_SUBJECT),
        summary="new article on the story",
        payload=payload(alert, {"article": article_json(article)}),
        title=title,
        outlet=one_line(article.outlet),
        links=_links(article.url, ("its history", f"{public_url}/articles/{article.id}")),
        facts=tuple(fit(fact, LONGEST_FACT) for fact in (published, found, *copy)),
        thread=f"article-{article.id}",
    )


def _links(page: str, *ours: tuple[str, str | None]) -> tuple[tuple[str, str], ...]:
    """Addresses people can follow: of the web, and no longer than a message bears."""
    all_of_them = (("the article", page), *ours)
    return tuple(
        (name, url)
        for name, url in all_of_them
        if url and url.startswith(("http://", "https://")) and len(url) <= LONGEST_URL and url == one_line(url)
    )


def for_operator(alert: Alert) -> Message:
    """The message about a trouble of the service itself."""
    return _of_trouble(alert.uid, Trouble(**(alert.content or {})), alert.created_at)


def direct(trouble: Trouble, channel: str, at: datetime) -> Message:
    """The same for a trouble that could not be written into the outbox."""
    return _of_trouble(trouble_uid(trouble, channel), trouble, at)


def _of_trouble(uid: str, trouble: Trouble, at: datetime) -> Message:
    data = {"kind": trouble.kind, "subject": trouble.subject, "text": trouble.text}
    return Message(
        uid=uid,
        event=OPERATOR,
        at=at,
        subject=fit(one_line(trouble.subject), LONGEST_SUBJECT),
        summary=fit(clean(trouble.text), 2 * LONGEST_FACT),
        payload=_body("operator.trouble", at, data),
        thread=f"operator-{trouble.kind}",
    )


def for_test(uid: str, channel: str, at: datetime) -> Message:
    """A message that only shows that a channel works."""
    text = f"This is a test of the channel “{channel}”. Nothing has changed."
    body = _body("test", at, {"channel": channel, "message": text})
    return Message(uid, "test", at, "Addendum test", text, body, title="Addendum", outlet="Addendum")


def payload(alert: Alert, data: dict[str, Any]) -> dict[str, Any]:
    """The webhook's body; the same for every attempt, so that a repeat is recognised."""
    kind = "alerts.grouped" if alert.article_id is None else f"article.{alert.event}"
    return _body(kind, alert.created_at, data)


def _body(kind: str, at: datetime, data: dict[str, Any]) -> dict[str, Any]:
    return {"type": kind, "timestamp": timestamp(at), "data": fit_all(data, LONGEST_IN_PAYLOAD)}


def _changed(record: ChangeRecord) -> list[Line]:
    return [excerpt(line) for line in lines(*record.texts)] if record.texts else []


def _is_new_notice(line: Line, notices: Sequence[str]) -> bool:
    """An added notice is shown as printed, not among the changed words as well."""
    return line.action is Action.ADDED and "".join(span.text for span in line.spans).strip() in notices


def within_a_screen(changed: Sequence[Line], said: Sequence[str] = ()) -> tuple[Line, ...]:
    """As many lines as go on a screen, in reading order, each clean and cut at a word if it must be.

    First claim have a new headline and the words of speakers (`said`), then the largest edits.
    """
    shown: dict[int, Line] = {}
    room = MOST_CHARACTERS
    for at in sorted(range(len(changed)), key=lambda at: _weight(changed[at], said), reverse=True)[:MOST_LINES]:
        if room < LONGEST_LINE // 4:
            break
        line = changed[at]
        spans = _fitting(line.spans, min(LONGEST_LINE, room))
        room -= sum(len(span.text) for span in spans)
        shown[at] = Line(line.label, line.action, spans)
    return tuple(shown[at] for at in sorted(shown))


def _weight(line: Line, said: Sequence[str]) -> tuple[bool, int]:
    text = "".join(span.text for span in line.spans)
    is_told = line.label == "headline" or any(words in text for words in said)
    return is_told, sum(len(span.text) for span in line.spans if span.edit is not Edit.EQUAL)


def _fitting(spans: Sequence[Span], limit: int) -> tuple[Span, ...]:
    """Edits have first claim to the room: what stayed as it was is cut before them."""
    edits = sum(len(s.text) for s in spans if s.edit is not Edit.EQUAL)
    around = max(0, limit - edits) // max(1, sum(s.edit is Edit.EQUAL for s in spans))
    out: list[Span] = []
    for span in spans:
        text = clean(span.text)
        if limit <= 0:
            break
        if span.edit is Edit.EQUAL and edits:
            text = fit(text, max(around, 40))
        text = fit(text, limit)
        limit -= len(text)
        out.append(Span(span.edit, text))
    return tuple(out)
