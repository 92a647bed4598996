"""A record of an earlier schema, with data in it, is brought up to date and loses nothing."""

from collections.abc import Callable
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import text

from revisions.text import Paragraph, Text
from revisions.topic import Speaker
from storage import ledger, outbox, queries, stream
from storage.captures import link_captures
from storage.database import _MIGRATIONS, Database, open_database
from storage.proving import verify
from storage.search import find
from storage.stream import ChangeFilter
from tests.storage.test_captures import found, poll, visit
from tests.storage.test_captures import text as text_of_article

ROWS = (
    "INSERT INTO feed (id, name, url, configured_url, outlet, relevant, paused, removed, kind, etag, last_modified, "
    "interval_seconds, failures, error) VALUES (1, 'f', 'u', '', 'o', 'all', false, false, '', '', '', 0, 0, '')",
    "INSERT INTO article (id, url, title, outlet, feed_id, status, quiet, language, first_seen_at, versions, etag, "
    "last_modified, failures, error) VALUES (1, 'a', 't', 'o', 1, 'followed', false, 'en', '2021-07-18 16:00:00', 2, "
    "'', '', 0, '')",
    "INSERT INTO visit (id, article_id, at, outcome, status, error) VALUES (1, 1, '2021-07-18 16:00:00', 'x', 200, '')",
    "INSERT INTO change (id, article_id, from_version, to_version, detected_at, kinds, significance, reason, stealth, "
    "summary, words_added, words_removed, notices, statements) VALUES (1, 1, 1, 2, '2021-07-18 16:00:00', '[\"body\"]', "
    "'minor', '', false, 's', 1, 0, '[]', '[]')",
    "INSERT INTO change_kind (kind, change_id) VALUES ('body', 1)",
    "INSERT INTO change_speaker (speaker, change_id) VALUES ('NSO Group', 1)",
    "INSERT INTO alert (id, uid, channel, event, article_id, change_id, rules, created_at, state, attempts, "
    "next_attempt_at, claimed_by, error) VALUES (1, 'msg_1', 'desk', 'updated', 1, 1, '[]', '2021-07-18 16:00:00', "
    "'waiting', 1, '2021-07-18 16:00:00', '', ''), (2, 'msg_2', 'desk', 'updated', 1, 1, '[]', '2021-07-18 16:00:00', "
    "'waiting', 0, '2021-07-18 16:00:00', '', '')",
    "INSERT INTO delivery (id, alert_id, at, ok, detail) VALUES (1, 1, '2021-07-18 16:00:00', false, 'x')",
)


TEXTS = [Text("Headline", (Paragraph(f"NSO Group said: “We know {n} of those numbers.”"),)) for n in ("none", "some")]
VERSION = (
    "INSERT INTO version (article_id, number, captured_at, sha256, headline, words, notices, content) VALUES "
    "(1, :number, '2021-07-18 16:00:00', 'x', 'Headline', 9, '[]', :content)"
)
OUTLET = "INSERT INTO outlet (name, expected, came, signals_followed, signals_true) VALUES ('o', 1.5, 2.5, 3, 4)"


def to_revision(database: Database, revision: str, go: Callable[[Config, str], None] = command.upgrade) -> None:
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    with database.writer.execution_options(migrate=True).begin() as connection:
        config.attributes["connection"] = connection
        go(config, revision)
    database.engine.dispose()


@pytest.mark.parametrize("revision", ["0001", "0002", "0003", "0004", "0005", "0006"])
def test_a_filled_record_of_an_earlier_schema(empty_url: str, revision: str) -> None:
    old = open_database(empty_url, upgrade=False)
    to_revision(old, revision)
    with old.writer.begin() as connection:
        for row in ROWS:
            connection.execute(text(row))
        for number, said in enumerate(TEXTS, 1):
            connection.execute(text(VERSION), {"number": number, "content": said.to_json()})
        if revision >= "0004":
            connection.execute(text(OUTLET))
    old.close()

    database = open_database(empty_url)
    found = {alert.uid: alert for alert, _ in outbox.list_alerts(database)}
    assert set(found) == {"msg_1", "msg_2"}
    assert revision >= "0003" or found["msg_1"].offered_at is not None, "its receiver may know it"
    assert found["msg_2"].offered_at is None
    with database.read() as session:
        counts = {t: session.execute(text(f"SELECT count(*) FROM {t}")).scalar() for t in TABLES}  # noqa: S608
        outlets = session.execute(text("SELECT name, kind, expected FROM outlet")).all()
    assert counts == dict.fromkeys(TABLES, 1)
    assert outlets == ([("o", "article", 1.5)] if revision >= "0004" else [])
    _is_asked(database)
    to_revision(database, "0006", command.downgrade)
    with database.engine.connect() as connection:
        kept = connection.execute(text("SELECT content FROM version ORDER BY number")).scalars().all()
        assert [Text.from_json(content) for content in kept] == TEXTS
        assert connection.execute(text("SELECT * FROM change_kind")).all() == [("body", 1)]
    to_revision(database, "head")
    _is_asked(database)
    database.close()


@pytest.mark.parametrize("revision", ["0007", "0008"])
def test_what_was_recorded_before_captures_is_kept_and_goes_on(empty_url: str, revision: str) -> None:
    """Filled by the program and taken back to the schema, since from 0007 on texts and lines are not rows to write."""
    old = open_database(empty_url)
    poll(old, found())
    visit(old, 0, text_of_article())
    visit(old, 10, text_of_article("NSO said no."))
    to_revision(old, revision, command.downgrade)
    old.close()

    database = open_database(empty_url)
    proof = verify(database)
    assert (proof.misfit, proof.captures, proof.unproved) == (None, 0, 2)
    assert [v.number for v, _ in queries.get_history(database, 1)] == [1, 2]
    assert find(database, "inspectors", speaker="").items
    assert visit(database, 20, text_of_article("NSO said yes.")).version == 3
    link_captures(database)
    proof = verify(database)
    assert (proof.misfit, proof.captures, proof.pages, proof.unproved) == (None, 1, 1, 2)
    database.close()


def _is_asked(database: Database) -> None:
    """What was recorded by the earlier program is read, found and told as if this one had recorded it."""
    assert [queries.get_version(database, 1, number)[1] for number in (1, 2)] == TEXTS
    assert ledger.catch_up(database, (Speaker("NSO Group"),), seconds=60) == 1
    assert [hit.last_version for hit in find(database, "none").items] == [1]
    (withdrawn,) = find(database, "none", speaker="NSO Group").items
    assert withdrawn.until is not None
    (record,) = stream.list_changes(database, ChangeFilter(kind="body", speaker="nso group", outlet="o"))
    assert record.change.id == 1


TABLES = ("feed", "article", "visit", "change", "change_kind", "delivery")


def test_foreign_keys_are_looked_after_once_it_is_open(tmp_path: Path) -> None:
    database = open_database(f"sqlite:///{tmp_path}/record.db")
    with database.engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
    database.close()
