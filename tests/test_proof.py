"""verify, export, backup and restore, from the command line."""

import json
import re
import sqlite3
import subprocess
import sys
import threading
from collections import Counter
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from fastwarc.warc import ArchiveIterator as OtherReader
from warcio.archiveiterator import ArchiveIterator

from tests.authority import Authority
from tests.newsroom import Newsroom
from tests.program import Program, on_every_database, wait_for

pytestmark = on_every_database


@pytest.fixture
def watched(program: Program, newsroom: Newsroom) -> Program:
    """Two outlets, one of whose articles was changed since."""
    program.configure({"courier": newsroom.feed_url("courier"), "dispatch": newsroom.feed_url("dispatch", "feed.atom")})
    program.check()
    newsroom.advance("harbour-list")
    program.check("--all")
    return program


def changed(program: Program) -> dict[str, Any]:
    (article,) = (a for a in program.json("articles") if a["versions"] == 2)
    return dict(article)


def verify_recomputes_everything(watched: Program) -> None:
    (found,) = watched.json("verify")
    versions = sum(a["versions"] for a in watched.json("articles"))
    assert found["fits"] is True
    assert (found["captures"], found["pages"], found["versions"], found["waiting"]) == (versions, versions, versions, 0)
    said = watched.run("verify")
    assert said.startswith(f"everything fits: {versions} captures, {versions} pages")
    assert f"head: link {versions} {found['head']['chain']}" in said


def test_verify_names_the_first_record_that_does_not_fit(watched: Program) -> None:
    if watched.url.startswith("postgresql"):
        pytest.skip("what is touched is the same; tests/storage/test_captures.py does it on both databases")
    with sqlite3.connect(watched.home / "addendum.db") as connection:
        connection.execute("UPDATE capture SET url = 'http://elsewhere.example/' WHERE id = 2")
    said = watched.run("verify", expect=1)
    assert "does not fit: capture 2 (link 2): what it says is not what was sealed" in said
    (found,) = (json.loads(line) for line in watched.run("verify", "--json", expect=1).splitlines())
    assert found["misfit"]["record"] == "capture 2 (link 2)"


def export_as_json_lines(watched: Program) -> None:
    article = changed(watched)
    first, second = (json.loads(line) for line in watched.run("export", article["url"]).splitlines())
    assert first["change"] is None
    assert (
        second["change"]["to_version"]["sha256"]
        == second["version"]["sha256"]
        == second["capture"]["covered"]["text_sha256"]
    )
    assert second["version"]["text"]["paragraphs"]
    everything = [json.loads(line) for line in watched.run("export", "--all").splitlines()]
    assert len(everything) == sum(a["versions"] for a in watched.json("articles"))


