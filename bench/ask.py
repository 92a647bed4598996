"""How soon questions to a large record are answered, and how much disk a version takes.

A record of 100,000 articles with 1,000,000 versions (`bench.ask_record`; ADDENDUM_BENCH_ARTICLES for another size) on
SQLite and, where one answers, on PostgreSQL; asked through the server as a browser would. Takes some twenty minutes.
"""

import gzip
import json
import lzma
import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import psutil
import pytest
from sqlalchemy import text

from bench.ask_record import SPEAKERS, VERSIONS, common_and_rare, fill
from bench.furniture import perturbed
from bench.report import Row, publish
from revisions.text import Paragraph, Text
from storage.database import Database, open_database
from storage.texts import CHAIN, compress
from tests.data import DATA
from tests.databases import empty_database
from tests.program import Program, wait_for

ARTICLES = int(os.environ.get("ADDENDUM_BENCH_ARTICLES", "100000"))
TIMES = 200  # each question is asked, with other words
WARM = 10
TARGET = 50.0  # ms, at the 95th percentile


def main() -> int:
    with ExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        urls = {"SQLite": stack.enter_context(empty_database("sqlite", home))}
        try:
            urls["PostgreSQL"] = stack.enter_context(empty_database("postgresql", home))
        except pytest.skip.Exception as error:
            sys.stderr.write(f"without PostgreSQL: {error}\n")
        databases = {name: open_database(url) for name, url in urls.items()}
        empty = {name: _size(name, database) for name, database in databases.items()}
        _fill(list(databases.values()))
        rows: list[Row] = []
        for name, database in databases.items():
            _settle(name, database)
            rows += _sizes(name, database, empty[name])
            database.close()
            rows += _asked(name, home, urls[name])
        rows += _real_texts()
        rows += _real_pages()
    publish("ask", rows)
    return 0


def _fill(databases: list[Database]) -> None:
    began = time.monotonic()
    for done in fill(databases, ARTICLES):
        if done % 5000 == 0 or done == ARTICLES:
            sys.stderr.write(f"{done} articles of {ARTICLES} written, {time.monotonic() - began:.0f} s\n")


def _settle(name: str, database: Database) -> None:
    """As upkeep leaves a database that has been there for a while."""
    with database.engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        connection.exec_driver_sql("PRAGMA optimize" if name == "SQLite" else "VACUUM ANALYZE")


def _size(name: str, database: Database) -> int:
    """Bytes of the whole record."""
    with database.engine.connect() as connection:
        if name == "SQLite":
            pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
            return int(pages) * int(connection.exec_driver_sql("PRAGMA page_size").scalar_one())
        return int(connection.execute(text("SELECT pg_database_size(current_database())")).scalar_one())


def _sizes(name: str, database: Database, empty: int) -> Iterator[Row]:
    versions = ARTICLES * VERSIONS
    with database.read() as session:
        content = session.execute(text("SELECT sum(length(content)) FROM version_text")).scalar_one()
    yield Row(f"{name}: bytes of text per version", round(content / versions), 1500, "lower", "B")
    whole = (_size(name, database) - empty) / versions
    yield Row(f"{name}: bytes on disk per version, whatever there is of it", round(whole), 4000, "lower", "B")


def _asked(name: str, home: Path, url: str) -> Iterator[Row]:
    program = Program(home, url)
    program.configure({}, public="http://127.0.0.1")
    (home / "daemon.log").unlink(missing_ok=True)
    with program.serving() as daemon, httpx.Client(base_url=daemon.url, timeout=60) as client:
        wait_for(lambda: client.get("/healthz").status_code == 200, 60)
        server = psutil.Process(daemon.processes[0].pid)
        rng, memory = random.Random(3), []
        for round_ in range(2):
            for question, address in _questions().items():
                took = [_ask(client, address(rng)) for _ in range(WARM + TIMES)][WARM:]
                if round_ == 1:
                    p95 = statistics.quantiles(took, n=20)[-1]
                    yield Row(f"{name}: {question}, 95th percentile", round(p95, 1), TARGET, "lower", "ms")
                    yield Row(f"{name}: {question}, median", round(statistics.median(took), 1), TARGET, "lower", "ms")
            memory.append(server.memory_info().rss)
        yield Row(f"{name}: memory of the server", round(memory[-1] / 2**20), 300, "lower", "MiB")
        yield Row(
            f"{name}: memory after {2 * TIMES * len(_questions())} questions ÷ after half of them",
            round(memory[-1] / memory[0], 3),
            1.1,
            "lower",
            "ratio",
        )


