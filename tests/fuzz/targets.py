"""What is fuzzed: each target takes bytes, lets through the errors it should, and checks what comes out."""

import random
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from html import unescape
from pathlib import Path
from urllib.parse import urlsplit

from scrapy.http import Response

from addendum.configfile import load
from crawler.feeds import read_feed
from crawler.hints import fresh_for
from crawler.page import Page
from crawler.politeness import retry_after
from crawler.reader import read
from crawler.reading import Reading
from crawler.region import Region, still_reads
from crawler.urls import canonical
from revisions.align import align
from revisions.change import attribution, compare
from revisions.errors import ConfigError, FeedError, FetchError, QuestionError
from revisions.notices import notices_in
from revisions.render import as_html, as_text
from revisions.search import excerpt, parse, terms
from revisions.statements import Statement
from revisions.text import Paragraph, Role, Text
from revisions.topic import Speaker
from storage.captures import BEGINNING, chained
from tests.data import DATA
from tests.newsroom import chrome
from tests.newsroom.feeds import FORMATS, entries
from tests.newsroom.stories import STORIES

URL = "https://news.example/harbour/list"
SPEAKERS = (Speaker("NSO Group", ("NSO", "Shalev Hulio")), Speaker("Government of India", ("Indian government",)))
Target = Callable[[bytes], None]


def feed(data: bytes) -> None:
    try:
        found = read_feed(data, URL)
    except FeedError:
        return
    for entry in found.entries:
        assert urlsplit(entry.url).scheme in ("http", "https")
        assert _is_recordable(entry.title + entry.summary)


def page(data: bytes) -> None:
    """What is read can be recorded, and the same page reads the same the next time."""
    found = read(Page(URL, data, "text/html"), URL, None, SPEAKERS)
    if not isinstance(found, Reading):
        return
    assert Text.from_json(found.text.to_json()) == found.text
    assert _is_recordable(found.text.to_json())
    assert all(paragraph.text.strip() for paragraph in found.text.paragraphs)
    if found.region:
        assert still_reads(Region.unpack(found.region), Page(URL, data, "text/html"))


def alignment(data: bytes) -> None:
    """Every paragraph stands in one step, and nothing of the texts is markup in what is shown."""
    old, new = _two_texts(data)
    steps = align(old.paragraphs, new.paragraphs)
    assert sorted(i for step in steps for i in step.old) == list(range(len(old.paragraphs)))
    assert sorted(i for step in steps for i in step.new) == list(range(len(new.paragraphs)))
    difference = compare(old, new, SPEAKERS)
    assert difference is None or difference.summary
    assert compare(old, old, SPEAKERS) is None
    shown = as_html(old, new, unchanged=True)
    assert set(_tags(shown)) <= {"p", "h2", "ins", "del"}
    as_text(old, new)


def notices(data: bytes) -> None:
    for notice in notices_in(_paragraphs(_text(data))):
        assert notice.text.strip()


def statements(data: bytes) -> None:
    found: list[Statement] = list(attribution(SPEAKERS).statements(_paragraphs(_text(data))))
    for statement in found:
        assert statement.text.strip()
        assert statement.speaker


def address(data: bytes) -> None:
    """A canonical address is its own, and leads to the web."""
    try:
        found = canonical(_text(data), URL)
    except FetchError:
        return
    assert urlsplit(found).scheme in ("http", "https")
    assert _is_recordable(found)
    assert canonical(found) == found


def configuration(data: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "config.toml"
        path.write_bytes(data)
        with suppress(ConfigError):
            load(str(path))


def question(data: bytes) -> None:
    text = _text(data)
    assert all(term.strip() for term in terms(text))
    try:
        asked = parse(text[:200])
    except QuestionError:
        return
    assert "".join(piece.text for piece in excerpt(text, asked)).strip() or not text.strip()


def header(data: bytes) -> None:
    text = _text(data)
    assert fresh_for(text, text[:20]).total_seconds() >= 0
    wait = retry_after(Response(URL, headers={"Retry-After": text.encode("latin-1", "replace")}))
    assert wait is None or wait.total_seconds() >= 0
    assert len(chained(BEGINNING, text)) == len(BEGINNING)


TARGETS: dict[str, Target] = {
    target.__name__: target
    for target in (feed, page, alignment, notices, statements, address, configuration, question, header)
}


def seeds(target: str) -> Iterator[bytes]:
    """Inputs to begin with: our own fixtures, and the shared ones where they are present."""
    match target:
        case "feed":
            titles = {story.slug: story.stages[0].headline for story in STORIES}
            for write, _ in FORMATS.values():
                yield write("courier", entries(list(STORIES), "https://news.example", titles)).encode()
            yield from _shared("feeds")
            for encoding in ("utf-16", "utf-32", "utf-7", "cp037"):  # the same behind an encoding that is not ASCII
                for bomb in _shared("feeds/hostile"):
                    yield bomb.decode("latin-1").encode(encoding, "ignore")
        case "page":
            for story in STORIES:
                yield chrome.page(story, story.stages[-1], "https://news.example", random.Random(1)).encode()
            yield chrome.consent_page().encode()
        case "configuration":
            yield Path("config.toml").read_bytes()
            yield b'[service]\ndatabase = "sqlite:///x.db"\n[[channels]]\nname = "a"\ntype = "webhook"\nurl = "https://e.example"\n'
        case "address":
            yield from (
                b"https://news.example/a?utm_source=x#y",
                b"//news.example/../a",
                b"/a/b?c=d&c=e",
                b"http://[::1]:80/",
            )
        case "header":
            yield from (b"max-age=60, public", b'no-cache="x", s-maxage=9', b"<https://h.example/>; rel=hub")
        case "question":
            yield from (
                b'"zero click" -airline surveil*',
                "\u05e4\u05d2\u05e1\u05d5\u05e1 \u062a\u062c\u0633\u0633".encode(),
            )
        case _:
            for story in STORIES:
                stages = ("\n".join([*stage.paragraphs, stage.notice]) for stage in story.stages)
                yield "\n-\n".join(stages).encode()


def _shared(folder: str) -> Iterator[bytes]:
    if (DATA / folder).is_dir():
        yield from (path.read_bytes() for path in sorted((DATA / folder).rglob("*")) if path.is_file())


def _text(data: bytes) -> str:
    return data.decode("utf-8", "replace")


def _paragraphs(text: str) -> tuple[Paragraph, ...]:
    roles = list(Role)
    return tuple(Paragraph(line, roles[len(line) % len(roles)]) for line in text.splitlines() if line.strip())


def _two_texts(data: bytes) -> tuple[Text, Text]:
    """Everything before and after the first line that is a dash, or the text and itself with its halves exchanged."""
    text = _text(data)
    before, dash, after = text.partition("\n-\n")
    if not dash:
        lines = text.splitlines()
        after = "\n".join(lines[len(lines) // 2 :] + lines[: len(lines) // 2])
    return Text("A list", _paragraphs(before)), Text("A list", _paragraphs(after))


def _tags(shown: str) -> Iterator[str]:
    for part in shown.split("<")[1:]:
        yield unescape(part.split(">")[0]).strip("/").split(" ")[0]


def _is_recordable(text: str) -> bool:
    return "\x00" not in text and text.encode("utf-8", "strict") is not None
