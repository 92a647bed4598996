"""`addendum topic`: is this our story, and why?"""

import sys
from pathlib import Path

from addendum import build
from addendum.config import Config
from addendum.context import Context
from addendum.output import json_lines, say
from crawler import loop
from crawler.crawl import Crawl
from crawler.outcomes import Order
from crawler.urls import words_of
from revisions.errors import ConfigError, FetchError
from revisions.topic import Verdict


def explain(context: Context, what: str, *, file: str, as_json: bool) -> None:
    """Judge a title or text, an article at a URL, or a file ("-" for standard input)."""
    config = context.config()
    topic = config.topic.as_told()
    if not topic.terms:
        raise ConfigError("topic.terms is empty, so every entry is followed")
    verdict = topic.judge(_read(config, what, file))
    if as_json:
        reasons = [{"word": word, "weight": weight} for word, weight in verdict.reasons]
        json_lines([{"relevance": verdict.relevance.value, "weight": verdict.weight, "reasons": reasons}])
    else:
        say(_in_words(verdict))


def _read(config: Config, what: str, file: str) -> str:
    if bool(what) == bool(file):
        raise ConfigError("give a text, a URL or --file, one of them")
    if file:
        try:
            return sys.stdin.read() if file == "-" else Path(file).read_text("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigError(f"cannot be read ({error})", file) from error
    return loop.run(_visit(config, what)) if what.startswith(("http://", "https://")) else what


async def _visit(config: Config, url: str) -> str:
    async with Crawl(build.crawl_settings(config)) as crawl:
        visit = await crawl.visit(Order(url))
    if visit.reading is None:
        raise FetchError(visit.error or "there is no article to judge", url)
    text = visit.reading.text
    return "\n".join((text.headline, text.standfirst, words_of(url), text.plain))


def _in_words(verdict: Verdict) -> str:
    meaning = {"yes": "on the topic", "no": "not on the topic", "unsure": "unsure: the article's own text would decide"}
    counted = [f"  {weight:+d}  {word}" for word, weight in verdict.reasons]
    return "\n".join(
        [f"{meaning[verdict.relevance.value]} (weight {verdict.weight})", *(counted or ["  no word of the topic"])]
    )
