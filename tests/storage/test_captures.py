"""What proves a version: captures, their chain, pages; what is dropped; pages read anew."""

import hashlib
import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from threading import Thread

import pytest
from sqlalchemy import text as sql
from sqlmodel import col, select

from revisions.errors import StorageError
from revisions.text import Text
from storage import outbox, queries, rereading, stream
from storage.captures import BEGINNING, link_captures
from storage.database import Database, open_database
from storage.export import capture_json
from storage.facts import Provenance, Received, VisitFacts, VisitResult
from storage.moving import move
from storage.pages import DEPTH, page_of
from storage.proving import verify
from storage.record import Recorder
from storage.retention import Keep, drop_old
from storage.stream import ChangeFilter
from storage.tables import Capture, RawPage, Version, Visit
from storage.texts import compress
from tests.storage.test_record import START, TOPIC, URL, found, poll, recorder, text

BY = Provenance("addendum/test", 1)
CHROME = "".join(f"<nav><a href='/{n * 7919 % 1009}'>{n * 104729 % 99991}</a></nav>" for n in range(400))


def page(words: str, chrome: str = CHROME) -> bytes:
    return f"<html><body>{chrome}<p>{words}</p></body></html>".encode()


def visit(
    database: Database,
    minutes: float,
    seen: Text | None = None,
    *,
    number: int = 1,
    body: bytes | None = None,
    **fields: object,
) -> VisitResult:
    """As the service records one, with what was answered."""
    at = START + timedelta(minutes=minutes)
    headers = (("Content-Type", "text/html; charset=utf-8"), ("Set-Cookie", "reader=secret"))
    received = Received(f"{URL}?from=feed", body if body is not None else page(seen.plain if seen else ""), headers)
    facts = VisitFacts(at, at, "text" if seen else "gone", text=seen, canonical=URL, status=200 if seen else 410)
    facts = replace(facts, **{"received": received, **fields})  # type: ignore[arg-type]
    return by(database).visit(number, facts)


def by(database: Database, provenance: Provenance = BY, *, keeps_pages: bool = True) -> Recorder:
    plain = recorder(database)
    return Recorder(database, TOPIC, plain._teller._route, plain._plan, by=provenance, keeps_pages=keeps_pages)


def captures(database: Database) -> list[Capture]:
    with database.read() as session:
        return list(session.exec(select(Capture).order_by(col(Capture.id))))


def kept(database: Database) -> list[RawPage]:
    with database.read() as session:
        return list(session.exec(select(RawPage).order_by(col(RawPage.capture_id))))


@pytest.fixture
def recorded(database: Database) -> Database:
    """An article with three versions, which is then gone; all linked."""
    poll(database, found())
    for number, more in enumerate(((), ("NSO said no.",), ("NSO said no.", "A ministry had no comment."))):
        visit(database, 10 * number, text(*more))
    visit(database, 40)
    link_captures(database)
    return database


def test_a_capture_says_what_was_answered_when_a_version_was_read(recorded: Database) -> None:
    first, second, _, gone = captures(recorded)
    assert (first.url, first.status, first.number) == (f"{URL}?from=feed", 200, 1)
    assert (first.program, first.extractor) == ("addendum/test", 1)
    assert first.headers == [["Content-Type", "text/html; charset=utf-8"]], "what tells who asked is not kept"
    assert first.page_sha256 == hashlib.sha256(page(text().plain)).hexdigest()
    assert second.text_sha256 == text("NSO said no.").sha256
    assert (gone.status, gone.number, gone.text_sha256) == (410, None, "")


def test_a_visit_that_finds_nothing_new_leaves_none(recorded: Database) -> None:
    poll(recorded, found(), found("https://news.example/b"))
    before = len(captures(recorded))
    for minutes in (50, 60):
        visit(recorded, minutes, text(headline="Another Pegasus story"), number=2, canonical="https://news.example/b")
    visit(recorded, 70)
    assert len(captures(recorded)) == before + 1


