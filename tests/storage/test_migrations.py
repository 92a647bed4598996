"""A record of an earlier schema, with data in it, is brought up to date and loses nothing."""

from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import text

from storage import outbox
from storage.database import _MIGRATIONS, Database, open_database

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
    "INSERT INTO alert (id, uid, channel, event, article_id, change_id, rules, created_at, state, attempts, "
    "next_attempt_at, claimed_by, error) VALUES (1, 'msg_1', 'desk', 'updated', 1, 1, '[]', '2021-07-18 16:00:00', "
    "'waiting', 1, '2021-07-18 16:00:00', '', ''), (2, 'msg_2', 'desk', 'updated', 1, 1, '[]', '2021-07-18 16:00:00', "
    "'waiting', 0, '2021-07-18 16:00:00', '', '')",
    "INSERT INTO delivery (id, alert_id, at, ok, detail) VALUES (1, 1, '2021-07-18 16:00:00', false, 'x')",
)


OUTLET = "INSERT INTO outlet (name, expected, came, signals_followed, signals_true) VALUES ('o', 1.5, 2.5, 3, 4)"


def to_revision(database: Database, revision: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    with database.writer.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


@pytest.mark.parametrize("revision", ["0001", "0002", "0003", "0004", "0005"])
def test_a_filled_record_of_an_earlier_schema(empty_url: str, revision: str) -> None:
    old = open_database(empty_url, upgrade=False)
    to_revision(old, revision)
    with old.writer.begin() as connection:
        for row in ROWS:
            connection.execute(text(row))
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
    database.close()


TABLES = ("feed", "article", "visit", "change", "change_kind", "delivery")


def test_foreign_keys_are_looked_after_once_it_is_open(tmp_path: Path) -> None:
    database = open_database(f"sqlite:///{tmp_path}/record.db")
    with database.engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
    database.close()
