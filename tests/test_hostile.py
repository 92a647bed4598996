"""Sites that mean harm: what they answer costs them alone, leads nowhere, and is told."""

import gzip
import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import brotli
import pytest
import zstandard

from tests.newsroom import Newsroom
from tests.newsroom.feeds import rss
from tests.newsroom.server import Answer
from tests.program import Program

SECRET = "the harbour master's own diary"
ZEROS = b"0" * 50_000_000  # five times what is taken
PAGE = "<html><head><title>Harbour</title></head><body>{}</body></html>"
LARGER = "the answer is larger than crawl.max_page_bytes"
PRIVATE = "a private address"


def packed(how: str, body: bytes) -> Answer:
    return Answer(200, body, headers=(("Content-Encoding", how),))


def led(to: str) -> Answer:
    return Answer(302, headers=(("Location", to),))


def page(body: str) -> Answer:
    return Answer(200, PAGE.format(body).encode())


PAGES: dict[str, tuple[Answer, str]] = {
    "gzip": (packed("gzip", gzip.compress(ZEROS)), LARGER),
    "brotli": (packed("br", brotli.compress(ZEROS, quality=3)), LARGER),
    "zstd": (packed("zstd", zstandard.compress(ZEROS)), LARGER),
    "twice": (packed("gzip, gzip", gzip.compress(gzip.compress(ZEROS))), LARGER),
    "many-times": (packed(", ".join(["gzip"] * 50), b"x"), "the answer is packed too many times over"),
    "no-gzip": (packed("gzip", b"This is no archive."), "the answer cannot be unpacked"),
    "large": (Answer(200, b"<p>" + ZEROS), LARGER),
    "headers": (
        Answer(200, b"x", headers=tuple((f"X-{n}", "y" * 20) for n in range(20_000))),
        "its headers do not come to an end",
    ),
    "hops": (led("/hostile/hops?again"), "too many redirects"),
    "to-metadata": (led("http://169.254.169.254/latest/meta-data"), PRIVATE),
    "to-loopback": (led("http://127.0.0.2/"), PRIVATE),
    "to-loopback-6": (led("http://[::1]/"), PRIVATE),
    "to-carried-4": (led("http://[::ffff:7f00:2]/"), PRIVATE),
    "to-odd-spelling": (led("http://0x7f.2/"), "leads only to private addresses"),
    "to-a-number": (led("http://2130706434/"), "leads only to private addresses"),
    "to-a-port": (led("https://news.example:22/"), "port"),
    "to-a-file": (led("file:///etc/hostname"), "302 Found"),
    "to-ftp": (led("ftp://news.example/"), "302 Found"),
    "deep": (page("<div>" * 200_000 + "<p>Down here.</p>"), "the page"),
    "deep-data": (page(f'<script type="application/ld+json">{"[" * 200_000}</script>'), "the page"),
    "attributes": (page(f"<p {' '.join(f'a{n}=b' for n in range(20_000))}></p>"), "the page"),
    "unclosed": (page("<a href='" * 100_000), "the page"),
}
LAUGHS = (
    '<!DOCTYPE rss [<!ENTITY a "ha">'
    + "".join(f'<!ENTITY {b} "{f"&{a};" * 20}">' for a, b in ("ab", "bc", "cd", "de", "ef", "fg", "gh"))
    + "]>"
)
FEEDS = {
    "laughs": (LAUGHS, "&h;"),
    "long": (f'<!DOCTYPE rss [<!ENTITY a "{"ha" * 50_000}">]>', "&a;" * 2_000),
    "file": ('<!DOCTYPE rss [<!ENTITY a SYSTEM "file://{home}/diary">]>', "&a;"),
    "web": ('<!DOCTYPE rss [<!ENTITY a SYSTEM "{site}/diary">]>', "&a;"),
    "outside": ('<!DOCTYPE rss [<!ENTITY % a SYSTEM "{site}/diary"> %a;]>', "&b;"),
    "definition": ('<!DOCTYPE rss SYSTEM "{site}/diary">', "&b;"),
}
ENCODINGS = ("utf-8", "utf-16", "utf-32", "utf-7", "cp037")


@dataclass
class Visited:
    """What one pass made of them all. `peak`: bytes of memory of the largest process."""

    program: Program
    site: Newsroom
    articles: dict[str, dict[str, Any]]
    feeds: dict[str, dict[str, Any]]
    peak: int


