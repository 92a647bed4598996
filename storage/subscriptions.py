"""Subscriptions at hubs: who is asked when, what was confirmed, what was pushed."""

import secrets
from datetime import datetime

from sqlmodel import Session, col, delete, select

from storage.database import Database
from storage.tables import Feed, Subscription

PATH = "/websub/"  # below the public address, where hubs reach us; a token follows


def due_subscriptions(database: Database, callback: str, now: datetime) -> list[Subscription]:
    """Those to ask their hubs for now, written down first: one for every watched feed that names a hub.

    `callback`: what our addresses for hubs begin with. A feed that has another hub or address than before is
    subscribed anew, under another token; what is no longer watched is dropped, and its hub told so at its next push.
    """
    watched = select(Feed).where(Feed.hub != "", ~col(Feed.removed), ~col(Feed.paused))
    with database.read() as session:
        wanted = {feed.id: feed for feed in session.exec(watched)}
        known = session.exec(select(Subscription)).all()
    stale = [s for s in known if s.feed_id not in wanted or not _is_for(s, wanted[s.feed_id], callback)]
    kept = [s for s in known if s not in stale]
    new = [_new(feed, callback, now) for feed_id, feed in wanted.items() if feed_id not in {s.feed_id for s in kept}]
    if stale or new:
        with database.write() as session:
            session.exec(delete(Subscription).where(col(Subscription.feed_id).in_([s.feed_id for s in stale])))
            session.add_all(new)
    return [s for s in (*kept, *new) if s.next_try_at <= now]


def _is_for(subscription: Subscription, feed: Feed, callback: str) -> bool:
    asked = (subscription.hub, subscription.topic_url, subscription.callback)
    return asked == (feed.hub, feed.topic_url, f"{callback}{subscription.token}")


def _new(feed: Feed, callback: str, now: datetime) -> Subscription:
    assert feed.id is not None
    token = secrets.token_urlsafe(24)
    return Subscription(
        feed_id=feed.id,
        token=token,
        secret=secrets.token_hex(32),
        hub=feed.hub,
        topic_url=feed.topic_url,
        callback=f"{callback}{token}",
        next_try_at=now,
    )


def note_asked(database: Database, token: str, now: datetime, next_try_at: datetime, error: str) -> None:
    """The hub was asked; `error` says why it would not, or "". It may have confirmed or denied it meanwhile.

    A subscription whose lease ran out before is no longer active.
    """
    with database.write() as session:
        subscription = _by_token(session, token)
        if subscription is None or (not error and subscription.next_try_at > next_try_at):
            return
        if subscription.lease_until and subscription.lease_until <= now:
            subscription.state, subscription.lease_until = "asked", None
        subscription.tries += 1
        subscription.next_try_at, subscription.reason = next_try_at, error or subscription.reason
        session.add(subscription)


def postpone(database: Database, token: str, until: datetime) -> None:
    """The hub's host must be left alone until then; nothing was asked."""
    with database.write() as session:
        if subscription := _by_token(session, token):
            subscription.next_try_at = until
            session.add(subscription)


def find_subscription(database: Database, token: str) -> Subscription | None:
    with database.read() as session:
        return _by_token(session, token)


def confirm(database: Database, token: str, lease_until: datetime, next_try_at: datetime) -> None:
    """The hub will push until then; it is asked again before."""
    with database.write() as session:
        if subscription := _by_token(session, token):
            subscription.state, subscription.reason, subscription.tries = "active", "", 0
            subscription.lease_until, subscription.next_try_at = lease_until, next_try_at
            session.add(subscription)


def refuse(database: Database, token: str, reason: str) -> None:
    """The hub will not, or no longer, push."""
    with database.write() as session:
        if subscription := _by_token(session, token):
            subscription.state, subscription.reason, subscription.lease_until = "refused", reason[:500], None
            session.add(subscription)


def note_push(database: Database, feed_id: int, now: datetime) -> None:
    with database.write() as session:
        if subscription := session.get(Subscription, feed_id, with_for_update=True):
            subscription.pushes, subscription.pushed_at = subscription.pushes + 1, now
            session.add(subscription)


def is_pushed(database: Database, feed_id: int, now: datetime) -> bool:
    """Does a hub push what is new in the feed, and has it done so?"""
    with database.read() as session:
        found = session.get(Subscription, feed_id)
        return bool(found and found.pushes and found.lease_until and found.lease_until > now)


def list_subscriptions(database: Database) -> dict[int, Subscription]:
    """By feed."""
    with database.read() as session:
        return {subscription.feed_id: subscription for subscription in session.exec(select(Subscription))}


def _by_token(session: Session, token: str) -> Subscription | None:
    return session.exec(select(Subscription).where(Subscription.token == token)).first()
