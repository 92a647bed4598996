"""A record to ask questions of: articles at two outlets, visited hour by hour."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from revisions.text import Paragraph, Text
from revisions.topic import Speaker, Topic
from storage import feeds
from storage.database import Database
from storage.facts import FoundArticle, Planned, PollFacts, VisitFacts, VisitResult
from storage.feeds import FeedSpec
from storage.record import Recorder

START = datetime(2021, 7, 18, 16, tzinfo=UTC)
NSO = Speaker("NSO Group", ("NSO",))
TOPIC = Topic("Pegasus", ("Pegasus",), ("spyware",), speakers=(NSO,))
OUTLETS = {"courier": "The Harbour Courier", "dispatch": "Northern Dispatch"}


def follow(database: Database, *paths: str) -> None:
    """Articles named by outlet and slug, such as courier/list."""
    for outlet, name in OUTLETS.items():
        of_outlet = [FoundArticle(f"https://{p}", p, certain=True) for p in paths if p.startswith(outlet)]
        feed = feeds.add_feed(database, FeedSpec(name, f"https://{outlet}.example/feed", outlet=name))
        assert feed.id is not None
        feeds.record_poll(database, feed.id, PollFacts(START, START, read=True), of_outlet)


def visit(
    database: Database, hours: float, number: int, paragraphs: Sequence[str], headline: str = "", **more: object
) -> VisitResult:
    """What an article reads at so many hours; an empty text means that it is gone."""
    at = START + timedelta(hours=hours)
    text = Text(headline or f"A story about the list, {number}", tuple(Paragraph(p) for p in paragraphs))
    seen = VisitFacts(at, at, "text", text=text, status=200) if paragraphs else VisitFacts(at, at, "gone", status=410)
    recorder = Recorder(database, TOPIC, lambda _event: [], lambda course: Planned(course.now + timedelta(hours=1)))
    return recorder.visit(number, seen)
