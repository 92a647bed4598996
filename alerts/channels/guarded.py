"""Connections that lead nowhere private, unless that is allowed: the address a name gives is checked and then used.

So no name can point somewhere else between the check and the connection (DNS rebinding).
"""

import asyncio
import socket
import ssl
from collections.abc import Iterable
from functools import cache

import httpcore
import httpx

from revisions.networks import REMEDY, Networks

IDLE = 5.0  # s after which a kept connection is closed, as httpx does; others on the way may have forgotten it by then

LARGEST_ANSWER = 100_000  # bytes; a time stamp with its certificates has some thousand


class GuardedBackend(httpcore.AsyncNetworkBackend):
    """Opens connections to public addresses, and to those that `networks` allows."""

    def __init__(self, networks: Networks) -> None:
        self._networks = networks
        self._backend = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        addresses = await self._addresses(host, port)
        for number, address in enumerate(addresses, 1):
            try:
                return await self._backend.connect_tcp(address, port, timeout, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                if number == len(addresses):
                    raise
        raise httpcore.ConnectError(f"{host} has no address")

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)

    async def _addresses(self, host: str, port: int) -> list[str]:
        try:
            found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except OSError as error:
            raise httpcore.ConnectError(f"{host} cannot be found ({error})") from error
        addresses = list(dict.fromkeys(str(place[0]) for *_, place in found))
        allowed = [address for address in addresses if self._networks.allows_address(host, address)]
        if addresses and not allowed:
            raise httpcore.ConnectError(f"{host} is, or leads to, a private address; {REMEDY}")
        return allowed


def guarded_client(networks: Networks, timeout: float) -> httpx.AsyncClient:
    """Follows no redirects. `timeout`: seconds for each step."""
    transport = httpx.AsyncHTTPTransport(verify=_trust())
    transport._pool = httpcore.AsyncConnectionPool(
        ssl_context=_trust(), network_backend=GuardedBackend(networks), keepalive_expiry=IDLE
    )
    return httpx.AsyncClient(transport=transport, timeout=timeout, follow_redirects=False)


async def post(
    client: httpx.AsyncClient, url: str, body: bytes, headers: dict[str, str]
) -> tuple[httpx.Response, bytes]:
    """What was answered, and of its body up to `LARGEST_ANSWER` bytes as they came: nothing is unpacked."""
    plain = {"Accept-Encoding": "identity", **headers}
    async with client.stream("POST", url, content=body, headers=plain) as response:
        answer = b""
        async for chunk in response.aiter_raw():
            answer += chunk
            if len(answer) >= LARGEST_ANSWER:
                break
        return response, answer[:LARGEST_ANSWER]


@cache
def _trust() -> ssl.SSLContext:
    """Made once: reading the authorities' certificates takes longer than a delivery."""
    return httpx.create_ssl_context()
