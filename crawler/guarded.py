"""The guard of `crawler.guard` for what `requests` sends: the address a name gives is checked and then used."""

import socket
from typing import Any

from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import NewConnectionError
from urllib3.util.connection import create_connection

from revisions.networks import REMEDY, Networks


class GuardedAdapter(HTTPAdapter):
    """To be mounted; wherever a redirect leads, it asks nothing private that `networks` does not allow."""

    def __init__(self, networks: Networks) -> None:
        self._networks = networks
        super().__init__()

    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        super().init_poolmanager(*args, **options)
        self.poolmanager.pool_classes_by_scheme = _pools(self._networks)


def _pools(networks: Networks) -> dict[str, type[HTTPConnectionPool]]:
    class Plain(HTTPConnection):
        def _new_conn(self) -> socket.socket:
            return _connect(self, networks)

    class Secure(HTTPSConnection):
        def _new_conn(self) -> socket.socket:
            return _connect(self, networks)

    class PlainPool(HTTPConnectionPool):
        ConnectionCls = Plain

    class SecurePool(HTTPSConnectionPool):
        ConnectionCls = Secure

    return {"http": PlainPool, "https": SecurePool}


def _connect(connection: HTTPConnection, networks: Networks) -> socket.socket:
    host, port = connection.host, connection.port
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        allowed = [str(place[0]) for *_, place in found if networks.allows_address(host, str(place[0]))]
        if not allowed:
            raise NewConnectionError(connection, f"{host} is, or leads to, a private address; {REMEDY}")
        timeout: Any = connection.timeout
        return create_connection(
            (allowed[0], port), timeout, connection.source_address, socket_options=connection.socket_options
        )
    except OSError as error:
        raise NewConnectionError(connection, f"it cannot be reached: {error}") from error
