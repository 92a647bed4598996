"""The web server inside a loop that somebody else runs and stops."""

import asyncio
import contextlib
import gc
import socket
from collections.abc import Iterator

import uvicorn
from fastapi import FastAPI

from revisions.errors import AddendumError


def listen(host: str, port: int) -> socket.socket:
    """A listening socket. Raises `AddendumError` saying what to change when the address cannot be had."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Named as TCP, so that asyncio has what is small sent at once (TCP_NODELAY): else answers wait 40 ms for a receipt.
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except OSError as error:
        listening.close()
        raise AddendumError(
            f"the web page cannot be served there ({error.strerror}); set web.host and web.port to a free address",
            f"{host}:{port}",
        ) from error
    listening.listen(128)
    return listening


class _Server(uvicorn.Server):
    """Leaves signals to the daemon."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def serve(app: FastAPI, listening: socket.socket, stop: asyncio.Event) -> None:
    """Serve until `stop` is set; requests in hand are finished."""
    config = uvicorn.Config(app, log_config=None, access_log=False, lifespan="off", timeout_graceful_shutdown=3)
    server = _Server(config)
    gc.collect()
    gc.freeze()  # what is loaded by now stays: looking through all of it again and again held up one answer in twenty
    running = asyncio.ensure_future(server.serve(sockets=[listening]))
    stopping = asyncio.ensure_future(stop.wait())
    await asyncio.wait({running, stopping}, return_when=asyncio.FIRST_COMPLETED)
    server.should_exit = True
    stopping.cancel()
    await running
