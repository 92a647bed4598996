"""`addendum doctor`: what stands in the way of a running watch, and what to do about it."""

import asyncio
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta

from addendum import build
from addendum.config import Config
from addendum.context import Context
from addendum.output import json_lines, table
from crawler import loop
from crawler.crawl import Crawl
from crawler.outcomes import Order
from revisions.errors import AddendumError, FetchError, StorageError
from revisions.moments import show_duration
from storage import outbox
from storage.captures import head_of, unlinked
from storage.clock import clock_difference, clock_was_ahead
from storage.database import Database
from storage.feeds import list_feeds, sync_feeds
from storage.health import LITTLE_SPACE, free_space
from storage.holds import list_holds
from storage.present import moment
from storage.stamps import last_stamp
from storage.subscriptions import list_subscriptions
from storage.tables import Feed

CLOCKS = timedelta(seconds=5)  # by which this machine's clock and the database's may differ; leases are seconds long
LATE_LINK = timedelta(minutes=5)


@dataclass(frozen=True)
class Finding:
    what: str
    state: str  # ok, note, problem
    said: str


def examine(context: Context, *, offline: bool, as_json: bool) -> None:
    """Exits with status 1 where there is a problem."""
    with context.record() as (config, database):
        sync_feeds(database, build.feed_specs(config))
        findings = [*_configuration(config), *_database(config, database), *_channels(config, database)]
        findings += _hubs(config, database)
        if not offline:
            findings += loop.run(_feeds(config, list_feeds(database)))
    if as_json:
        json_lines(map(asdict, findings))
    else:
        table(("What", "State", "Finding"), [(f.what, f.state, f.said) for f in findings], "")
    if any(f.state == "problem" for f in findings):
        sys.exit(1)


def _configuration(config: Config) -> Iterator[Finding]:
    if not config.service.contact:
        yield Finding("contact", "note", "set service.contact, so that outlets know whom to write to")
    if not config.topic.terms and any(feed.relevant == "match" for feed in config.feeds):
        yield Finding("topic", "note", "topic.terms is empty, so every entry of every feed is followed")
    if not config.channels:
        yield Finding("channels", "note", "no channel is configured: changes are recorded, nobody is told")
    yield Finding(
        "configuration", "ok", f"{len(config.feeds)} feeds, {len(config.channels)} channels, {len(config.rules)} rules"
    )


def _database(config: Config, database: Database) -> Iterator[Finding]:
    yield Finding("database", "ok", f"{database.name}, schema {database.revision()}")
    yield from _writing(database)
    yield from _clock(database)
    yield from _proof(config, database)
    free = free_space(database)
    if free is not None:
        state = "problem" if free < LITTLE_SPACE else "ok"
        remedy = "; free some, or move the database" if state == "problem" else ""
        yield Finding("disk", state, f"{free / 1e9:.1f} GB free{remedy}")
    failed = outbox.counts(database)["failed"]
    if failed:
        yield Finding("alerts", "problem", f"{failed} failed; see `addendum alerts list --state failed`")
    configured = {channel.name for channel in config.channels}
    for name, count in outbox.waiting_by_channel(database).items():
        if name not in configured:
            yield Finding(name, "problem", f"{count} alerts wait for this channel, which is not configured any more")
    for hold, count in list_holds(database, datetime.now(UTC)):
        yield Finding(
            hold.outlet, "note", f"{count} alerts are held, its pages changed shape; see `addendum alerts held`"
        )


def _writing(database: Database) -> Iterator[Finding]:
    """Whether the record can be written: nothing is."""
    try:
        with database.write() as session:
            session.rollback()
    except StorageError as error:
        yield Finding("writing", "problem", error.reason)


def _clock(database: Database) -> Iterator[Finding]:
    now = datetime.now(UTC)
    ahead = clock_was_ahead(database, now)
    if ahead:
        said = f"something was recorded {show_duration(ahead)} from now: the clock was ahead; see that NTP keeps it"
        yield Finding("clock", "problem", said)
        return
    apart = clock_difference(database)
    if abs(apart) > CLOCKS:
        said = f"the database's is {show_duration(abs(apart))} {'ahead' if apart > timedelta(0) else 'behind'}"
        yield Finding("clock", "problem", f"{said}; see that NTP keeps both")
    else:
        yield Finding("clock", "ok", f"{now:%Y-%m-%d %H:%M} UTC")


def _proof(config: Config, database: Database) -> Iterator[Finding]:
    """How far the chain of captures is, and its stamps."""
    now = datetime.now(UTC)
    waiting, since = unlinked(database)
    if since and now - since > LATE_LINK:
        said = f"{waiting} captures wait for their link since {moment(since)}; start `addendum run`, or do a `check`"
        yield Finding("proof", "note", said)
    if config.proof.authority:
        with database.read() as session:
            head, stamp = head_of(session), last_stamp(session)
        is_late = head.link > (stamp.link if stamp else 0) and (not stamp or now - stamp.at > 2 * config.proof.every)
        if is_late:
            last = f"the last one is of {moment(stamp.at)}" if stamp else "there is none yet"
            yield Finding("stamps", "note", f"{config.proof.authority} has not stamped the chain lately; {last}")
        else:
            yield Finding("stamps", "ok", f"up to link {stamp.link if stamp else 0}")


def _hubs(config: Config, database: Database) -> Iterator[Finding]:
    """Feeds whose hub would push what is new."""
    hubs = [feed for feed in list_feeds(database) if feed.hub]
    pushed = list_subscriptions(database)
    if hubs and not build.callback(config):
        said = (
            f"feeds with a hub that would push what is new: {len(hubs)}; set web.public_url to an address it can reach"
        )
        yield Finding("hubs", "note", said)
    for feed in hubs:
        if (subscription := pushed.get(feed.id or 0)) and subscription.reason:
            yield Finding(feed.name, "note", f"its hub does not push: {subscription.reason}; it is polled instead")


def _channels(config: Config, database: Database) -> Iterator[Finding]:
    troubled = {state.name: state for state in outbox.troubled_channels(database)}
    try:
        build.channels(config)
    except AddendumError as error:
        yield Finding("channels", "problem", str(error))
    for channel in config.channels:
        if state := troubled.get(channel.name):
            remedy = "`addendum alerts retry` opens it again" if state.closed_at else "what waits is tried again"
            yield Finding(channel.name, "problem", f"{state.reason}; {remedy}")
        elif channel.type == "webhook" and not channel.secret:
            yield Finding(channel.name, "note", "has no secret: its receiver cannot tell our messages from others'")
        else:
            yield Finding(channel.name, "ok", f"{channel.type}; `addendum alerts test {channel.name}` sends a message")


async def _feeds(config: Config, watched: list[Feed]) -> list[Finding]:
    """Ask every feed once."""
    async with Crawl(build.crawl_settings(config)) as crawl:
        return await asyncio.gather(*(_feed(crawl, feed) for feed in watched if not feed.paused))


async def _feed(crawl: Crawl, feed: Feed) -> Finding:
    try:
        poll = await crawl.poll(Order(feed.url))
    except FetchError as error:
        return Finding(feed.name, "note", error.reason)
    if poll.error or poll.feed is None:
        return Finding(feed.name, "problem", f"{feed.url}: {poll.error}; correct the address or pause it")
    moved = f"; moved for good to {poll.moved_to}" if poll.moved_to else ""
    return Finding(feed.name, "ok", f"{len(poll.feed.entries)} entries ({poll.feed.kind}){moved}")
