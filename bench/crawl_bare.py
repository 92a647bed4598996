"""A bare Scrapy spider that only downloads: first argument the settings as JSON, then one line of addresses a pass."""

import json
import resource
import sys
import time
from collections.abc import AsyncIterator
from typing import Any, ClassVar

import scrapy
from scrapy import signals
from scrapy.crawler import CrawlerProcess


class Bare(scrapy.Spider):
    name = "bare"
    passes: ClassVar[list[list[str]]] = []

    async def start(self) -> AsyncIterator[Any]:
        self.crawler.signals.connect(self.next_pass, signal=signals.spider_idle)
        self.left, self.began, self.got = list(self.passes), time.perf_counter(), 0
        self.before = resource.getrusage(resource.RUSAGE_SELF)
        for request in self._requests(self.left.pop(0)):
            yield request

    def _requests(self, urls: list[str]) -> list[scrapy.Request]:
        return [scrapy.Request(url, dont_filter=True, callback=self.parse) for url in urls]

    def parse(self, response: Any) -> None:
        self.got += len(response.body) > 0

    def next_pass(self) -> None:
        now, spent = time.perf_counter(), resource.getrusage(resource.RUSAGE_SELF)
        told = {
            "pages": self.got,
            "seconds": now - self.began,
            "user": spent.ru_utime - self.before.ru_utime,
            "system": spent.ru_stime - self.before.ru_stime,
            "memory": spent.ru_maxrss / 1024,
        }
        sys.stdout.write(json.dumps(told) + "\n")
        sys.stdout.flush()
        if self.left:
            self.began, self.got, self.before = time.perf_counter(), 0, spent
            for request in self._requests(self.left.pop(0)):
                self.crawler.engine.crawl(request)
            raise scrapy.exceptions.DontCloseSpider


if __name__ == "__main__":
    Bare.passes = [line.split() for line in sys.stdin if line.strip()]
    process = CrawlerProcess(settings=json.loads(sys.argv[1]), install_root_handler=False)
    process.crawl(Bare)
    process.start()
