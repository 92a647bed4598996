"""Where hubs confirm a subscription and push what is new (WebSub, W3C Recommendation of 23 January 2018)."""

import hmac
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import structlog
from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import PlainTextResponse

from storage import subscriptions
from storage.database import Database
from storage.tables import Subscription

log = structlog.get_logger()

RENEW = 0.75  # of the lease is over when the hub is asked again
SHORTEST_LEASE, LONGEST_LEASE = 1, 90 * 86400  # s
LONGEST_CHALLENGE = 4096  # characters
_METHODS = frozenset({"sha1", "sha256", "sha384", "sha512"})  # WebSub, 8
_GONE = "nothing is subscribed here any more"

Pushed = Callable[[int, bytes, str], Awaitable[None]]


def build_router(database: Database, pushed: Pushed, max_bytes: int) -> APIRouter:
    """`pushed` gets the number of a feed, what its hub sent, signed with our secret, and its content type."""

    async def confirm(token: str, request: Request) -> Response:
        return await run_in_threadpool(_confirm, database, token, dict(request.query_params))

    async def receive(token: str, request: Request) -> Response:
        subscription = await run_in_threadpool(subscriptions.find_subscription, database, token)
        if subscription is None:
            return PlainTextResponse(_GONE, 410)
        body = await _body(request, max_bytes)
        if body is None:
            return PlainTextResponse(f"more than {max_bytes} bytes", 413)
        if not is_signed(body, request.headers.get("x-hub-signature", ""), subscription.secret):
            log.warning("what came was not signed with our secret and is not believed", hub=subscription.hub)
            return Response(status_code=202)  # a wrong signature is not told to whoever made it (WebSub, 8.1)
        await pushed(subscription.feed_id, body, request.headers.get("content-type", ""))
        return Response(status_code=202)

    router = APIRouter()
    router.add_api_route(f"{subscriptions.PATH}{{token}}", confirm, methods=["GET"], include_in_schema=False)
    router.add_api_route(f"{subscriptions.PATH}{{token}}", receive, methods=["POST"], include_in_schema=False)
    return router


def is_signed(body: bytes, signature: str, secret: str) -> bool:
    """Is `signature`, as `method=hexadecimal`, that of the body (WebSub, 8)?"""
    method, _, given = signature.strip().partition("=")
    if method.lower() not in _METHODS:
        return False
    expected = hmac.new(secret.encode(), body, method.lower()).hexdigest()
    return hmac.compare_digest(expected.encode(), given.strip().lower().encode())


def _confirm(database: Database, token: str, said: dict[str, str]) -> Response:
    """The hub asks whether we meant it (WebSub, 5.3), or says that it will not (5.2)."""
    subscription = subscriptions.find_subscription(database, token)
    if subscription is None or said.get("hub.topic") != subscription.topic_url:
        return PlainTextResponse("nothing of the kind was asked for", 404)
    if said.get("hub.mode") == "denied":
        reason = said.get("hub.reason") or "the hub denied the subscription"
        subscriptions.refuse(database, token, reason)
        log.warning("hub denied the subscription", hub=subscription.hub, reason=reason)
        return Response(status_code=200)
    challenge, lease = said.get("hub.challenge", ""), said.get("hub.lease_seconds", "")
    if said.get("hub.mode") != "subscribe" or not challenge or len(challenge) > LONGEST_CHALLENGE:
        return PlainTextResponse("nothing of the kind was asked for", 404)
    if not (lease.isascii() and lease.isdecimal()):
        return PlainTextResponse("hub.lease_seconds is missing", 400)
    _accept(database, subscription, int(lease[:12]))
    return PlainTextResponse(challenge)


def _accept(database: Database, subscription: Subscription, seconds: int) -> None:
    lease = timedelta(seconds=max(SHORTEST_LEASE, min(seconds, LONGEST_LEASE)))
    now = datetime.now(UTC)
    subscriptions.confirm(database, subscription.token, now + lease, now + RENEW * lease)
    log.info(
        "hub pushes from now on",
        hub=subscription.hub,
        feed=subscription.topic_url,
        until=f"{now + lease:%Y-%m-%dT%H:%M:%SZ}",
    )


async def _body(request: Request, max_bytes: int) -> bytes | None:
    """What was sent, or None where it is too long."""
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > max_bytes:
            return None
    return bytes(body)
