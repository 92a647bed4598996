"""From a URL to an article's text: feeds, URLs, the Scrapy spider, politeness, guards, extraction."""
