"""Which addresses requests may go to: http and https, usual ports, public ones; nothing private unless it is allowed.

Here because whatever sends requests may import it; asking for names, and connecting, is left to those.
"""

import ipaddress
from collections.abc import Iterable
from urllib.parse import urlsplit

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_USUAL_PORTS = {None, 80, 443}
REMEDY = "add it to crawl.allow_private_networks if that is meant"


# Networks in which an IPv6 address stands for an IPv4 one, its last 32 bits: RFC 6052 (2.1), RFC 4291 (2.5.5.1).
_CARRIES_IPV4 = (ipaddress.IPv6Network("64:ff9b::/96"), ipaddress.IPv6Network("::/96"))


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

    def _contains(self, address: Address) -> bool:
        return any(address in network for network in self._networks if network.version == address.version)


def _address(text: str) -> Address | None:
    """The address a host name spells out; `localhost` always spells the loopback address (RFC 6761, 6.3)."""
    literal = "127.0.0.1" if text.lower() == "localhost" else text.strip("[]").split("%")[0]
    try:
        address = ipaddress.ip_address(literal)
    except ValueError:
        return None
    mapped = getattr(address, "ipv4_mapped", None)
    return mapped or address


def is_public(address: Address) -> bool:
    """Neither private, loopback, link-local, reserved nor multicast; nor is what it carries, where it carries one."""
    return all(one.is_global and not one.is_multicast for one in (address, *_carried(address)))


def _carried(address: Address) -> list[Address]:
    """IPv4 addresses that an IPv6 one leads to: mapped, 6to4 (RFC 3056), Teredo (RFC 4380), translated, compatible."""
    if address.version == 4:
        return []
    found = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
    if any(address in network for network in _CARRIES_IPV4):
        found.append(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
    return [one for one in found if one is not None]


def refusal(url: str, networks: Networks) -> str:
    """Why `url` must not be asked for, or ""."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.scheme not in ("http", "https") or not host:
        return "only http and https addresses are visited"
    address = _address(host)
    allowed = networks.allows_host(host)
    if address is not None and not is_public(address) and not allowed:
        return f"{host} is a private address; {REMEDY}"
    if parts.port not in _USUAL_PORTS and not allowed:
        return f"port {parts.port} is not one of the web's usual ports; {REMEDY.replace('it', host, 1)}"
    return ""


def is_public_address(url: str, networks: Networks) -> bool:
    """Can others reach `url`, as far as its host says? Any port will do."""
    host = urlsplit(url).hostname or ""
    address = _address(host)
    return bool(host) and (address is None or is_public(address) or networks.allows_host(host))


PUBLIC = Networks(())
