"""The command line, where names give the addresses they are told to give, in turn.

Run as `python -m tests.rebinding NAME:PORT=ADDRESS,ADDRESS… ARGUMENT…`: the last address is given for good, the port
counts as a usual one, and the arguments are those of `addendum`. Other names are looked up as ever.
"""

import socket
import sys
from collections import defaultdict
from typing import Any


def give(names: dict[str, list[str]]) -> None:
    plain = socket.getaddrinfo
    asked: dict[str, int] = defaultdict(int)

    def getaddrinfo(host: Any, port: Any, *more: Any, **named: Any) -> Any:
        name = host.decode() if isinstance(host, bytes) else host
        if name not in names:
            return plain(host, port, *more, **named)
        address = names[name][min(asked[name], len(names[name]) - 1)]
        asked[name] += 1
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, int(port or 0)))]

    socket.getaddrinfo = getaddrinfo


if __name__ == "__main__":
    place, _, addresses = sys.argv[1].partition("=")
    name, _, port = place.partition(":")
    give({name: addresses.split(",")})
    from revisions import networks

    networks._USUAL_PORTS.add(int(port))
    sys.argv = ["addendum", *sys.argv[2:]]
    from addendum.cli import main

    main()
