"""`addendum alerts …`: what was told, what would be, and why."""

import asyncio
import uuid
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from addendum import build
from addendum.config import Config
from addendum.context import Context
from addendum.output import ago, json_lines, parse_when, say, table
from alerts.channels import Channel
from alerts.message import Message, for_test
from alerts.rules import Rule
from revisions.errors import ConfigError, DeliveryError
from storage import holds, outbox, queries, stream
from storage.database import Database
from storage.facts import Event
from storage.present import alert_json, article_reference, moment
from storage.stream import ChangeFilter, ChangeRecord
from storage.tables import Alert, Article

STATES = ("waiting", "grouped", "held", "sent", "failed")


def show_alerts(context: Context, *, state: str, limit: int, as_json: bool) -> None:
    if state not in ("", *STATES):
        raise ConfigError(f"expected one of {', '.join(STATES)}", f"--state {state}")
    with context.record() as (_, database):
        found = outbox.list_alerts(database, state=state, limit=limit)
    if as_json:
        json_lines(alert_json(alert, article) for alert, article in found)
        return
    rows = [
        (a.id, a.channel, a.event, a.state, ago(a.created_at), a.attempts, a.error or _about(a, article))
        for a, article in found
    ]
    table(("No", "Channel", "Event", "State", "Written", "Attempts", "About, or error"), rows, "There are no alerts.")


def _about(alert: Alert, article: Article | None) -> str:
    if article:
        return article.title or article.url
    content = alert.content or {}
    return str(content.get("subject") or f"several alerts together ({content.get('reason')})")


def explain(context: Context, number: int, *, as_json: bool) -> None:
    """Which rules match a change, or why they do not, and what became of its alerts."""
    with context.record() as (config, database):
        record = stream.get_change(database, number)
        event = _event(database, record)
        alerts = outbox.list_alerts(database, change_id=number)
    verdicts = [(rule, list(rule.misses(event))) for rule in build.rules(config)]
    if as_json:
        json_lines([_explained(record, verdicts, alerts)])
        return
    say(f"change {number}: {record.article.outlet}: {record.change.summary}")
    for rule, misses in verdicts:
        say(f"rule “{rule.name}”: {'; '.join(misses) if misses else f'matches → {_channels(rule)}'}")
    if record.change.untold:
        say(f"nobody was told: {record.change.untold}")
    for alert, _ in alerts:
        say(f"alert {alert.id} for {alert.channel}: {_state(alert)}")
    if not alerts and not record.change.untold:
        say("no alert was written when it was recorded")


def _explained(
    record: ChangeRecord, verdicts: list[tuple[Rule, list[str]]], alerts: list[tuple[Alert, Article | None]]
) -> dict[str, Any]:
    return {
        "change": record.change.id,
        "summary": record.change.summary,
        "rules": [
            {"name": rule.name, "matches": not misses, "misses": misses, "channels": list(rule.channels)}
            for rule, misses in verdicts
        ],
        "untold": record.change.untold or None,
        "alerts": [alert_json(alert, article) for alert, article in alerts],
    }


def _state(alert: Alert) -> str:
    match alert.state:
        case "sent":
            return f"sent {moment(alert.sent_at)}{f', in group {alert.group_id}' if alert.group_id else ''}"
        case "failed":
            return f"failed: {alert.error}"
        case "held":
            return "held, the outlet's pages changed shape; `addendum alerts release` sends it"
        case "grouped":
            return f"waits in group {alert.group_id}"
    return f"waits{f', last try: {alert.error}' if alert.error else ''}"


def preview(context: Context, *, since: str, as_json: bool) -> None:
    """What the configuration as it stands would have sent."""
    start = parse_when(since)
    with context.record() as (config, database):
        sent = list(_would_send(config, database, start))
    if as_json:
        json_lines(sent)
        return
    rows = [
        (s["at"], s["event"], s["change"] or "–", ", ".join(s["channels"]), ", ".join(s["rules"]), s["about"])
        for s in sent
    ]
    table(("At", "Event", "Change", "Channels", "Rules", "About"), rows, "Nothing would have been sent.")
    per_channel = Counter(channel for s in sent for channel in s["channels"])
    counts = (f"{name}: {count} alert{'s' if count > 1 else ''}" for name, count in per_channel.items())
    context.note("; ".join(counts) or "no alerts")


def _would_send(config: Config, database: Database, start: datetime) -> Iterator[dict[str, Any]]:
    """Oldest first. What would not be told whatever the rules say is left out: repeats, copies that catch up."""
    rules = build.rules(config)
    found: list[tuple[datetime, Event, ChangeRecord | None]] = [
        (article.first_seen_at, Event("discovered", article, feed), None)
        for article, feed in queries.list_discovered(database, start)
    ]
    for record in stream.list_changes(database, ChangeFilter(since=start), limit=None, texts=True):
        if not record.change.untold:
            found.append((record.change.detected_at, _event(database, record), record))
    for at, event, told in sorted(found, key=lambda one: one[0]):
        matched = [rule for rule in rules if rule.matches(event)]
        if matched:
            yield {
                "at": moment(at),
                "event": event.type,
                "change": told.change.id if told else None,
                "article": article_reference(event.article),
                "channels": list(dict.fromkeys(channel for rule in matched for channel in rule.channels)),
                "rules": [rule.name for rule in matched],
                "about": f"{event.article.outlet}: {told.change.summary if told else event.article.title}",
            }


def _event(database: Database, record: ChangeRecord) -> Event:
    feed = queries.feed_name(database, record.article)
    return Event.of_row(record.article, record.change, feed, record.texts)


def _channels(rule: Rule) -> str:
    return ", ".join(rule.channels) or "no channel"


def show_held(context: Context, *, as_json: bool) -> None:
    with context.record() as (_, database):
        found = holds.list_holds(database, datetime.now(UTC))
    if as_json:
        json_lines(
            {
                "outlet": hold.outlet,
                "since": moment(hold.since),
                "until": moment(hold.until),
                "alerts": count,
                "reason": hold.reason,
            }
            for hold, count in found
        )
        return
    rows = [(hold.outlet, count, ago(hold.since), hold.reason) for hold, count in found]
    table(("Outlet", "Alerts held", "Since", "Why"), rows, "Nothing is held.")


def release(context: Context, outlet: str) -> None:
    with context.record() as (_, database):
        count = holds.release(database, outlet, datetime.now(UTC))
    say(f"{count} alerts of {outlet} are in line, told together")


def test_channels(context: Context, name: str) -> None:
    """Raises `DeliveryError` naming every channel that did not take the message."""
    config = context.config()
    channels = [channel for channel in build.channels(config) if name in ("", channel.name)]
    if not channels:
        known = ", ".join(channel.name for channel in config.channels) or "none is configured"
        raise ConfigError(f"no such channel; the channels are: {known}", name or "channels")
    problems = []
    for channel in channels:
        message = for_test(f"msg_{uuid.uuid4().hex}", channel.name, datetime.now(UTC))
        try:
            asyncio.run(_send(channel, message))
            say(f"{channel.name}: test message sent")
        except DeliveryError as error:
            problems.append(str(error))
    if problems:
        raise DeliveryError("\n".join(problems))


async def _send(channel: Channel, message: Message) -> None:
    try:
        await channel.send(message)
    finally:
        await channel.close()


def retry_alerts(context: Context, numbers: list[int]) -> None:
    with context.record() as (_, database):
        count = outbox.retry(database, datetime.now(UTC), numbers)
    say(f"{count} alerts are back in line")
