"""Rows as the JSON of the contract, alike for commands, API and webhooks."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from storage.outlets import OutletFigures
from storage.search import Hit
from storage.statements import StatementRecord
from storage.stream import ChangeRecord
from storage.tables import Alert, Article, Change, Feed, Subscription, Version

if TYPE_CHECKING:  # with what compares texts, which most questions do not need
    from storage.copies import CopyRecord


def moment(value: datetime | None) -> str | None:
    """RFC 3339 with Z, whole seconds."""
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if value else None


def change_links(record: ChangeRecord, public_url: str) -> dict[str, str | None]:
    """Where a change, its article and the page itself can be seen."""
    article = f"{public_url}/articles/{record.article.id}"
    source, target = record.change.from_version, record.change.to_version
    differs = source is not None and target is not None and source != target
    return {"diff": f"{article}/diff/{source}..{target}" if differs else article, "article": article}


def change_json(record: ChangeRecord, public_url: str) -> dict[str, Any]:
    """A change as in the contract. `to_version` is null for an article that is gone.

    `shared_with`: other articles that carry the same box, each with its own change there if it was seen. `copies`:
    articles that repeat this one's text, and whether they carried the old words, the new or others when it changed.
    """
    change = record.change
    return {
        "id": change.id,
        "detected_at": moment(change.detected_at),
        "last_unchanged_at": moment(change.last_unchanged_at),
        "article": article_reference(record.article),
        "from_version": record.source and version_reference(record.source),
        "to_version": record.target and version_reference(record.target),
        "kinds": change.kinds,
        "significance": change.significance,
        "reason": change.reason,
        "stealth": change.stealth,
        "summary": change.summary,
        "words_added": change.words_added,
        "words_removed": change.words_removed,
        "notices": change.notices,
        "statements": change.statements,
        "shared_with": [{**article_reference(other.article), "change": other.change_id} for other in record.together],
        "copies": [{**article_reference(article), "carries": carries.value} for article, carries in record.copies],
        "links": change_links(record, public_url),
    }


def article_reference(article: Article) -> dict[str, Any]:
    return {
        "id": article.id,
        "url": article.url,
        "title": article.title,
        "outlet": article.outlet,
        "published_at": moment(article.published_at),
        "first_seen_at": moment(article.first_seen_at),
    }


def version_reference(version: Version) -> dict[str, Any]:
    return {"number": version.number, "captured_at": moment(version.captured_at), "sha256": version.sha256}


def article_json(article: Article) -> dict[str, Any]:
    """One line of `articles --json`."""
    return {
        "id": article.id,
        "url": article.url,
        "title": article.title,
        "outlet": article.outlet,
        "status": article.status,
        "versions": article.versions,
        "published_at": moment(article.published_at),
        "first_seen_at": moment(article.first_seen_at),
        "last_visit_at": moment(article.last_visit_at),
        "next_visit_at": moment(article.next_visit_at),
        "error": article.error or None,
    }


def version_json(version: Version, change: Change | None) -> dict[str, Any]:
    """One line of `history --json`."""
    return {
        **version_reference(version),
        "headline": version.headline,
        "words": version.words,
        "notices": version.notices,
        "change": change and change.id,
        "source": version.source,
        "archive_url": version.archive_url or None,
    }


def statement_json(record: StatementRecord, public_url: str) -> dict[str, Any]:
    """One line of `statements --json`. `last_version` is the last that has it, the latest one while it stands.

    `group`: the number of the statement by which these words of the speaker were first recorded, here or elsewhere.
    """
    statement = record.statement
    return {
        "id": statement.id,
        "speaker": statement.speaker,
        "text": statement.text,
        "quoted": statement.quoted,
        "silent": statement.silent,
        "article": article_reference(record.article),
        "first_version": statement.first_version,
        "last_version": statement.last_version or record.latest,
        "since": moment(statement.since),
        "until": moment(statement.until),
        "status": record.status,
        "became": statement.became,
        "group": statement.group_id,
        "links": {"article": f"{public_url}/articles/{statement.article_id}"},
    }


def hit_json(hit: Hit, public_url: str) -> dict[str, Any]:
    """One line of `search --json`. `until`: when it was found that the article no longer says so."""
    article = f"{public_url}/articles/{hit.article.id}"
    return {
        "article": article_reference(hit.article),
        "part": hit.part,
        "speaker": hit.speaker or None,
        "text": hit.text,
        "first_version": hit.first_version,
        "last_version": hit.last_version or hit.latest,
        "since": moment(hit.since),
        "until": moment(hit.until),
        "links": {"article": article, "version": f"{article}/versions/{hit.first_version}"},
    }


def outlet_json(figures: OutletFigures) -> dict[str, Any]:
    """An outlet's edits. `share_noticed`: 0 to 1; `hours_to_first_edit`: the median."""
    return {
        "outlet": figures.outlet,
        "articles": figures.articles,
        "edited": figures.edited,
        "edits": figures.edits,
        "noticed": figures.noticed,
        "share_noticed": figures.share_noticed and round(figures.share_noticed, 3),
        "stealth": figures.stealth,
        "hours_to_first_edit": figures.hours and round(figures.hours, 2),
    }


def push_json(subscription: Subscription) -> dict[str, Any]:
    """How a feed's hub pushes what is new. `reason`: why it does not."""
    return {
        "hub": subscription.hub,
        "state": subscription.state,
        "reason": subscription.reason or None,
        "lease_until": moment(subscription.lease_until),
        "pushes": subscription.pushes,
        "last_push_at": moment(subscription.pushed_at),
    }


def feed_json(feed: Feed, subscription: Subscription | None = None) -> dict[str, Any]:
    """One line of `feeds list --json`."""
    return {
        "id": feed.id,
        "name": feed.name,
        "url": feed.url,
        "outlet": feed.outlet,
        "relevant": feed.relevant,
        "status": "paused" if feed.paused else "broken" if feed.error else "ok" if feed.last_polled_at else "new",
        "kind": feed.kind or None,
        "last_polled_at": moment(feed.last_polled_at),
        "next_poll_at": moment(feed.next_poll_at),
        "next_poll_why": feed.due_why or None,
        "push": subscription and push_json(subscription),
        "failures": feed.failures,
        "error": feed.error or None,
    }


def copy_json(record: "CopyRecord", public_url: str) -> dict[str, Any]:
    """One line of `copies --json`. `likeness`: 0 to 1, to the article asked about."""
    return {
        **article_reference(record.article),
        "original": record.is_original,
        "likeness": round(record.likeness, 3),
        "versions": record.article.versions,
        "last_change": record.last_change and record.last_change.id,
        "links": {"article": f"{public_url}/articles/{record.article.id}"},
    }


def alert_json(alert: Alert, article: Article | None) -> dict[str, Any]:
    """One line of `alerts list --json`."""
    return {
        "id": alert.id,
        "uid": alert.uid,
        "channel": alert.channel,
        "event": alert.event,
        "state": alert.state,
        "article": article and article_reference(article),
        "change": alert.change_id,
        "group": alert.group_id,
        "rules": alert.rules,
        "created_at": moment(alert.created_at),
        "sent_at": moment(alert.sent_at),
        "attempts": alert.attempts,
        "next_attempt_at": moment(alert.next_attempt_at) if alert.state == "waiting" else None,
        "error": alert.error or None,
    }