def export_as_warc_is_read_by_other_programs(watched: Program) -> None:
    path = watched.home / "captures.warc.gz"
    article = changed(watched)
    watched.run("export", str(article["id"]), "--format", "warc", "--output", str(path))

    with path.open("rb") as file:
        records = [
            (r.rec_type, r.rec_headers.get_header("WARC-Target-URI"), r.content_stream().read())
            for r in ArchiveIterator(file)
        ]
    assert Counter(kind for kind, _, _ in records) == {"warcinfo": 1, "response": 2, "metadata": 2}
    pages = [body for kind, _, body in records if kind == "response"]
    assert b"<html" in pages[0]
    assert pages[0] != pages[1]
    said = [json.loads(body) for kind, _, body in records if kind == "metadata"]
    assert {uri for kind, uri, _ in records if kind != "warcinfo"} == {article["url"]}
    assert [s["covered"]["version"] for s in said] == [1, 2]

    others = [
        (r.headers["WARC-Type"], r.verify_block_digest())
        for r in OtherReader(BytesIO(path.read_bytes()), parse_http=False)
    ]
    assert [kind for kind, _ in others] == [kind for kind, _, _ in records]
    assert all(holds for _, holds in others)
    warcio = Path(sys.executable).with_name("warcio")
    index = subprocess.run([warcio, "index", str(path)], capture_output=True, text=True, check=True)
    lines = [json.loads(line) for line in index.stdout.splitlines()]
    assert [line["warc-type"] for line in lines] == [kind for kind, _, _ in records]
    checked = subprocess.run([warcio, "check", "-v", str(path)], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout


def export_as_dossier_needs_nothing_else(watched: Program) -> None:
    path = watched.home / "dossier.html"
    article = changed(watched)
    watched.run("export", str(article["id"]), "--format", "html", "-o", str(path))
    page = path.read_text("utf-8")
    (change,) = watched.json("changes", "--limit", "1")
    for version in watched.json("history", str(article["id"])):
        assert version["sha256"] in page
        assert version["captured_at"] in page
    assert change["summary"] in page
    assert "<ins>" in page
    assert page.count("link ") >= 2
    assert not re.search(r"<(script|link|img|iframe)\b|url\(", page), "nothing is loaded from elsewhere"


def what_cannot_be_exported_is_said(watched: Program) -> None:
    for arguments, remedy in (
        ((), "name articles by number or URL, or give --all"),
        (("--all", "--format", "html"), "a dossier is of one article"),
        (("1", "--format", "pdf"), "expected jsonl, warc, html"),
    ):
        assert remedy in watched.run("export", *arguments, expect=2)
    assert "no such article" in watched.run("export", "99999", expect=1)
    assert "cannot be written" in watched.run("export", "1", "-o", str(watched.home / "no" / "file"), expect=1)


READ = (
    verify_recomputes_everything,
    export_as_json_lines,
    export_as_warc_is_read_by_other_programs,
    export_as_dossier_needs_nothing_else,
    what_cannot_be_exported_is_said,
)


def test_what_is_recorded_can_be_proved(watched: Program, subtests: pytest.Subtests) -> None:
    """One record for all that only reads it."""
    for part in READ:
        with subtests.test(part.__name__):
            part(watched)


def test_backup_of_a_running_service_and_back(program: Program, newsroom: Newsroom) -> None:
    program.configure({"courier": newsroom.feed_url("courier")})
    path = program.home / "backup.db"
    with program.daemon():
        wait_for(lambda: any(a["versions"] for a in program.json("articles")))
        stop = threading.Event()

        def edit() -> None:
            while not stop.wait(0.2):
                newsroom.advance("harbour-list")

        editing = threading.Thread(target=edit)
        editing.start()
        program.run("backup", str(path))
        stop.set()
        editing.join()
    assert "there is a file of that name" in program.run("backup", str(path), expect=1)
    kept = Program(program.home, f"sqlite:///{program.home}/restored.db")
    kept.configure({})
    assert "everything fits" in kept.run("restore", str(path))
    assert "there is a record already" in kept.run("restore", str(path), expect=1)
    assert kept.json("articles")
    assert kept.json("verify")[0]["fits"]
    kept.run("check")
    assert not [p.name for p in program.home.iterdir() if "unfinished" in p.name]


def test_restore_into_the_same_sort_of_database(watched: Program, empty_url: str) -> None:
    path = watched.home / "backup.db"
    watched.run("backup", str(path))
    head = watched.json("verify")[0]["head"]
    other = watched.home / "other"
    other.mkdir()
    target = Program(other, empty_url.replace(str(watched.home), str(other)))
    target.configure({})
    target.run("restore", str(path))
    assert target.json("verify")[0]["head"] == head
    assert target.json("search", "inspectors") == watched.json("search", "inspectors")
    assert "no such file" in target.run("restore", "nothing.db", expect=1)
    (other / "text").write_text("no database, and long enough to be read as one" * 20)
    target = Program(other, f"sqlite:///{other}/new.db")
    target.configure({})
    assert "not an Addendum database" in target.run("restore", str(other / "text"), expect=1)


def test_the_service_has_its_chain_stamped(program: Program, newsroom: Newsroom, tmp_path: Path) -> None:
    with Authority(tmp_path / "authority") as authority:
        proof = f'[proof]\nauthority = "{authority.url}"\nevery = "1s"\nroots = "{authority.roots}"'
        program.configure({"courier": newsroom.feed_url("courier")}, more=proof)
        with program.daemon() as daemon:
            wait_for(lambda: "the chain was stamped" in daemon.log, 90)
    (found,) = program.json("verify")
    assert found["fits"]
    assert found["stamps"] >= 1
    assert "stamped up to link" in program.run("verify")
