"""`addendum alerts …`."""

import asyncio
import uuid
from datetime import UTC, datetime

from addendum import build
from addendum.context import Context
from addendum.output import ago, json_lines, say, table
from alerts.channels import Channel
from alerts.message import Message, for_test
from revisions.errors import ConfigError, DeliveryError
from storage import outbox
from storage.present import alert_json


def show_alerts(context: Context, *, state: str, limit: int, as_json: bool) -> None:
    if state not in ("", "waiting", "sent", "failed"):
        raise ConfigError("expected waiting, sent or failed", f"--state {state}")
    with context.record() as (_, database):
        found = outbox.list_alerts(database, state=state, limit=limit)
    if as_json:
        json_lines(alert_json(alert, article) for alert, article in found)
        return
    rows = [
        (a.id, a.channel, a.event, a.state, ago(a.created_at), a.attempts, a.error or article.title)
        for a, article in found
    ]
    table(("No", "Channel", "Event", "State", "Written", "Attempts", "Article or error"), rows, "There are no alerts.")


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
    await channel.send(message)


def retry_alerts(context: Context, numbers: list[int]) -> None:
    with context.record() as (_, database):
        count = outbox.retry(database, datetime.now(UTC), numbers)
    say(f"{count} alerts are back in line")