def _questions() -> dict[str, Callable[[random.Random], str]]:
    return {
        "change stream": lambda rng: "/",
        "change stream by kind": lambda rng: f"/?kind={rng.choice(['statement', 'notice', 'headline', 'body'])}",
        "change stream by speaker": lambda rng: f"/?speaker={rng.choice(SPEAKERS)}",
        "change stream by outlet, stealth": lambda rng: f"/?outlet=Outlet+{rng.randint(1, 60)}&stealth=1",
        "article timeline": lambda rng: f"/articles/{rng.randint(1, ARTICLES)}",
        "one diff": lambda rng: f"/articles/{rng.randint(1, ARTICLES)}/diff/{(n := rng.randint(1, 9))}..{n + 1}",
        "statements of a speaker": lambda rng: f"/statements?speaker={rng.choice(SPEAKERS)}",
        "search, a common word": lambda rng: f"/search?q={common_and_rare(rng)[0]}",
        "search, a rare word": lambda rng: f"/search?q={common_and_rare(rng)[1]}",
        "search, two words": lambda rng: f"/search?q={'+'.join(common_and_rare(rng))}",
        "search, a phrase": lambda rng: f'/search?q="{common_and_rare(rng)[0]} {common_and_rare(rng)[0]}"',
        "search, what a speaker said": lambda rng: (
            f"/search?q={common_and_rare(rng)[0]}&speaker={rng.choice(SPEAKERS)}"
        ),
        "changes, API": lambda rng: "/api/v1/changes",
    }


def _ask(client: httpx.Client, address: str) -> float:
    """Milliseconds until the whole answer is there."""
    began = time.perf_counter()
    answer = client.get(address)
    took = 1000 * (time.perf_counter() - began)
    assert answer.status_code == 200, (address, answer.text[:300])
    return took


def _real_texts() -> Iterator[Row]:
    """Real edits of published posts, each post's versions in a row; where the reference data is there."""
    found: dict[str, list[bytes]] = {}
    for file in sorted((DATA / "revisions").glob("*.jsonl.xz")):
        for line in lzma.decompress(file.read_bytes()).decode().splitlines():
            edit = json.loads(line)
            versions = found.setdefault(f"{file.name} {edit['path']}", [])
            versions += [_as_text(edit["old"])] if not versions else []
            versions.append(_as_text(edit["new"]))
    if found:
        kept, plain = _chained(found)
        name = f"real edits, {round(plain / 1e3, 1)} KB uncompressed: bytes of text per version"
        yield Row(name, round(kept), 1500, "lower", "B")


def _as_text(markdown: str) -> bytes:
    paragraphs = tuple(Paragraph(" ".join(part.split())) for part in markdown.split("\n\n") if part.strip())
    return Text("", paragraphs).to_json().encode()


def _real_pages() -> Iterator[Row]:
    """Real pages of 100 to 200 KB with furniture that moves, as many versions of each as of an article above."""
    found = {}
    for file in sorted((DATA / "pages").glob("*.html.gz")):
        page = gzip.decompress(file.read_bytes())
        if 100_000 <= len(page) <= 200_000:
            rng = random.Random(file.name)
            found[file.name] = [perturbed(page, rng) for _ in range(VERSIONS)]
    if found:
        kept, plain = _chained(found)
        yield Row(f"raw pages of {round(plain / 1e3)} KB: bytes per version", round(kept), 6000, "lower", "B")


def _chained(found: dict[str, list[bytes]]) -> tuple[float, float]:
    """Mean bytes of a version compressed against the one before, and as it is."""
    kept = plain = count = 0
    for versions in found.values():
        for at, content in enumerate(versions):
            kept += len(compress(content, versions[at - 1] if at % CHAIN else b""))
            plain, count = plain + len(content), count + 1
    return kept / count, plain / count


if __name__ == "__main__":
    sys.exit(main())
