"""Article text that tries to run, to break out of its place, or to turn the page around. Written for these tests."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from revisions.text import Paragraph, Role, Text
from revisions.topic import Speaker, Topic
from storage import feeds
from storage.database import Database, open_database
from storage.facts import FoundArticle, Planned, PollFacts, VisitFacts
from storage.feeds import FeedSpec
from storage.record import Recorder

AT = datetime(2021, 7, 18, 16, tzinfo=UTC)
TRICKS = (
    "<script>document.title='pwned'</script>",
    "<img src=x onerror=\"document.title='pwned'\">",
    "</title></style></textarea><svg onload=document.title='pwned'>",
    "<a href=\"javascript:document.title='pwned'\">look</a>",
    '"><iframe srcdoc="<script>parent.document.title=\'pwned\'</script>"></iframe>',
    "' autofocus onfocus='document.title=1' x='",
    "{{ 7 * 7 }} {% raw %} ${7*7} <%= 7 %>",
    "]]></content><script>alert(1)</script><![CDATA[",
    "\u202eneddih si siht\u202c \u2066\u2067 unclosed \u202e",
    "a\u0000b\u0007c\u001b[31m \ufffe 🐴",
    "<!--><ins><del></p></div></main><h1>broken",
    "&lt;b&gt; &amp;amp; &#x3C;script&#x3E;",
    '=HYPERLINK("https://example.org","look")',
    "W" + "i" * 400 + "de",
)
TRICK = " ".join(TRICKS)


def text(more: str) -> Text:
    body = [*(Paragraph(f"{trick} {more}") for trick in TRICKS), Paragraph(f"NSO Group said: “{TRICK} {more}”")]
    notice = Paragraph(f"Update: this article was changed {TRICK} {more}", Role.NOTICE)
    return Text(f"{TRICK} {more}", (*body, notice), f"{TRICK} {more}", f"By {TRICK}", language='en" onclick="x')


@contextmanager
def hostile_record(home: Path) -> Iterator[Database]:
    """One article with two versions, in which everything that can hold text of a page does so."""
    database = open_database(f"sqlite:///{home}/addendum.db")
    feed = feeds.add_feed(database, FeedSpec(TRICK, "https://n.example/feed", outlet=TRICK))
    article = FoundArticle("https://n.example/a?x=<script>'\"", TRICK, certain=True)
    feeds.record_poll(database, feed.id or 0, PollFacts(AT, AT, read=True), [article])
    topic = Topic("t", ("t",), speakers=(Speaker("NSO Group"),))
    recorder = Recorder(database, topic, lambda _: [], lambda course: Planned(course.now))
    for hours, more in enumerate(("first", "second and longer than it was")):
        at = AT + timedelta(hours=hours)
        recorder.visit(1, VisitFacts(at, at, "text", text=text(more), status=200))
    yield database
    database.close()
