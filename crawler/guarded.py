"""The guard of `crawler.guard` for what `requests` sends: the address a name gives is checked and then used."""

import socket
from typing import Any

from requests import PreparedRequest, RequestException, Response
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import NewConnectionError
from urllib3.util.connection import create_connection

from revisions.networks import REMEDY, Networks

CHUNK = 64 * 1024  # bytes unpacked at once


class TooLarge(RequestException):
    """An answer has more bytes than are taken."""


class GuardedAdapter(HTTPAdapter):
    """To be mounted; wherever a redirect leads, it asks nothing private that `networks` does not allow.

    An answer of more than `largest` bytes, unpacked, is refused with `TooLarge` before it is here.
    """

    def __init__(self, networks: Networks, largest: int) -> None:
        self._networks = networks
        self._largest = largest
        super().__init__()

    def send(self, request: PreparedRequest, *args: Any, **options: Any) -> Response:
        answer = super().send(request, *args, **{**options, "stream": True})
        body = bytearray()
        for chunk in answer.iter_content(CHUNK):
            body += chunk
            if len(body) > self._largest:
                answer.close()
                raise TooLarge(f"the answer has more than {self._largest} bytes", request=request, response=answer)
        answer._content = bytes(body)
        return answer

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
