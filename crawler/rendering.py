"""The download handler of a crawl with outlets that need a browser."""

from scrapy_playwright.handler import ScrapyPlaywrightDownloadHandler

from crawler.download import Noted


class NotedRendering(Noted, ScrapyPlaywrightDownloadHandler):  # type: ignore[misc]
    """scrapy-playwright's, for what is run in the browser; all else goes as `Noted` has it."""
