"""What an unchanged page costs, beside downloading it and beside other programs; and how light the program is.

A site on loopback with 500 articles whose pages are as large as real ones (`bench.crawl_site`), furniture different on
every request. Every ratio is of one run on one machine. Takes some ten minutes; the other programs are installed into
`build/bench/peers` on the first run. ADDENDUM_BENCH_ARTICLES for another size.
"""

import json
import os
import random
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import httpx
import psutil
from sqlmodel import update

from addendum.configfile import load
from bench.ask_record import fill
from bench.crawl_peers import PACKAGES, Peer, measure
from bench.crawl_site import Site, site
from bench.report import Row, publish
from crawler.extract import extract
from crawler.page import Page
from crawler.settings import CrawlSettings, scrapy_settings
from revisions.change import compare
from revisions.text import Paragraph, Role, Text
from revisions.topic import Speaker
from storage.database import open_database
from storage.readings import reading_of
from storage.tables import Article
from tests.program import COMMAND, Program, wait_for

ARTICLES = int(os.environ.get("ADDENDUM_BENCH_ARTICLES", "500"))
PASSES = 20
EDITS = min(50, ARTICLES // 2)
FOLLOWED = 10_000  # articles of the record that is asked, and of the daemon at rest
SETTLE, REST = 20.0, 60.0  # s until a daemon is at rest, and for which it is looked at then
_OURS = ("DOWNLOAD_HANDLERS", "DOWNLOADER_MIDDLEWARES", "ALLOW_PRIVATE_NETWORKS", "CONCURRENT_ITEMS")
_CONFIG = """
[service]
database = "sqlite:///{home}/addendum.db"
contact = "desk@example.org"
log = "error"
[crawl]
min_delay = "0s"
requests_per_hour_per_host = 100000000
allow_private_networks = ["127.0.0.1"]
[topic]
name = "Bench"
terms = ["Pegasus"]
[[topic.speakers]]
name = "NSO Group"
aliases = ["NSO"]
"""


def main() -> int:
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # nobody's program compiles itself with every start
    rows: list[Row] = []
    with tempfile.TemporaryDirectory() as folder, site(ARTICLES) as pages:
        home = Path(folder)
        rows += _crawled(pages, home)
    with tempfile.TemporaryDirectory() as folder:
        rows += _at_rest(Path(folder))
    rows.append(_compared())
    publish("crawl", rows)
    return 0


def _crawled(pages: Site, home: Path) -> Iterator[Row]:
    bare = _bare(pages, {})
    quick = _bare(pages, {"CONCURRENT_ITEMS": 1})
    alone = _extraction_alone(pages)
    peers = {name: _peer(name, pages, home) for name in PACKAGES}
    with _Ours(pages, home) as ours:
        first = ours.look()
        share = _ratio(first["rate"], alone)
        yield Row("first pass: pages/s ÷ extraction alone on as many cores", share, 0.7, "higher", "×")
        learning = ours.look()  # pages on which more moves than was thought are read in full once more
        steady = [ours.look() for _ in range(PASSES)]
        pages.edit.value = EDITS
        edited = ours.look()
    rate = statistics.median(each["rate"] for each in steady)
    again = _bare(pages, {})
    yield Row("steady state: pages/s ÷ bare Scrapy", _ratio(rate, statistics.median(bare + again)), 0.75, "higher", "×")
    share = _ratio(rate, statistics.median(quick))
    yield Row("… ÷ bare Scrapy that begins no tasks for items", share, 0.75, "higher", "×")
    for name, least in zip(PACKAGES, (3, 8, 7), strict=True):
        if peer := peers[name]:
            theirs = ARTICLES / peer.seconds
            said = f"{theirs:.0f} pages/s, {peer.changed} of {ARTICLES} unchanged pages told as changed; {peer.note}"
            yield Row(f"… ÷ {name}", _ratio(rate, theirs), least, "higher", "×", (said,))
    false = sum(each["changes"] for each in (learning, *steady))
    yield Row(f"false changes in {PASSES} passes, and the one before", false, 0, "lower", "changes")
    yield Row(f"edits found when {EDITS} articles get one sentence", edited["changes"], EDITS, "higher", "changes")
    theirs_kept = [peer.bytes_per_version for peer in peers.values() if peer and peer.bytes_per_version]
    least_bytes = min(theirs_kept, default=0.0)
    if least_bytes:
        kept = (home / "addendum.db").stat().st_size / (ARTICLES + EDITS)
        said = f"{kept:.0f} B in all of the database, {least_bytes:.0f} B of theirs"
        share = round(kept / least_bytes, 2)
        yield Row("bytes per version ÷ the smallest of theirs", share, 0.5, "lower", "×", (said,))
    yield Row("peak memory of the service's own process", round(ours.peak), 300, "lower", "MB")
    yield Row("… with its readers, what is shared counted once", round(ours.peak_all), 300, "lower", "MB")
    spent = statistics.median((each["user"] + each["system"]) / ARTICLES * 1000 for each in steady)
    system = statistics.median(each["system"] / ARTICLES * 1000 for each in steady)
    told = (
        f"{rate:.0f} pages/s, {spent:.1f} ms of processor a page ({system:.1f} of it system)",
        f"bare Scrapy {statistics.median(bare + again):.0f} pages/s, without item tasks {statistics.median(quick):.0f}",
        f"the pass before {learning['rate']:.0f} pages/s",
        f"first pass {first['rate']:.1f} pages/s, extraction alone {alone:.1f} pages/s on {os.cpu_count()} cores",
    )
    yield Row("processor time of an unchanged page (a target of ours)", round(spent, 1), 10, "lower", "ms", told)


def _ratio(ours: float, theirs: float) -> float:
    return round(ours / theirs, 2)


def _bare(pages: Site, more: dict[str, Any]) -> list[float]:
    """Pages per second of three passes by a spider that only downloads, with our settings but for our own parts."""
    own = scrapy_settings(CrawlSettings(user_agent="bench", obey_robots=False, min_delay=timedelta(0)))
    settings = {name: value for name, value in own.items() if name not in _OURS} | more
    command = [sys.executable, "-m", "bench.crawl_bare", json.dumps(settings)]
    urls = (" ".join(pages.articles) + "\n") * 4
    told = subprocess.run(command, input=urls, capture_output=True, text=True, check=True)
    passes = [json.loads(line) for line in told.stdout.splitlines()]
    return [each["pages"] / each["seconds"] for each in passes[1:]]


def _extraction_alone(pages: Site) -> float:
    """Pages per second where they are only extracted, on every core."""
    with httpx.Client() as client:
        bodies = [client.get(url).content for url in pages.articles]
    with ProcessPoolExecutor(os.cpu_count(), mp_context=get_context("spawn")) as pool:
        list(pool.map(_extract, bodies[:20]))
        began = time.perf_counter()
        list(pool.map(_extract, bodies, chunksize=10))
        return len(bodies) / (time.perf_counter() - began)


def _extract(body: bytes) -> int:
    return extract(Page("http://127.0.0.1/a/1", body, "text/html; charset=utf-8")).text.words


def _peer(name: str, pages: Site, home: Path) -> Peer | None:
    place = home / re.sub(r"\W", "-", name)
    place.mkdir()
    try:
        return measure(name, pages.articles, place)
    except (OSError, subprocess.CalledProcessError) as error:
        sys.stderr.write(f"without {name}: {error}\n")
        return None


@dataclass
class _Ours:
    """The program, told when to look at all articles again."""

    pages: Site
    home: Path
    peak: float = 0.0
    peak_all: float = 0.0
    _stopped: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> "_Ours":
        config = self.home / "config.toml"
        config.write_text(_CONFIG.format(home=self.home), "utf-8")
        listed = self.home / "urls"
        listed.write_text("\n".join(self.pages.articles), "utf-8")
        added: list[Any] = [COMMAND, "--config", config, "articles", "add", "--from-file", listed]
        subprocess.run(added, check=True, capture_output=True)
        command = [sys.executable, "-m", "bench.crawl_ours", str(config)]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self._watching = threading.Thread(target=self._watch)
        self._watching.start()
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(30)
        self._stopped.set()
        self._watching.join()

    def look(self) -> dict[str, Any]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        told: dict[str, Any] = json.loads(self._process.stdout.readline())
        return told | {"rate": told["articles"]["visited"] / told["seconds"]}

    def _watch(self) -> None:
        while not self._stopped.wait(0.5):
            with suppress(psutil.NoSuchProcess):
                here = psutil.Process(self._process.pid)
                family = [here, *here.children(recursive=True)]
                self.peak = max(self.peak, here.memory_info().rss / 1e6)
                self.peak_all = max(self.peak_all, sum(each.memory_full_info().pss for each in family) / 1e6)


def _at_rest(home: Path) -> Iterator[Row]:
    """A record of 10,000 articles, none of them due: asked by a command, and followed by the service."""
    program = Program(home)
    program.configure({})
    database = open_database(f"sqlite:///{home}/addendum.db")
    for done in fill([database], FOLLOWED):
        sys.stderr.write(f"\r{done} articles of the record made")
    sys.stderr.write("\n")
    with database.write() as session:
        reading = reading_of(load(str(program.config)).topic.as_told().speakers)
        later = datetime.now(UTC) + timedelta(days=1)
        session.exec(update(Article).values(next_visit_at=later, status="followed", spoken=reading))
    database.close()
    asked = ["--config", program.config, "changes", "--limit", "20"]
    whole = statistics.median(_timed([COMMAND, *asked]) for _ in range(9))
    imported = statistics.median(_imports() for _ in range(9))
    library = statistics.median(_timed([sys.executable, "-c", "import sqlmodel"]) for _ in range(9))
    said = f"importing SQLModel alone takes {library:.2f} s on this machine"
    yield Row(f"addendum changes on {FOLLOWED} articles, whole process", round(whole, 2), 0.4, "lower", "s", (said,))
    yield Row("… of which imports", round(imported, 2), 0.25, "lower", "s")
    with _resting(program) as process:
        before = _spent(process)
        time.sleep(REST)
        share = (_spent(process) - before) / REST
        memory = process.memory_info().rss / 1e6
    yield Row(f"service with {FOLLOWED} articles, none due: of one core", round(100 * share, 2), 1, "lower", "%")
    yield Row("… memory", round(memory), 150, "lower", "MB")


@contextmanager
def _resting(program: Program) -> Iterator[psutil.Process]:
    with program.daemon() as daemon:
        wait_for(lambda: "web page" in daemon.log)
        time.sleep(SETTLE)
        yield psutil.Process(daemon.processes[0].pid)


def _spent(process: psutil.Process) -> float:
    times = process.cpu_times()
    return times.user + times.system


def _timed(command: list[Any]) -> float:
    began = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    return time.perf_counter() - began


def _imports() -> float:
    """Seconds for all that the command imports."""
    code = (
        "import time; began = time.perf_counter(); import addendum.cli, addendum.configfile, addendum.commands.ask, "
        "storage.database, storage.queries; print(time.perf_counter() - began)"
    )
    return float(subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout)


def _compared() -> Row:
    """Two versions of 1,500 words, a statement, a figure and a notice apart; each pair is met once."""
    taken = []
    for number in range(40):
        old, new = _pair(number)
        began = time.perf_counter()
        assert compare(old, new, _speakers()) is not None
        taken.append(1000 * (time.perf_counter() - began))
    return Row("comparison of two 1,500-word versions", round(statistics.median(taken[5:]), 1), 5, "lower", "ms")


def _pair(number: int) -> tuple[Text, Text]:
    seed = random.Random(number)

    def sentence() -> str:
        return " ".join(seed.choice(_WORDS) for _ in range(19)).capitalize() + "."

    said = f"“We have never seen this list,” a spokesperson for NSO Group said on day {number}."
    paragraphs = [Paragraph(f"{sentence()} {said if at % 5 == 2 else sentence()} {sentence()}") for at in range(26)]
    old = Text(sentence(), tuple(paragraphs))
    place = paragraphs[7].text.split()
    place[3:4] = ["fourteen"]
    paragraphs[7] = Paragraph(" ".join(place))
    paragraphs.insert(12, Paragraph(f"A spokesperson for Amnesty International denied {sentence().lower()}"))
    paragraphs.append(Paragraph(f"This article was amended on {1 + number % 28} May to add a comment.", Role.NOTICE))
    return old, Text(old.headline, tuple(paragraphs))


def _speakers() -> tuple[Speaker, ...]:
    shipped = load(str(Path(__file__).parents[1] / "config.toml"))
    return shipped.topic.as_told().speakers


_WORDS = [
    *("the", "of", "and", "to", "in", "a", "that", "it", "is", "was", "for", "on", "as", "with", "by", "at", "from"),
    *("its", "had", "not", "be", "this", "they", "have", "which", "or", "one", "you", "were", "company", "reporters"),
    *("minister", "phone", "numbers", "list", "police", "court", "editor", "spyware", "client", "contract", "border"),
    *("lawyer", "agency", "published", "found", "showed", "asked", "described", "recorded", "opened", "returned"),
]


if __name__ == "__main__":
    sys.exit(main())
