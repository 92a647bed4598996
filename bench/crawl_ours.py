"""Passes of the program over articles, in a process of its own that is told when: one line on standard input, one pass.

First argument: the configuration. Prints an object for every pass, as `addendum check --all --json` does, with the
seconds it took on the clock and on the processors, this process's and its readers'.
"""

import asyncio
import json
import sys
import time

import psutil


async def main(path: str) -> None:
    # Imported here, so that the readers' processes, which import this module, are as small as the program's own.
    from addendum import build
    from addendum.configfile import load
    from addendum.logs import set_up
    from crawler.crawl import Crawl
    from scheduler.check import check
    from scheduler.hosts import hosts_of
    from storage.database import open_database

    config = load(path)
    set_up(config.service.log)
    database = open_database(config.service.database)
    deliverer = build.deliverer(config, database, config.web.address, sys.stderr)
    async with Crawl(build.crawl_settings(config)) as crawl:
        work = build.work(config, crawl, database)
        look = build.upkeep(config, database).look
        while await asyncio.to_thread(sys.stdin.readline):
            hosts = hosts_of(database, crawl.politeness)
            before, began = _spent(), time.perf_counter()
            result = await check(database, work, hosts, deliverer, look, every=True)
            took, after = time.perf_counter() - began, _spent()
            spent = {name: after[name] - before[name] for name in after}
            sys.stdout.write(json.dumps({**result, "seconds": took, **spent}) + "\n")
            sys.stdout.flush()
    database.close()


def _spent() -> dict[str, float]:
    """Processor seconds so far, of this process and its readers."""
    here = psutil.Process()
    family = [here, *here.children(recursive=True)]
    times = [process.cpu_times() for process in family]
    return {"user": sum(t.user for t in times), "system": sum(t.system for t in times)}


if __name__ == "__main__":
    from crawler import loop

    loop.run(main(sys.argv[1]))
