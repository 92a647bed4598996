"""Receivers in trouble, over real sockets and with a clock the test turns: nothing is lost, nothing changes its id."""

import asyncio
import json
import ssl
import threading
from datetime import timedelta
from itertools import pairwise

import trustme

from alerts.channels import Channel
from alerts.channels.webhook import Webhook
from alerts.delivery import LONGEST_PAUSE, Deliverer
from storage import outbox
from storage.database import Database
from tests.alerts.outbox import START, Clock, fill, states
from tests.receivers import LOOPBACK, Receiver

HOUR = timedelta(hours=1)


def deliver(database: Database, clock: Clock, *channels: Channel) -> tuple[int, int]:
    done = asyncio.run(Deliverer(database, channels, "https://addendum.example", clock).deliver_due())
    return done.sent, done.failed


def ids(receiver: Receiver) -> list[str]:
    return [received.headers["webhook-id"] for received in receiver.received]


def test_a_receiver_down_for_an_hour_gets_everything_and_is_not_asked_once_an_alert(
    database: Database, receiver: Receiver
) -> None:
    clock = Clock()
    expected = fill(database, range(1, 301))
    receiver.answers = [503]
    hook = Webhook("desk", receiver.url, networks=LOOPBACK)
    while clock.now < START + HOUR:
        deliver(database, clock, hook)
        clock.forward(seconds=30)
    asked = len(receiver.received)
    assert asked < 300, "one that is down is asked now and then, not for every alert"

    receiver.answers = [200]
    clock.now += LONGEST_PAUSE * 1.2
    for _ in range(6):  # alerts that were tried have waits of their own
        deliver(database, clock, hook)
        clock.forward(minutes=40)
    assert set(ids(receiver)[asked:]) == set(expected)
    assert set(states(database).values()) == {"sent"}


def test_500_then_200(database: Database, receiver: Receiver) -> None:
    clock = Clock()
    (uid,) = fill(database, [1])
    receiver.answers = [500, 200]
    hook = Webhook("desk", receiver.url, networks=LOOPBACK)
    assert deliver(database, clock, hook) == (0, 0)
    clock.forward(seconds=6)
    assert deliver(database, clock, hook) == (1, 0)
    assert ids(receiver) == [uid, uid]


def test_429_with_retry_after_rests_the_whole_channel(database: Database, receiver: Receiver) -> None:
    clock = Clock()
    fill(database, range(1, 100))
    receiver.answers, receiver.headers = [429], {"Retry-After": "1800"}
    hook = Webhook("desk", receiver.url, networks=LOOPBACK)
    deliver(database, clock, hook)
    asked = len(receiver.received)
    assert asked <= hook.at_once
    for _ in range(28):
        clock.forward(minutes=1)
        deliver(database, clock, hook)
    assert len(receiver.received) == asked
    receiver.answers, receiver.headers = [200], {}
    clock.forward(minutes=3)
    deliver(database, clock, hook)
    assert set(states(database).values()) == {"sent"}


def test_one_poisonous_alert_does_not_hold_up_the_others(database: Database, receiver: Receiver) -> None:
    """It alone is answered with 500, whatever stands beside it."""
    clock = Clock()
    poison, *others = fill(database, range(1, 30))
    hook = Webhook("desk", receiver.url, networks=LOOPBACK)
    hook.at_once = 1  # type: ignore[misc]
    receiver.answers = [500, 200]
    receiver.on_receipt = lambda got: receiver.answers.__setitem__(
        slice(None), [500 if got.headers["webhook-id"] == poison else 200]
    )
    for _ in range(4):
        deliver(database, clock, hook)
        clock.forward(seconds=7)
    found = states(database)
    assert found[poison] == "waiting"
    assert {found[uid] for uid in others} == {"sent"}


def test_a_connection_that_breaks_off_in_the_middle_of_the_answer(database: Database, receiver: Receiver) -> None:
    clock = Clock()
    (uid,) = fill(database, [1])
    receiver.answers = [0, 200]
    hook = Webhook("desk", receiver.url, networks=LOOPBACK)
    assert deliver(database, clock, hook) == (0, 0)
    clock.forward(seconds=6)
    assert deliver(database, clock, hook) == (1, 0)
    assert ids(receiver) == [uid, uid]


