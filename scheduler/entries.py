"""Which entries of a feed or a sitemap are articles of the story. Pure."""

from collections.abc import Iterable

from crawler.feeds import Entry
from crawler.urls import words_of
from revisions.topic import Relevance, Topic
from storage.facts import FoundArticle


def articles_of(entries: Iterable[Entry], topic: Topic, *, every_entry: bool) -> list[FoundArticle]:
    """The entries that are about the topic, or may be; each address once. With `every_entry`, all of them."""
    found: dict[str, FoundArticle] = {}
    for entry in entries:
        relevance = Relevance.YES if every_entry or not topic.terms else _judge(topic, entry)
        if relevance is not Relevance.NO:
            certain = relevance is Relevance.YES
            article = FoundArticle(entry.url, entry.title, certain, entry.published_at, entry.updated_at)
            found.setdefault(entry.url, article)
    return list(found.values())


def _judge(topic: Topic, entry: Entry) -> Relevance:
    return topic.judge_entry(entry.title, entry.summary, words_of(entry.url)).relevance