def test_links_can_be_recomputed_from_what_is_exported(recorded: Database) -> None:
    """By somebody who has the rules in docs/proof.md and nothing else."""
    before = BEGINNING
    for number, capture in enumerate(captures(recorded), 1):
        said = json.loads(json.dumps(capture_json(capture)))
        covered = json.dumps(said["covered"], sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        seal = hashlib.sha256(covered.encode()).hexdigest()
        before = hashlib.sha256((before + seal).encode()).hexdigest()
        assert (said["seal"], said["link"], said["chain"]) == (seal, number, before)


def test_processes_that_link_at_once_leave_one_chain_without_gaps(database: Database) -> None:
    addresses = [f"https://news.example/{n}" for n in range(12)]
    poll(database, *map(found, addresses))
    several = [open_database(database.engine.url.render_as_string(hide_password=False)) for _ in range(4)]

    def work(mine: Database, numbers: range) -> None:
        for n in numbers:
            visit(mine, n, text(headline=f"Pegasus story {n}"), number=n + 1, canonical=addresses[n])
            link_captures(mine)

    threads = [Thread(target=work, args=(mine, range(k, 12, 4))) for k, mine in enumerate(several)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for mine in several:
        mine.close()
    assert sorted(capture.link or 0 for capture in captures(database)) == list(range(1, 13))
    proof = verify(database)
    assert (proof.misfit, proof.captures, proof.waiting, proof.pages) == (None, 12, 0, 12)


def test_everything_fits_where_nothing_was_touched(recorded: Database) -> None:
    proof = verify(recorded)
    assert proof.misfit is None
    assert (proof.captures, proof.pages, proof.versions, proof.head.link) == (4, 4, 3, 4)


def test_what_is_not_linked_yet_is_told_and_no_misfit(recorded: Database) -> None:
    visit(recorded, 60, text("A third said yes."))
    proof = verify(recorded)
    assert (proof.misfit, proof.captures, proof.waiting) == (None, 5, 1)


TOUCHED = {
    "UPDATE capture SET headers = '[]' WHERE id = 2": "capture 2 (link 2): what it says",
    "UPDATE capture SET at = '2021-07-18 16:10:01+00:00' WHERE id = 2": "capture 2 (link 2): what it says",
    "UPDATE capture SET status = 404 WHERE id = 4": "capture 4 (link 4): what it says",
    "UPDATE capture SET chain = 'x' WHERE id = 3": "capture 3 (link 3): its link does not follow",
    "UPDATE capture SET link = 9 WHERE id = 3": "capture 4 (link 4): link 3 of the chain is missing",
    "DELETE FROM raw_page WHERE capture_id = 4; DELETE FROM capture WHERE id = 3": "link 3 of the chain is missing",
    "UPDATE version SET sha256 = 'x' WHERE number = 2": "version 2 of article 1: its digest or time",
    "UPDATE version SET captured_at = '2021-07-18 15:00:00+00:00' WHERE number = 3": "version 3 of article 1: its digest or time",
    "UPDATE version SET number = 7 WHERE number = 3": "version 3 of article 1 is missing",
    "UPDATE version_text SET content = 'x' WHERE number = 1": "version 1 of article 1: its text cannot be read",
    "UPDATE article SET versions = 4": "article 1: 3 of its 4 versions are there",
    "UPDATE change SET from_version = 8 WHERE id = 1": "change 1: version 8 that it refers to is missing",
    "DELETE FROM capture WHERE id = 4": "",  # the newest link can go unnoticed, unless a stamp or digest is kept
}


@pytest.mark.parametrize("touch", TOUCHED)
def test_the_first_record_that_does_not_fit_is_named(recorded: Database, touch: str) -> None:
    with recorded.writer.begin() as connection:
        if recorded.is_shared:
            connection.execute(sql("SET session_replication_role = replica"))
        else:
            connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
        if "DELETE FROM capture" in touch:
            connection.execute(sql("DELETE FROM raw_page WHERE capture_id >= 3"))
        for statement in touch.split("; "):
            connection.execute(sql(statement))
    misfit = verify(recorded).misfit
    assert TOUCHED[touch] in str(misfit) if TOUCHED[touch] else misfit is None


def test_a_text_put_in_anothers_place_is_found(recorded: Database) -> None:
    with recorded.writer.begin() as connection:
        change = sql("UPDATE version_text SET content = :new WHERE number = 1")
        connection.execute(change, {"new": compress(text("Nothing was ever found.").to_json().encode())})
    assert "version 1 of article 1: it reads otherwise" in str(verify(recorded).misfit)


def test_a_page_put_in_anothers_place_is_found(recorded: Database) -> None:
    with recorded.writer.begin() as connection:
        change = sql("UPDATE raw_page SET content = :new, base = NULL WHERE capture_id = 4")
        connection.execute(change, {"new": compress(page("other"))})
    assert "capture 4 (link 4): its page is not the one" in str(verify(recorded).misfit)


def test_a_version_without_a_capture_is_a_misfit_unless_it_is_older_than_all(database: Database) -> None:
    poll(database, found())
    visit(database, 0, text(), received=None)
    visit(database, 10, text("NSO said no."))
    proof = verify(database)
    assert (proof.misfit, proof.unproved) == (None, 1)
    visit(database, 20, text("NSO said yes."), received=None)
    assert "version 3 of article 1: no capture says" in str(verify(database).misfit)


def test_a_later_page_takes_little_and_is_the_same_again(database: Database) -> None:
    poll(database, found())
    seen = [text(*(f"Line {n}." for n in range(more))) for more in range(2 * DEPTH + 3)]
    for number, words in enumerate(seen):
        visit(database, number, words)
    rows = kept(database)
    sizes = [len(row.content) for row in rows]
    assert max(sizes[1 : DEPTH + 1]) * 20 < sizes[0]
    assert max(row.depth for row in rows) == DEPTH
    with database.read() as session:
        assert [page_of(session, row.capture_id) for row in rows] == [page(words.plain) for words in seen]


def test_another_page_of_the_host_takes_little_and_a_strange_one_stands_alone(database: Database) -> None:
    addresses = [f"https://news.example/{n}" for n in range(3)]
    poll(database, *map(found, addresses))
    strange = page("x", "".join(f"<b>{n * 31337 % 65537}</b>" for n in range(900)))
    for n, body in enumerate((None, None, strange)):
        visit(database, n, text(headline=f"Pegasus {n}"), number=n + 1, canonical=addresses[n], body=body)
    assert [row.base for row in kept(database)] == [None, 1, None]


def test_what_is_damaged_holds_nothing_new_up(recorded: Database) -> None:
    with recorded.writer.begin() as connection:
        connection.execute(sql("UPDATE raw_page SET content = 'x' WHERE capture_id = 1"))
    assert visit(recorded, 60, text("A third said yes.")).version == 4
    assert kept(recorded)[-1].base is None
    with recorded.read() as session, pytest.raises(StorageError, match="cannot be unpacked"):
        page_of(session, 1)


def test_pages_need_not_be_kept(database: Database) -> None:
    poll(database, found())
    at = START
    facts = VisitFacts(at, at, "text", text(), canonical=URL, status=200, received=Received(URL, b"page"))
    by(database, keeps_pages=False).visit(1, facts)
    assert kept(database) == []
    proof = verify(database)
    assert (proof.misfit, proof.captures, proof.pages_dropped) == (None, 1, 1)


def test_a_copy_in_another_database_proves_the_same(recorded: Database, tmp_path: Path) -> None:
    target = open_database(f"sqlite:///{tmp_path}/copy.db")
    move(recorded, target)
    assert verify(target).head == verify(recorded).head
    target.close()


def test_a_newer_extraction_reads_the_page_anew_and_tells_nobody(recorded: Database) -> None:
    visit(recorded, 60, text("NSO said no."))  # it is back
    newer = Provenance("addendum/next", 2)
    told = outbox.counts(recorded)
    changes = len(stream.list_changes(recorded, ChangeFilter()))
    old = rereading.outdated(recorded, 1, newer.extractor)
    assert old is not None
    assert old.body == page(text("NSO said no.").plain)
    anew = text("NSO said no.", "Updated to reflect further comment.")
    new = rereading.Reread(anew, b"", ())
    at = START + timedelta(minutes=61)
    assert rereading.record_rereading(recorded, 1, old, new, at, TOPIC.speakers, newer) == 5
    assert rereading.record_rereading(recorded, 1, old, new, at, TOPIC.speakers, newer) is None, "somebody was quicker"

    assert rereading.outdated(recorded, 1, newer.extractor) is None
    assert outbox.counts(recorded) == told
    assert len(stream.list_changes(recorded, ChangeFilter())) == changes
    history = queries.get_history(recorded, 1)
    assert [(v.number, v.source, change is None) for v, change in history][-2:] == [
        (4, "visit", False),
        (5, "reread", True),
    ]
    assert queries.get_version(recorded, 1, 4)[1].sha256 == text("NSO said no.").sha256, "history stands"
    facts = VisitFacts(at, at + timedelta(minutes=1), "text", anew, canonical=URL, status=200)
    assert by(recorded, newer).visit(1, facts).outcome == "unchanged"
    link_captures(recorded)
    proof = verify(recorded)
    assert (proof.misfit, proof.captures, proof.pages) == (None, 6, 5)
    assert captures(recorded)[-1].reread_of == 5


def test_what_a_change_refers_to_outlives_what_is_kept(database: Database) -> None:
    """Visits and pages go; versions, changes and every digest stay, and so does the window a change came in."""
    addresses = [URL, "https://news.example/b"]
    poll(database, *map(found, addresses))
    for minutes in range(0, 50, 10):
        visit(database, minutes, text(*(["NSO said no."] if minutes >= 30 else [])))
        visit(
            database,
            minutes + 1,
            text(headline="Another Pegasus story"),
            number=2,
            canonical=addresses[1],
            body=page("b", "<i>b</i>" * 99),
        )
    link_captures(database)
    (change,) = (record.change for record in stream.list_changes(database, ChangeFilter()))

    later = START + timedelta(days=400)
    month = timedelta(days=30)
    assert drop_old(database, Keep(), later).visits == 0
    dropped = drop_old(database, Keep(visits=month, pages=month), later)
    with database.read() as session:
        times = session.exec(select(Visit.at).where(Visit.article_id == 1).order_by(col(Visit.at))).all()
        others = session.exec(select(Visit.at).where(Visit.article_id == 2)).all()
        assert len(session.exec(select(Version)).all()) == 3
    assert [(at - START).seconds // 60 for at in times] == [0, 20, 30, 40]
    assert change.last_unchanged_at in times
    assert change.detected_at in times
    assert len(others) == 2, "the first and the last"
    assert (dropped.visits, dropped.pages) == (4, 1)
    assert [row.capture_id for row in kept(database)] == [c.id for c in captures(database) if c.article_id == 1]
    assert drop_old(database, Keep(visits=month, pages=month), later) == drop_old(database, Keep(), later)
    proof = verify(database)
    assert (proof.misfit, proof.pages_dropped) == (None, 1)


def test_a_page_that_others_are_packed_against_is_kept_as_long_as_they_are(database: Database) -> None:
    addresses = [f"https://news.example/{n}" for n in range(2)]
    poll(database, *map(found, addresses))
    for n in range(2):
        visit(database, n * 24 * 60, text(headline=f"Pegasus {n}"), number=n + 1, canonical=addresses[n])
    assert [row.base for row in kept(database)] == [None, 1]
    keep = Keep(pages=timedelta(days=30))
    assert drop_old(database, keep, START + timedelta(days=30, hours=12)).pages == 0
    assert drop_old(database, keep, START + timedelta(days=40)).pages == 1
    assert drop_old(database, keep, START + timedelta(days=40)).pages == 1
