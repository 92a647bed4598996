"""Handing something over by HTTP POST, and what the receiver's answer means."""

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import httpx

from alerts.channels.guarded import guarded_client, post
from revisions.errors import ChannelClosed, Refused, Retry
from revisions.networks import Networks

TIMEOUT = timedelta(seconds=15)
LONGEST_WAIT = timedelta(days=7)  # however long a receiver asks for


class Poster:
    """Posts for one channel; the connection is kept from one message to the next until `close`.

    Redirects are not followed: a signed message goes where it was addressed. `networks`: private ones it may go to.
    """

    def __init__(self, channel: str, url: str, networks: Networks) -> None:
        self._channel = channel
        self._url = url
        self._networks = networks
        self._client: httpx.AsyncClient | None = None

    async def post(self, body: bytes, headers: dict[str, str]) -> int:
        """The receiver's status, 2xx.

        Raises `Retry` for network failures, 429 and 5xx, `ChannelClosed` for 410, `Refused` for anything else.
        """
        self._client = self._client or guarded_client(self._networks, TIMEOUT.total_seconds())
        try:
            response, answer = await post(self._client, self._url, body, {"User-Agent": "Addendum", **headers})
        except httpx.InvalidURL as error:
            raise Refused(f"this is no address to send to ({error})", self._channel) from error
        except httpx.UnsupportedProtocol as error:
            raise Refused("the address must begin with http:// or https://", self._channel) from error
        except httpx.HTTPError as error:
            raise Retry(f"the receiver cannot be reached ({_reason(error)})", self._channel) from error
        return _judge(self._channel, response, answer)

    async def close(self) -> None:
        client, self._client = self._client, None
        if client:
            await client.aclose()


def _judge(channel: str, response: httpx.Response, answer: bytes) -> int:
    status = response.status_code
    if response.is_success:
        return status
    said = f"the receiver answered {status} {response.reason_phrase}".strip()
    if status == 410:
        raise ChannelClosed(f"{said}: it wants no more; the channel is switched off", channel, status=status)
    if status == 429 or status >= 500:
        raise Retry(said, channel, status=status, after=_retry_after(response))
    detail = " ".join(answer[:200].decode("utf-8", "replace").split())
    raise Refused(f"{said}{f' ({detail})' if detail else ''}", channel, status=status)


def _retry_after(response: httpx.Response) -> timedelta | None:
    """`Retry-After` as seconds or as a date (RFC 9110, 10.2.3)."""
    value = response.headers.get("retry-after", "").strip()
    if value.isascii() and value.isdigit():
        return min(LONGEST_WAIT, timedelta(seconds=int(value[:9])))
    try:
        moment = parsedate_to_datetime(value) if value else None
    except ValueError:
        return None
    if moment is None:
        return None
    wait = moment.replace(tzinfo=moment.tzinfo or UTC) - datetime.now(UTC)
    return min(LONGEST_WAIT, max(timedelta(0), wait))


def _reason(error: httpx.HTTPError) -> str:
    return str(error) or type(error).__name__