@pytest.fixture(scope="module")
def visited(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Visited]:
    program = Program(tmp_path_factory.mktemp("hostile"))
    (program.home / "diary").write_text(SECRET)
    with Newsroom() as site:
        items = [(f"{site.url}/hostile/{name}", f"Pegasus spyware and {name}", "", "") for name in PAGES]
        site.pages = {f"/hostile/{name}": answer for name, (answer, _) in PAGES.items()}
        site.pages["/hostile/feed.rss"] = Answer(200, rss("hostile", items).encode(), "application/rss+xml")
        site.pages["/diary"] = Answer(200, f'<!ENTITY b "{SECRET}">'.encode(), "application/xml-dtd")
        feeds = {"courier": site.feed_url("courier"), "hostile": site.feed_url("hostile")}
        for name, (declared, used) in FEEDS.items():
            head = declared.replace("{home}", str(program.home)).replace("{site}", site.url)
            for encoding in ENCODINGS:
                path = f"/{name}-{encoding}/feed.rss"
                feeds[f"{name}-{encoding}"] = site.url + path
                site.pages[path] = Answer(200, bomb(head, used, encoding), "application/rss+xml")
        program.configure(feeds, crawl="readers = 1")
        program.config.write_text(program.config.read_text().replace("127.0.0.0/8", "127.0.0.1/32"))
        peak = checked(program)
        articles = {article["url"].rsplit("/", 1)[1]: article for article in program.json("articles")}
        yield Visited(program, site, articles, {feed["name"]: feed for feed in program.json("feeds", "list")}, peak)


def bomb(head: str, used: str, encoding: str) -> bytes:
    """A feed with one entry on the topic whose title holds what was declared."""
    item = f"<item><title>Pegasus spyware {used}</title><link>http://127.0.0.1:1/x</link></item>"
    feed = f'<?xml version="1.0" encoding="{encoding}"?>{head}<rss version="2.0"><channel>{item}</channel></rss>'
    return feed.encode(encoding)


def checked(program: Program) -> int:
    """One pass over all, to its end; bytes of memory that its largest process had at its peak."""
    log, peak = program.home / "log", 0
    process = program.start("check", log=log)
    while process.poll() is None:
        peak = max(peak, *(highest(pid) for pid in (process.pid, *readers_of(process.pid))))
        time.sleep(0.05)
    assert process.returncode == 0, log.read_text()
    return peak


def readers_of(pid: int) -> list[int]:
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:  # it has just ended
        return []


def highest(pid: int) -> int:
    """Bytes of memory a process has had at most."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM"))


@pytest.mark.parametrize("name", PAGES)
def test_what_a_page_does_is_told(visited: Visited, name: str) -> None:
    article = visited.articles[name]
    assert article["versions"] == 0
    assert PAGES[name][1] in article["error"]


def test_the_others_are_read_as_ever(visited: Visited) -> None:
    assert visited.articles["harbour-list"]["versions"] == 1
    assert visited.articles["harbour-list"]["error"] is None


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("name", FEEDS)
def test_a_feed_neither_expands_nor_reaches_outside(visited: Visited, name: str, encoding: str) -> None:
    feed = visited.feeds[f"{name}-{encoding}"]
    assert len(json.dumps(feed)) < 5_000
    assert "haha" not in json.dumps(feed)


def test_nothing_was_read_that_is_not_the_sites_own(visited: Visited) -> None:
    assert visited.site.requests("/diary") == []
    assert SECRET.encode() not in Path(visited.program.home / "addendum.db").read_bytes()
    assert SECRET not in visited.program.run("articles", "--json") + (visited.program.home / "log").read_text()


def test_memory_has_its_bounds(visited: Visited) -> None:
    """Unpacked, each of the bombs has 50 MB or more; without bounds the feeds' took some 700."""
    assert visited.peak < 400_000_000


@pytest.mark.parametrize("addresses", ["127.0.0.2", "127.0.0.1,127.0.0.2"])
def test_a_name_that_leads_elsewhere_the_next_time_is_not_followed(
    program: Program, newsroom: Newsroom, addresses: str
) -> None:
    """Each connection goes to an address that was looked at, whatever the name gave before."""
    inside: list[str] = []

    class Inside(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            inside.append(self.path)
            self.send_error(404)

    feed = newsroom.feed_url("courier")
    program.configure({"courier": feed.replace("127.0.0.1", "news.example")})
    program.config.write_text(program.config.read_text().replace("127.0.0.0/8", "127.0.0.1/32"))
    port = urlsplit(feed).port or 0
    with ThreadingHTTPServer(("127.0.0.2", port), Inside) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        command = [
            sys.executable,
            "-m",
            "tests.rebinding",
            f"news.example:{port}={addresses}",
            "--config",
            program.config,
        ]
        subprocess.run([*command, "check"], check=True)
        server.shutdown()
    assert inside == []
    assert bool(newsroom.asked) is addresses.startswith("127.0.0.1")
