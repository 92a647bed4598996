"""From the configuration to the parts it configures."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TextIO
from zoneinfo import ZoneInfo

import structlog

from addendum import __version__
from addendum.config import Config
from addendum.config_channels import BURST, MOST_PER_HOUR
from addendum.config_channels import Channel as ChannelConfig
from alerts.channels import Channel
from alerts.channels.stream import File, StandardOutput
from alerts.channels.webhook import Webhook
from alerts.delivery import Deliverer
from alerts.message import direct
from alerts.pace import Digest, Pace, Quiet
from alerts.rules import Rule, in_force, router
from crawler.browser import find_browser
from crawler.crawl import Crawl
from crawler.reach import Outlets, Reach
from crawler.settings import CrawlSettings
from revisions.errors import ConfigError, DeliveryError
from revisions.kinds import Kind, Significance
from revisions.networks import Networks, is_public_address
from scheduler.push import Push
from scheduler.pushed import Pushed
from scheduler.revisit import Limits
from scheduler.saving import Saver
from scheduler.stamping import Stamping
from scheduler.upkeep import Upkeep
from scheduler.work import Work
from storage.database import Database
from storage.facts import Route
from storage.feeds import FeedSpec
from storage.operator import Trouble
from storage.retention import Keep
from storage.subscriptions import PATH

log = structlog.get_logger()


def crawl_settings(config: Config) -> CrawlSettings:
    """Raises `ConfigError` where an outlet needs a browser and there is none."""
    crawl = config.crawl
    outlets = Outlets(
        {
            host: Reach(outlet.headers, outlet.cookies, outlet.proxy, outlet.render == "browser")
            for host, outlet in config.outlets.items()
        },
        crawl.proxy,
    )
    return CrawlSettings(
        user_agent=config.user_agent,
        obey_robots=crawl.obey_robots,
        min_delay=crawl.min_delay,
        requests_per_hour_per_host=crawl.requests_per_hour_per_host,
        max_page_bytes=crawl.max_page_bytes,
        timeout=crawl.timeout,
        allow_private_networks=tuple(crawl.allow_private_networks),
        outlets=outlets,
        browser=find_browser(crawl.browser) if outlets.need_browser else "",
        readers=crawl.processes,
        speakers=config.topic.as_told().speakers,
    )


def saver(config: Config, crawl: Crawl, database: Database) -> Saver | None:
    """None where the Internet Archive is not to be asked to keep anything."""
    if not config.archive.save:
        return None
    keys = (config.archive.access_key, config.archive.secret_key)
    return Saver(crawl, database, config.archive.url.rstrip("/"), keys)


def stamping(config: Config, database: Database) -> Stamping | None:
    """None where no authority is named."""
    proof = config.proof
    networks = Networks(config.crawl.allow_private_networks)
    return Stamping(database, proof.authority, proof.every, networks) if proof.authority else None


def keep(config: Config) -> Keep:
    """What is kept for how long; pages that never are are not written at all."""
    pages, visits = config.keep.pages, config.keep.visits
    return Keep(visits if isinstance(visits, timedelta) else None, pages if isinstance(pages, timedelta) else None)


def limits(config: Config) -> Limits:
    revisit = config.revisit
    return Limits(min=revisit.min, max=revisit.max, feed_min=revisit.feed_min, feed_max=revisit.feed_max)


def feed_specs(config: Config) -> list[FeedSpec]:
    return [FeedSpec(feed.name, feed.url, feed.outlet or feed.name, feed.relevant) for feed in config.feeds]


def rules(config: Config) -> tuple[Rule, ...]:
    """The rules in force: those configured, or the one that sends everything everywhere."""
    named = [
        Rule(
            name=rule.name,
            channels=tuple(rule.channels),
            events=tuple(rule.events),
            significance=Significance(rule.significance),
            kinds=frozenset(map(Kind, rule.kinds)),
            speakers=frozenset(rule.speakers),
            outlets=frozenset(rule.outlets),
            feeds=frozenset(rule.feeds),
            languages=frozenset(rule.languages),
            words=tuple(rule.words),
            stealth=rule.stealth,
        )
        for rule in config.rules
    ]
    return in_force(named, [channel.name for channel in config.channels])


def route(config: Config) -> Route:
    return router(rules(config))


def paces(config: Config) -> dict[str, Pace]:
    """By channel. People are spared bursts by default, programs are not."""
    found = {}
    for channel in config.channels:
        most = MOST_PER_HOUR if channel.is_for_people else 0
        burst = BURST if channel.is_for_people else 0
        found[channel.name] = Pace(
            digest=Digest.parse(channel.digest) if channel.digest else None,
            quiet=Quiet.parse(channel.quiet) if channel.quiet else None,
            most_per_hour=most if channel.most_per_hour is None else channel.most_per_hour,
            burst=burst if channel.burst is None else channel.burst,
            zone=ZoneInfo(channel.timezone or config.service.timezone),
        )
    return found


def channels(config: Config, output: TextIO | None = None) -> list[Channel]:
    """`output`: where channels of type stdout print. Raises `ConfigError` naming the channel that cannot be built."""
    built = []
    networks = Networks(config.crawl.allow_private_networks)
    for number, channel in enumerate(config.channels, 1):
        try:
            built.append(_channel(channel, output, networks))
        except ConfigError as error:
            raise ConfigError(error.reason, f"channels[{number}] “{channel.name}”") from error
    return built


def _channel(channel: ChannelConfig, output: TextIO | None, networks: Networks) -> Channel:
    match channel.type:
        case "webhook":
            return Webhook(channel.name, channel.url, channel.secret, networks=networks)
        case "slack":
            from alerts.channels.slack import Slack

            return Slack(channel.name, channel.url, networks=networks)
        case "email":
            from alerts.channels.email import Email, Server

            server = Server.from_url(channel.smtp)
            return Email(channel.name, server, channel.sender, tuple(channel.to), channel.unsubscribe)
        case "file":
            return File(channel.name, Path(channel.path), channel.format)
        case "stdout":
            return StandardOutput(channel.name, channel.format, output)
        case "apprise":
            from alerts.channels.apprise import Apprise

            return Apprise(channel.name, channel.url)


def deliverer(config: Config, database: Database, public_url: str, output: TextIO | None = None) -> Deliverer:
    return Deliverer(database, channels(config, output), public_url, paces=paces(config))


def pushed(config: Config, database: Database) -> Pushed:
    return Pushed(database, config.topic.as_told(), limits(config))


def work(config: Config, crawl: Crawl, database: Database) -> Work:
    return Work(
        crawl,
        database,
        config.topic.as_told(),
        route(config),
        limits(config),
        operator=config.operator,
        program=f"addendum/{__version__}",
        keeps_pages=config.keep.pages != "never",
    )


def callback(config: Config) -> str:
    """What the addresses that hubs reach us at begin with; "" where no public address is configured."""
    address = config.web.public_url.rstrip("/")
    is_public = is_public_address(address, Networks(config.crawl.allow_private_networks))
    return f"{address}{PATH}" if is_public else ""


def push(config: Config, crawl: Crawl, database: Database) -> Push | None:
    """None where hubs could not reach us."""
    address = callback(config)
    return Push(crawl, database, address) if address else None


def upkeep(config: Config, database: Database) -> Upkeep:
    async def tell_directly(trouble: Trouble) -> None:
        """Past the outbox, for when the record cannot be written; one try on each of the operator's channels."""
        for channel in channels(config):
            if channel.name in config.operator:
                try:
                    await channel.send(direct(trouble, channel.name, datetime.now(UTC)))
                except DeliveryError as error:
                    log.warning("the operator could not be told", channel=channel.name, reason=error.reason)
                finally:
                    await channel.close()

    names = [channel.name for channel in config.channels]
    speakers = config.topic.as_told().speakers
    return Upkeep(database, config.operator, names, tell_directly, speakers=speakers, keep=keep(config))
