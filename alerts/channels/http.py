"""Handing something over by HTTP POST, and what the receiver's answer means."""

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import httpx

from revisions.errors import ChannelClosed, Refused, Retry

TIMEOUT = timedelta(seconds=15)


async def post(channel: str, url: str, body: bytes, headers: dict[str, str]) -> int:
    """The receiver's status, 2xx. Redirects are not followed: a signed message goes where it was addressed.

    Raises `Retry` for network failures, 429 and 5xx, `ChannelClosed` for 410, `Refused` for anything else.
    """
    try:
        async with httpx.AsyncClient(timeout=TIMEOUT.total_seconds(), follow_redirects=False) as client:
            response = await client.post(url, content=body, headers={"User-Agent": "Addendum", **headers})
    except httpx.InvalidURL as error:
        raise Refused(f"this is no address to send to ({error})", channel) from error
    except httpx.UnsupportedProtocol as error:
        raise Refused("the address must begin with http:// or https://", channel) from error
    except httpx.HTTPError as error:
        raise Retry(f"the receiver cannot be reached ({_reason(error)})", channel) from error
    return _judge(channel, response)


def _judge(channel: str, response: httpx.Response) -> int:
    status = response.status_code
    if response.is_success:
        return status
    said = f"the receiver answered {status} {response.reason_phrase}".strip()
    if status == 410:
        raise ChannelClosed(f"{said}: it wants no more; the channel is switched off", channel, status=status)
    if status == 429 or status >= 500:
        raise Retry(said, channel, status=status, after=_retry_after(response))
    detail = " ".join(response.text[:200].split())
    raise Refused(f"{said}{f' ({detail})' if detail else ''}", channel, status=status)


def _retry_after(response: httpx.Response) -> timedelta | None:
    """`Retry-After` as seconds or as a date (RFC 9110, 10.2.3)."""
    value = response.headers.get("retry-after", "").strip()
    if value.isdigit():
        return timedelta(seconds=min(int(value), 7 * 24 * 3600))
    try:
        moment = parsedate_to_datetime(value) if value else None
    except ValueError:
        return None
    return max(timedelta(0), moment.replace(tzinfo=moment.tzinfo or UTC) - datetime.now(UTC)) if moment else None


def _reason(error: httpx.HTTPError) -> str:
    return str(error) or type(error).__name__