def test_a_certificate_nobody_vouches_for_is_an_error_that_says_so(database: Database) -> None:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(context)
    fill(database, [1])
    with Receiver(certificate=context) as receiver:
        assert deliver(database, Clock(), Webhook("desk", receiver.url, networks=LOOPBACK)) == (0, 0)
        assert receiver.received == []
    ((alert, _),) = outbox.list_alerts(database)
    assert alert.state == "waiting"
    assert "certificate verify failed" in alert.error


def test_a_hanging_receiver_costs_only_its_own_channel(database: Database, receiver: Receiver) -> None:
    fill(database, range(1, 20), channel="hangs")
    expected = fill(database, range(1, 20), channel="desk")
    hanging = threading.Event()

    async def both(stuck: Receiver) -> tuple[int, int]:
        channels = [Webhook("hangs", stuck.url, networks=LOOPBACK), Webhook("desk", receiver.url, networks=LOOPBACK)]
        deliverer = Deliverer(database, channels, "https://addendum.example", Clock())
        first = asyncio.ensure_future(deliverer.deliver_due())
        while len(receiver.received) < len(expected):
            await asyncio.sleep(0.02)
        assert not first.done()
        later = await deliverer.deliver_due()  # a round that begins meanwhile passes over the busy channel
        hanging.set()
        return (await first).sent, later.sent

    with Receiver(hang=hanging) as stuck:
        assert asyncio.run(both(stuck)) == (38, 0)
    assert sorted(ids(receiver)) == sorted(expected)


def test_a_redirect_is_refused_and_410_closes_the_channel_for_all_that_waits(
    database: Database, receiver: Receiver
) -> None:
    fill(database, range(1, 4))
    receiver.answers, receiver.headers = [307], {"Location": receiver.url + "/elsewhere"}
    assert deliver(database, Clock(), Webhook("desk", receiver.url, networks=LOOPBACK)) == (0, 3)
    assert not receiver.at("/elsewhere")

    fill(database, range(4, 30), channel="other")
    receiver.answers = [410]
    hook = Webhook("other", receiver.url, networks=LOOPBACK)
    deliver(database, Clock(), hook)
    asked = len(receiver.received)
    assert deliver(database, Clock(), hook) == (0, 0)
    assert len(receiver.received) == asked
    assert "wants no more" in outbox.closed_channels(database)["other"]
    assert outbox.waiting_by_channel(database)["other"] > 0


def test_alerts_of_one_article_arrive_in_order_however_the_receiver_behaves(
    database: Database, receiver: Receiver
) -> None:
    clock = Clock()
    expected = fill(database, [1, 2, 1, 2, 1, 2])
    receiver.answers = [500, 200, 503, 0, 200, 500, 200]
    hook = Webhook("desk", receiver.url, networks=LOOPBACK)
    for _ in range(12):
        deliver(database, clock, hook)
        clock.forward(hours=2)
    taken: dict[str, int] = {uid: max(n for n, got in enumerate(ids(receiver)) if got == uid) for uid in expected}
    first = {uid: ids(receiver).index(uid) for uid in expected}
    for article in (0, 1):
        own = expected[article::2]
        assert all(taken[earlier] < first[later] for earlier, later in pairwise(own))


def test_several_secrets_sign_so_that_one_can_take_anothers_place(database: Database, receiver: Receiver) -> None:
    from standardwebhooks.webhooks import Webhook as Verifier

    old, new = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"
    fill(database, [1])
    deliver(database, Clock(), Webhook("desk", receiver.url, [old, new], networks=LOOPBACK))
    (received,) = receiver.received
    for secret in (old, new):
        verified = Verifier(secret).verify(received.body, received.headers)
        assert verified["type"] == "article.discovered"
    assert len(received.headers["webhook-signature"].split()) == 2
    assert json.loads(received.body)["data"]["article"]["title"] == "A list 1"
