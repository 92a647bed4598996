"""Answers that have not changed are not sent again (RFC 9110, 8.8.3 and 13.1.2)."""

from hashlib import blake2b

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send


class ETags:
    """Gives every answer to a GET a tag of what it holds, and answers 304 to who has that already."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] not in ("GET", "HEAD"):
            await self._app(scope, receive, send)
            return
        known = Headers(scope=scope).get("if-none-match", "")
        start: Message | None = None
        body = bytearray()

        async def hold(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start":
                start = message
                if not _is_tagged(message):
                    await send(message)
                return
            if start is None or not _is_tagged(start):
                await send(message)
                return
            body.extend(message.get("body", b""))
            if not message.get("more_body"):
                await _answer(start, bytes(body), known, send)

        await self._app(scope, receive, hold)


def _is_tagged(start: Message) -> bool:
    return start["status"] == 200 and "etag" not in Headers(raw=start["headers"])


async def _answer(start: Message, body: bytes, known: str, send: Send) -> None:
    headers = MutableHeaders(raw=list(start["headers"]))
    tag = f'W/"{blake2b(body, digest_size=12).hexdigest()}"'
    headers["etag"] = tag
    headers.setdefault("cache-control", "private, no-cache")
    if known.strip() == "*" or tag.removeprefix("W/") in known:
        del headers["content-length"]
        await send({"type": "http.response.start", "status": 304, "headers": headers.raw})
        await send({"type": "http.response.body", "body": b""})
        return
    await send({**start, "headers": headers.raw})
    await send({"type": "http.response.body", "body": body})
