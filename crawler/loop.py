"""One asyncio loop that Scrapy's Twisted, the web server and the jobs share."""

import asyncio
import contextlib
import time
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


def install() -> asyncio.AbstractEventLoop:
    """A new loop with Twisted's reactor on it, started. Once per process: a reactor cannot be started again.

    What is to be done later is timed by the seconds that pass, as asyncio does it. Twisted goes by the clock: where
    that was put back by hours, a call that was due at once would come hours later, and Scrapy's engine waits for it.
    """
    from twisted.internet import asyncioreactor

    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    asyncioreactor.install(loop)  # type: ignore[no-untyped-call]
    from twisted.internet import reactor

    reactor.seconds = time.monotonic  # type: ignore[method-assign, misc]
    reactor.startRunning(installSignalHandlers=False)
    return loop


def close(loop: asyncio.AbstractEventLoop) -> None:
    """End what is left on the loop, Twisted's threads included; its shutdown stops the loop itself."""
    from twisted.internet import reactor

    left = asyncio.all_tasks(loop)
    for task in left:
        task.cancel()
    loop.run_until_complete(asyncio.gather(*left, return_exceptions=True))
    reactor.fireSystemEvent("shutdown")  # type: ignore[call-arg, misc]
    enough = loop.call_later(0.1, loop.stop)
    loop.run_forever()
    enough.cancel()
    _finish(loop, loop.shutdown_asyncgens())
    _finish(loop, loop.shutdown_default_executor())
    loop.close()


def _finish(loop: asyncio.AbstractEventLoop, last: Coroutine[Any, Any, None]) -> None:
    """Run it to its end, though Twisted may stop the loop once more meanwhile."""
    ending = loop.create_task(last)
    while not ending.done():
        with contextlib.suppress(RuntimeError):
            loop.run_until_complete(ending)
    ending.result()


def run(main: Coroutine[Any, Any, T]) -> T:
    """Run `main` to its end on a loop of its own, as `asyncio.run` does, with Twisted at its side."""
    loop = install()
    try:
        return loop.run_until_complete(main)
    finally:
        close(loop)
