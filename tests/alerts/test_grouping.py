"""What a channel is told together: bursts, digests, ceilings, quiet hours; delivered over real sockets."""

import asyncio
import json
from datetime import UTC, datetime, time, timedelta

from jsonschema import Draft202012Validator

from alerts.channels.webhook import Webhook
from alerts.delivery import Delivered, Deliverer
from alerts.pace import Digest, Pace, Quiet
from alerts.schemas import webhook_schema
from storage import outbox
from storage.database import Database
from tests.alerts.outbox import START, Clock, fill, states
from tests.receivers import LOOPBACK, Receiver


def deliver(database: Database, clock: Clock, receiver: Receiver, pace: Pace) -> Delivered:
    hook = Webhook("desk", receiver.url, networks=LOOPBACK)
    deliverer = Deliverer(database, [hook], "https://addendum.example", clock, {"desk": pace})
    return asyncio.run(deliverer.deliver_due())


def bodies(receiver: Receiver) -> list[dict[str, object]]:
    return [json.loads(received.body) for received in receiver.received]


def test_a_burst_is_one_message_that_names_all_and_settles_all(database: Database, receiver: Receiver) -> None:
    fill(database, range(1, 41))
    assert deliver(database, Clock(), receiver, Pace(burst=10)) == Delivered(sent=40)
    (told,) = bodies(receiver)
    Draft202012Validator(webhook_schema()).validate(told)
    assert told["type"] == "alerts.grouped"
    assert [a["id"] for a in told["data"]["articles"]] == list(range(1, 41))  # type: ignore[index]
    assert set(states(database).values()) == {"sent"}
    assert outbox.counts(database) == {"waiting": 0, "sent": 40, "failed": 0}


def test_all_of_an_article_is_in_one_of_several_groups(database: Database, receiver: Receiver) -> None:
    """Groups are delivered beside each other: were an article in two of them, its alerts could arrive out of order."""
    fill(database, [*range(1, 91), *range(1, 91), 7])
    assert deliver(database, Clock(), receiver, Pace(burst=10)) == Delivered(sent=181)
    told = [[a["id"] for a in body["data"]["articles"]] for body in bodies(receiver)]  # type: ignore[index]
    assert sorted(map(len, told)) == [82, 99]
    assert set(told[0]).isdisjoint(told[1])


def test_a_few_alerts_are_told_one_by_one(database: Database, receiver: Receiver) -> None:
    fill(database, range(1, 11))
    deliver(database, Clock(), receiver, Pace(burst=10))
    assert [told["type"] for told in bodies(receiver)] == ["article.discovered"] * 10


def test_a_group_that_fails_is_tried_again_under_its_own_id_and_can_be_retried_by_any_member(
    database: Database, receiver: Receiver
) -> None:
    clock = Clock()
    fill(database, range(1, 21))
    receiver.answers = [500, 404, 200]
    pace = Pace(burst=10)
    deliver(database, clock, receiver, pace)
    clock.forward(seconds=6)
    assert deliver(database, clock, receiver, pace) == Delivered(failed=20)
    assert outbox.counts(database) == {"waiting": 0, "sent": 0, "failed": 20}
    assert outbox.retry(database, clock.now, [7]) == 1
    assert deliver(database, clock, receiver, pace) == Delivered(sent=20)
    assert len({received.headers["webhook-id"] for received in receiver.received}) == 1
    assert len({received.body for received in receiver.received}) == 1


def test_what_was_offered_once_is_never_told_under_another_id(database: Database, receiver: Receiver) -> None:
    clock = Clock()
    offered = fill(database, range(1, 6))
    receiver.answers = [500]
    deliver(database, clock, receiver, Pace())
    receiver.answers = [200]
    later = fill(database, range(6, 30), at=clock.now)
    clock.forward(hours=1)
    deliver(database, clock, receiver, Pace(burst=10))
    single = [r.headers["webhook-id"] for r in receiver.received if json.loads(r.body)["type"] != "alerts.grouped"]
    assert set(single) == set(offered)
    (group,) = [told for told in bodies(receiver) if told["type"] == "alerts.grouped"]
    assert len(group["data"]["articles"]) == len(later)  # type: ignore[index]


