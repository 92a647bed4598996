"""`addendum feeds …`."""

from pathlib import Path
from urllib.parse import urlsplit
from xml.sax.saxutils import quoteattr

from lxml import etree

from addendum import build
from addendum.context import Context
from addendum.output import ago, due, json_lines, say, table
from revisions.errors import ConfigError, FeedError
from storage.database import Database
from storage.feeds import FeedSpec, add_feed, list_feeds, pause_feed, remove_feed, sync_feeds
from storage.present import feed_json
from storage.subscriptions import list_subscriptions


def show_feeds(context: Context, *, as_json: bool) -> None:
    with context.record() as (config, database):
        sync_feeds(database, build.feed_specs(config))
        found = list_feeds(database)
        pushed = list_subscriptions(database)
    if as_json:
        json_lines(feed_json(feed, pushed.get(feed.id or 0)) for feed in found)
        return
    rows = [
        (
            f.id,
            f.name,
            feed_json(f)["status"],
            ago(f.last_polled_at),
            due(f.next_poll_at),
            pushed[f.id].state if f.id in pushed else "",
            f.error or f.url,
        )
        for f in found
    ]
    table(("No", "Name", "Status", "Polled", "Next", "Hub", "Address or error"), rows, "No feed is watched yet.")


def add(context: Context, url: str, *, name: str, outlet: str, relevant: str) -> None:
    if not url.startswith(("http://", "https://")):
        raise ConfigError("a feed's address begins with http:// or https://", url)
    with context.record() as (_, database):
        feed = add_feed(database, _spec(url, name, outlet, relevant))
    say(f"feed {feed.id} “{feed.name}” is watched from the next pass on")


def _spec(url: str, name: str, outlet: str, relevant: str) -> FeedSpec:
    name = name or urlsplit(url).hostname or url
    return FeedSpec(name, url, outlet or name, relevant)


def remove(context: Context, which: str) -> None:
    with context.record() as (_, database):
        feed = remove_feed(database, which)
    say(f"feed {feed.id} “{feed.name}” is no longer watched; its articles are")


def pause(context: Context, which: str, *, paused: bool) -> None:
    with context.record() as (_, database):
        feed = pause_feed(database, which, paused=paused)
    say(f"feed {feed.id} “{feed.name}” is {'paused' if paused else 'polled again'}")


def import_opml(context: Context, path: str) -> None:
    """OPML 2.0: every outline with an xmlUrl. Feeds watched already are passed over."""
    specs = _read_opml(path)
    with context.record() as (_, database):
        added = sum(_add_if_new(database, spec) for spec in specs)
    say(f"{added} feeds added, {len(specs) - added} were watched already")


def _read_opml(path: str) -> list[FeedSpec]:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        root = etree.fromstring(Path(path).read_bytes(), parser)
    except OSError as error:
        raise ConfigError(f"cannot be read ({error.strerror})", path) from error
    except etree.XMLSyntaxError as error:
        raise ConfigError(f"this is not OPML ({error})", path) from error
    outlines = [(o.get("xmlUrl", ""), o.get("title") or o.get("text") or "") for o in root.iter("outline")]
    specs = [_spec(url, name, "", "match") for url, name in outlines if url.startswith(("http://", "https://"))]
    if not specs:
        raise ConfigError("there is no feed in this file (no outline with an xmlUrl)", path)
    return specs


def _add_if_new(database: Database, spec: FeedSpec) -> bool:
    try:
        add_feed(database, spec)
    except FeedError:
        return False
    return True


def export_opml(context: Context) -> None:
    with context.record() as (_, database):
        found = list_feeds(database)
    say('<?xml version="1.0" encoding="utf-8"?>\n<opml version="2.0"><head><title>Addendum</title></head><body>')
    for feed in found:
        say(f'<outline type="rss" text={quoteattr(feed.name)} xmlUrl={quoteattr(feed.url)}/>')
    say("</body></opml>")
