"""From the configuration to the parts it configures."""

from addendum.config import Channel as ChannelConfig
from addendum.config import Config
from alerts.channels import Channel
from alerts.channels.webhook import Webhook
from alerts.rules import Rule, router
from crawler.settings import CrawlSettings
from revisions.classify import Kind, Significance
from revisions.errors import ConfigError
from revisions.topic import Speaker, Topic
from scheduler.revisit import Limits
from storage.facts import Route
from storage.feeds import FeedSpec


def topic(config: Config) -> Topic:
    about = config.topic
    return Topic(
        name=about.name,
        terms=tuple(about.terms),
        context=tuple(about.context),
        exclude=tuple(about.exclude),
        languages=tuple(about.languages),
        speakers=tuple(Speaker(s.name, tuple(s.aliases), s.organisation) for s in about.speakers),
    )


def crawl_settings(config: Config) -> CrawlSettings:
    crawl = config.crawl
    return CrawlSettings(
        user_agent=config.user_agent,
        obey_robots=crawl.obey_robots,
        min_delay=crawl.min_delay,
        requests_per_hour_per_host=crawl.requests_per_hour_per_host,
        max_page_bytes=crawl.max_page_bytes,
        timeout=crawl.timeout,
        allow_private_networks=tuple(crawl.allow_private_networks),
    )


def limits(config: Config) -> Limits:
    revisit = config.revisit
    return Limits(min=revisit.min, max=revisit.max, feed_min=revisit.feed_min, feed_max=revisit.feed_max)


def feed_specs(config: Config) -> list[FeedSpec]:
    return [FeedSpec(feed.name, feed.url, feed.outlet or feed.name, feed.relevant) for feed in config.feeds]


def route(config: Config) -> Route:
    rules = [
        Rule(
            name=rule.name,
            channels=tuple(rule.channels),
            events=tuple(rule.events),
            significance=Significance(rule.significance),
            kinds=frozenset(map(Kind, rule.kinds)),
            speakers=frozenset(speaker.lower() for speaker in rule.speakers),
            outlets=frozenset(outlet.lower() for outlet in rule.outlets),
            stealth=rule.stealth,
        )
        for rule in config.rules
    ]
    return router(rules, [channel.name for channel in config.channels])


def channels(config: Config) -> list[Channel]:
    """Raises `ConfigError` naming the channel that cannot be built."""
    built = []
    for number, channel in enumerate(config.channels, 1):
        try:
            built.append(_channel(channel))
        except ConfigError as error:
            raise ConfigError(error.reason, f"channels[{number}] “{channel.name}”") from error
    return built


def _channel(channel: ChannelConfig) -> Channel:
    if channel.type == "webhook":
        return Webhook(channel.name, channel.url, channel.secret)
    if channel.type == "slack":
        from alerts.channels.slack import Slack

        return Slack(channel.name, channel.url)
    if channel.type == "email":
        from alerts.channels.email import Email, Server

        return Email(channel.name, Server.from_url(channel.smtp), channel.sender, tuple(channel.to))
    from alerts.channels.apprise import Apprise

    return Apprise(channel.name, channel.url)
