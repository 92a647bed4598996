"""What is handed out: once, first things first, and never more than there is room for."""

from datetime import UTC, datetime, timedelta

from scheduler.turns import DELIVER, POLL, TAIL, URGENT, Kind, Standing, Turn, due_turns
from storage.database import Database
from storage.tables import Alert, Article, Feed

NOW = datetime(2021, 7, 18, 16, tzinfo=UTC)
OLD = NOW - timedelta(days=30)


def fill(database: Database, hosts: int = 3) -> None:
    """A feed and an article due at each host, one of them fresh; an alert for each of two channels."""
    with database.write() as session:
        for number in range(hosts):
            host, found = f"{number}.example", NOW if number == 1 else OLD
            session.add(Feed(name=host, url=f"https://{host}/feed", host=host))
            session.add(Article(url=f"https://{host}/a", host=host, first_seen_at=found, next_visit_at=NOW))
        for channel in ("desk", "gone"):
            session.add(Alert(uid=channel, channel=channel, event="updated", created_at=NOW, next_attempt_at=NOW))


def turns(database: Database, standing: Standing) -> list[Turn]:
    return due_turns(database, NOW, standing, ["desk", "other"])


def test_deliveries_then_polls_then_visits_the_urgent_first(database: Database) -> None:
    fill(database)
    assert turns(database, Standing(room=10)) == [
        Turn(Kind.DELIVER, "desk", DELIVER),
        *(Turn(Kind.POLL, f"{number}.example", POLL) for number in range(3)),
        Turn(Kind.VISIT, "1.example", URGENT),
        Turn(Kind.VISIT, "0.example", TAIL),
        Turn(Kind.VISIT, "2.example", TAIL),
    ]


def test_what_is_handed_out_already_is_not_handed_out_again_unless_it_became_urgent(database: Database) -> None:
    fill(database)
    waiting = {Turn(Kind.VISIT, f"{number}.example", TAIL) for number in range(3)}
    under_way = {Turn(Kind.POLL, f"{number}.example", POLL) for number in range(3)} | {Turn(Kind.DELIVER, "desk")}
    standing = Standing(frozenset(waiting), frozenset(under_way), room=10)
    assert turns(database, standing) == [Turn(Kind.VISIT, "1.example", URGENT)]
    standing = Standing(frozenset(), frozenset(under_way | waiting), room=10)
    assert turns(database, standing) == []


def test_visits_wait_in_the_record_where_there_is_no_room_in_the_queue(database: Database) -> None:
    fill(database, hosts=20)
    visits = [turn for turn in turns(database, Standing(room=5)) if turn.kind is Kind.VISIT]
    assert len(visits) == 5
    assert visits[0] == Turn(Kind.VISIT, "1.example", URGENT)
    assert not any(turn.kind is Kind.VISIT for turn in turns(database, Standing(room=0)))
