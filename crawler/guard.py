"""Where requests may go: http and https, usual ports, public addresses; nothing private unless it is allowed.

The check stands at two places: the URL before a request is made, and the addresses its name resolves to at the moment
the connection is opened, so that a name cannot point somewhere else between the two.
"""

import ipaddress
from collections.abc import Iterable, Sequence
from typing import Any, Self
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest
from twisted.internet.interfaces import IHostnameResolver, IHostResolution, IResolutionReceiver
from zope.interface import implementer

_USUAL_PORTS = {None, 80, 443}
_REMEDY = "add it to crawl.allow_private_networks if that is meant"


class Forbidden(IgnoreRequest):
    """The request would leave the public web."""


class Networks:
    """The allowed exceptions: host names and networks; `hosts` are names (or addresses, as written) alone."""

    def __init__(self, allowed: Iterable[str], hosts: Iterable[str] = ()) -> None:
        self._hosts = {host.lower() for host in hosts}
        self._networks: list[ipaddress.IPv4Network | ipaddress.IPv6Network] = []
        for item in allowed:
            try:
                self._networks.append(ipaddress.ip_network(item, strict=False))
            except ValueError:
                self._hosts.add(item.lower())

    def allows_host(self, host: str) -> bool:
        address = _address(host)
        return host.lower() in self._hosts or (address is not None and self._contains(address))

    def allows_address(self, host: str, literal: str) -> bool:
        """May a request for `host` connect to the address `literal`?"""
        address = _address(literal)
        if address is None:
            return False
        return is_public(address) or host.lower() in self._hosts or self._contains(address)

    def _contains(self, address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
        return any(address in network for network in self._networks if network.version == address.version)


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """The address a host name spells out; `localhost` always spells the loopback address (RFC 6761, 6.3)."""
    literal = "127.0.0.1" if text.lower() == "localhost" else text.strip("[]").split("%")[0]
    try:
        address = ipaddress.ip_address(literal)
    except ValueError:
        return None
    mapped = getattr(address, "ipv4_mapped", None)
    return mapped or address


def is_public(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    return address.is_global and not address.is_multicast


def refusal(url: str, networks: Networks) -> str:
    """Why `url` must not be asked for, or ""."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.scheme not in ("http", "https") or not host:
        return "only http and https addresses are visited"
    address = _address(host)
    allowed = networks.allows_host(host)
    if address is not None and not is_public(address) and not allowed:
        return f"{host} is a private address; {_REMEDY}"
    if parts.port not in _USUAL_PORTS and not allowed:
        return f"port {parts.port} is not one of the web's usual ports; {_REMEDY.replace('it', host, 1)}"
    return ""


def is_public_address(url: str, networks: Networks) -> bool:
    """Can others reach `url`, as far as its host says? Any port will do."""
    host = urlsplit(url).hostname or ""
    address = _address(host)
    return bool(host) and (address is None or is_public(address) or networks.allows_host(host))


class GuardMiddleware:
    """Refuses a request, first or redirected, before anything is sent."""

    def __init__(self, networks: Networks) -> None:
        self._networks = networks

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(Networks(crawler.settings.getlist("ALLOW_PRIVATE_NETWORKS")))

    def process_request(self, request: Request) -> None:
        if reason := refusal(request.url, self._networks):
            raise Forbidden(reason)


@implementer(IHostnameResolver)
class GuardedResolver:
    """Passes on only the addresses a connection may be made to."""

    def __init__(self, resolver: Any, networks: Networks) -> None:
        self._resolver = resolver
        self._networks = networks

    def resolveHostName(  # noqa: N802 (Twisted's name)
        self,
        resolutionReceiver: Any,  # noqa: N803
        hostName: str,  # noqa: N803
        portNumber: int = 0,  # noqa: N803
        addressTypes: Sequence[type] | None = None,  # noqa: N803
        transportSemantics: str = "TCP",  # noqa: N803
    ) -> Any:
        receiver = _Sieve(resolutionReceiver, hostName, self._networks)
        return self._resolver.resolveHostName(receiver, hostName, portNumber, addressTypes, transportSemantics)


@implementer(IResolutionReceiver)
class _Sieve:
    def __init__(self, receiver: Any, host: str, networks: Networks) -> None:
        self._receiver = receiver
        self._host = host
        self._networks = networks

    def resolutionBegan(self, resolution: IHostResolution) -> None:  # noqa: N802
        self._receiver.resolutionBegan(resolution)

    def addressResolved(self, address: Any) -> None:  # noqa: N802
        if self._networks.allows_address(self._host, str(address.host)):
            self._receiver.addressResolved(address)

    def resolutionComplete(self) -> None:  # noqa: N802
        self._receiver.resolutionComplete()
