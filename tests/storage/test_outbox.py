"""Claims, order and retries of the outbox."""

from datetime import UTC, datetime, timedelta

import pytest

from revisions.errors import AddendumError
from storage import outbox
from storage.database import Database
from storage.outbox import Attempt
from storage.tables import Alert, Article

NOW = datetime(2021, 7, 18, 16, tzinfo=UTC)
LEASE = timedelta(minutes=1)


@pytest.fixture
def filled(database: Database) -> Database:
    """Two articles; two alerts of the first and one of the second wait for one channel."""
    with database.write() as session:
        session.add_all(Article(url=f"https://n.example/{n}", first_seen_at=NOW) for n in (1, 2))
        session.flush()
        session.add_all(
            Alert(
                uid=f"msg_{n}", channel="desk", event="updated", article_id=article, created_at=NOW, next_attempt_at=NOW
            )
            for n, article in ((1, 1), (2, 1), (3, 2))
        )
    return database


def claim(database: Database, now: datetime = NOW, owner: str = "me", dead: tuple[str, ...] = ()) -> list[str]:
    return [a.uid for a in outbox.claim(database, "desk", now, owner, LEASE, limit=9, dead_owners=dead)]


def test_an_alert_is_claimed_once_and_in_order_within_its_article(filled: Database) -> None:
    assert claim(filled) == ["msg_1", "msg_3"]
    assert claim(filled, owner="other") == []
    outbox.settle(filled, [(1, Attempt(True, NOW, 200))])
    assert claim(filled) == ["msg_2"]


def test_what_a_dead_process_held_is_free_at_once_and_otherwise_when_the_lease_ends(filled: Database) -> None:
    claim(filled, owner="dead")
    assert outbox.owners(filled) == {"dead"}
    assert claim(filled, dead=("dead",)) == ["msg_1", "msg_3"]
    assert claim(filled, now=NOW + LEASE) == ["msg_1", "msg_3"]
    outbox.release(filled, "me")
    assert claim(filled, now=NOW + LEASE) == ["msg_1", "msg_3"]


def test_a_failure_waits_for_its_next_attempt_and_one_for_good_can_be_retried(filled: Database) -> None:
    claim(filled)
    outbox.settle(filled, [(1, Attempt(False, NOW, 503, "busy", next_at=NOW + timedelta(minutes=5)))])
    outbox.settle(filled, [(3, Attempt(False, NOW, 404, "no such hook"))])
    assert claim(filled) == []
    assert claim(filled, now=NOW + timedelta(minutes=5)) == ["msg_1"]
    assert outbox.counts(filled) == {"waiting": 2, "sent": 0, "failed": 1}
    assert outbox.retry(filled, NOW) == 1
    assert "msg_3" in claim(filled)


def test_a_closed_channel_is_known_and_opened_again_by_retry(filled: Database) -> None:
    claim(filled)
    outbox.settle(filled, [(1, Attempt(False, NOW, 410, "wants no more", closes_channel=True))])
    assert outbox.closed_channels(filled) == {"desk": "wants no more"}
    outbox.retry(filled, NOW, [1])
    assert outbox.closed_channels(filled) == {}


def test_retry_names_what_does_not_exist(filled: Database) -> None:
    with pytest.raises(AddendumError, match="77"):
        outbox.retry(filled, NOW, [77])