def test_later_alerts_of_an_article_wait_for_the_group_that_holds_an_earlier_one(
    database: Database, receiver: Receiver
) -> None:
    clock = Clock()
    fill(database, range(1, 21))
    receiver.answers = [500]
    deliver(database, clock, receiver, Pace(burst=10))
    fill(database, [3], at=clock.now)
    fill(database, [50], at=clock.now)
    clock.forward(seconds=6)
    receiver.answers = [500, 200]
    deliver(database, clock, receiver, Pace(burst=10))
    clock.forward(hours=1)
    deliver(database, clock, receiver, Pace(burst=10))
    order = [told["data"].get("article", {}).get("id", "group") for told in bodies(receiver)]  # type: ignore[attr-defined]
    assert order.index(3) > max(n for n, what in enumerate(order) if what == "group")


def test_above_the_ceiling_nothing_is_dropped(database: Database, receiver: Receiver) -> None:
    clock = Clock()
    pace = Pace(most_per_hour=5)
    expected = set(range(1, 3))
    fill(database, range(1, 3))
    deliver(database, clock, receiver, pace)
    for minute in range(180):
        clock.forward(minutes=1)
        if minute < 60:
            fill(database, [100 + minute], at=clock.now)
            expected.add(100 + minute)
        deliver(database, clock, receiver, pace)
    told: list[int] = []
    for body in bodies(receiver):
        data = body["data"]
        told += [a["id"] for a in data["articles"]] if "articles" in data else [data["article"]["id"]]  # type: ignore
    assert sorted(told) == sorted(expected)
    assert len(receiver.received) <= 15, "five an hour"


def test_a_digest_goes_out_at_its_time_once_and_what_comes_later_waits(database: Database, receiver: Receiver) -> None:
    clock = Clock(datetime(2021, 7, 18, 16, tzinfo=UTC))
    pace = Pace(digest=Digest.parse("daily 08:00"))
    fill(database, range(1, 8), at=clock.now)
    for _ in range(15):
        clock.forward(hours=1)
        deliver(database, clock, receiver, pace)
    assert receiver.received == []
    clock.forward(hours=1)
    fill(database, [77], at=clock.now + timedelta(minutes=1))
    clock.forward(minutes=2)
    deliver(database, clock, receiver, pace)
    deliver(database, clock, receiver, pace)
    (told,) = bodies(receiver)
    assert told["data"]["reason"] == "digest"  # type: ignore[index]
    clock.forward(days=1)
    deliver(database, clock, receiver, pace)
    assert bodies(receiver)[1]["type"] == "article.discovered", "a digest of one is that one"


def test_quiet_hours_let_nothing_through_and_end_with_one_message(database: Database, receiver: Receiver) -> None:
    clock = Clock(datetime(2021, 7, 18, 23, tzinfo=UTC))
    pace = Pace(quiet=Quiet(time(22), time(7)))
    fill(database, range(1, 4), at=clock.now)
    while clock.now < datetime(2021, 7, 19, 7, tzinfo=UTC):
        assert deliver(database, clock, receiver, pace) == Delivered()
        clock.forward(minutes=30)
    assert deliver(database, clock, receiver, pace) == Delivered(sent=3)
    assert len(receiver.received) == 1
    fill(database, [9], at=clock.now)
    assert deliver(database, clock, receiver, pace) == Delivered(sent=1)


def test_a_backlog_does_not_hold_up_the_newest(database: Database, receiver: Receiver) -> None:
    fill(database, range(1, 500), at=START)
    (newest,) = fill(database, [1000], at=START)
    deliver(database, Clock(), receiver, Pace())
    order = [received.headers["webhook-id"] for received in receiver.received]
    assert len(order) == 500
    assert order.index(newest) < 40
