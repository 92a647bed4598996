"""Where requests may go: http and https, usual ports, public addresses; nothing private unless it is allowed.

The check stands at two places: the URL before a request is made, and the addresses its name resolves to at the moment
the connection is opened, so that a name cannot point somewhere else between the two.
"""

from collections.abc import Sequence
from typing import Any, Self

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest
from twisted.internet.interfaces import IHostnameResolver, IHostResolution, IResolutionReceiver
from zope.interface import implementer

from revisions.networks import Networks, refusal


class Forbidden(IgnoreRequest):
    """The request would leave the public web."""


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
