"""Delivery over real sockets, with a clock the test turns."""

import asyncio
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from alerts.channels import Channel
from alerts.channels.apprise import Apprise
from alerts.channels.email import Email, Server
from alerts.channels.webhook import Webhook
from alerts.delivery import WAITS, Deliverer
from revisions.errors import ConfigError
from storage import outbox
from storage.database import Database, open_database
from storage.processes import is_dead, process_name
from storage.tables import Alert, Article, Delivery
from tests.receivers import LOOPBACK, MailServer, Receiver

START = datetime(2021, 7, 18, 16, tzinfo=UTC)


class Clock:
    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def database(new_url: str) -> Iterator[Database]:
    """One discovered article, told to the channel “desk”."""
    opened = open_database(new_url)
    with opened.write() as session:
        session.add(Article(url="https://n.example/a", title="A list", outlet="The Courier", first_seen_at=START))
        session.flush()
        session.add(
            Alert(
                uid="msg_1", channel="desk", event="discovered", article_id=1, created_at=START, next_attempt_at=START
            )
        )
    yield opened
    opened.close()


def deliver(database: Database, clock: Clock, *channels: Channel) -> tuple[int, int]:
    done = asyncio.run(Deliverer(database, channels, "https://addendum.example", clock).deliver_due())
    return done.sent, done.failed


def alert(database: Database) -> Alert:
    ((found, _),) = outbox.list_alerts(database)
    return found


def attempts(database: Database) -> list[Delivery]:
    from sqlmodel import select

    with database.read() as session:
        return list(session.exec(select(Delivery)))


def test_an_alert_is_sent_once(database: Database, clock: Clock, receiver: Receiver) -> None:
    hook = Webhook("desk", receiver.url, networks=LOOPBACK)
    assert deliver(database, clock, hook) == (1, 0)
    assert deliver(database, clock, hook) == (0, 0)
    (received,) = receiver.received
    assert json.loads(received.body)["type"] == "article.discovered"
    assert alert(database).state == "sent"


@pytest.mark.parametrize("status", [429, 500, 503])
def test_what_may_pass_is_tried_again_under_the_same_id_with_growing_waits(
    database: Database, clock: Clock, receiver: Receiver, status: int
) -> None:
    receiver.answers = [status, status, 200]
    hook = Webhook("desk", receiver.url, networks=LOOPBACK)
    assert deliver(database, clock, hook) == (0, 0)
    assert deliver(database, clock, hook) == (0, 0), "it is not due yet"
    clock.now += WAITS[0] * 1.2
    deliver(database, clock, hook)
    clock.now += WAITS[1] * 1.2
    assert deliver(database, clock, hook) == (1, 0)
    assert {r.headers["webhook-id"] for r in receiver.received} == {"msg_1"}
    assert [a.status for a in attempts(database)] == [status, status, 200]


def test_retry_after_is_honoured(database: Database, clock: Clock, receiver: Receiver) -> None:
    receiver.answers, receiver.headers = [429], {"Retry-After": "3600"}
    deliver(database, clock, Webhook("desk", receiver.url, networks=LOOPBACK))
    assert alert(database).next_attempt_at == START + timedelta(hours=1)


def test_a_receiver_that_is_down_for_a_day_still_gets_its_alert(
    database: Database, clock: Clock, receiver: Receiver
) -> None:
    nobody = Webhook("desk", "http://127.0.0.1:9/hook", networks=LOOPBACK)
    while clock.now < START + timedelta(hours=24):
        deliver(database, clock, nobody)
        waiting = alert(database)
        assert waiting.state == "waiting"
        assert waiting.next_attempt_at is not None
        clock.now = waiting.next_attempt_at
    assert deliver(database, clock, Webhook("desk", receiver.url, networks=LOOPBACK)) == (1, 0)


def test_what_will_never_pass_fails_at_once_and_says_why(database: Database, clock: Clock, receiver: Receiver) -> None:
    receiver.answers = [404]
    assert deliver(database, clock, Webhook("desk", receiver.url, networks=LOOPBACK)) == (0, 1)
    assert (alert(database).state, alert(database).error) == ("failed", "the receiver answered 404 Not Found (ok)")


def test_410_switches_the_channel_off(database: Database, clock: Clock, receiver: Receiver) -> None:
    receiver.answers = [410]
    assert deliver(database, clock, Webhook("desk", receiver.url, networks=LOOPBACK)) == (0, 1)
    assert "wants no more" in outbox.closed_channels(database)["desk"]


def test_a_redirect_is_not_followed(database: Database, clock: Clock, receiver: Receiver) -> None:
    receiver.answers, receiver.headers = [302], {"Location": "http://127.0.0.1:9/elsewhere"}
    assert deliver(database, clock, Webhook("desk", receiver.url, networks=LOOPBACK)) == (0, 1)
    assert len(receiver.received) == 1


def test_one_failing_channel_does_not_hold_up_another(
    database: Database, clock: Clock, receiver: Receiver, mail_server: MailServer
) -> None:
    with database.write() as session:
        session.add(
            Alert(
                uid="msg_2", channel="mail", event="discovered", article_id=1, created_at=START, next_attempt_at=START
            )
        )
    receiver.answers = [500]
    mail = Email("mail", Server.from_url(mail_server.url), "a@example.org", ("desk@example.org",))
    assert deliver(database, clock, Webhook("desk", receiver.url, networks=LOOPBACK), mail) == (1, 0)
    assert mail_server.mails[0]["Subject"] == "The Courier published: A list"


def test_a_mail_server_that_is_away_is_tried_again(database: Database, clock: Clock) -> None:
    mail = Email("desk", Server.from_url("smtp://127.0.0.1:9"), "a@example.org", ("b@example.org",))
    assert deliver(database, clock, mail) == (0, 0)
    assert "cannot be reached" in alert(database).error


def test_any_service_apprise_knows_takes_the_message(database: Database, clock: Clock, receiver: Receiver) -> None:
    service = Apprise("desk", receiver.url.replace("http://", "json://"))
    assert deliver(database, clock, service) == (1, 0)
    sent = json.loads(receiver.received[0].body)
    assert sent["title"] == "The Courier published: A list"


def test_an_address_apprise_does_not_know_is_a_configuration_error() -> None:
    with pytest.raises(ConfigError, match="no address Apprise knows"):
        Apprise("desk", "pigeon://coop")


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("smtp://h:25", Server("h", 25)),
        ("smtp://u:p%40ss@h", Server("h", 587, "u", "p@ss")),
        ("smtp://h:587?starttls=always", Server("h", 587, starttls=True)),
        ("smtp://h:25?starttls=never", Server("h", 25, starttls=False)),
        ("smtps://u:p@h", Server("h", 465, "u", "p", tls=True, starttls=False)),
    ],
)
def test_smtp_addresses(url: str, server: Server) -> None:
    assert Server.from_url(url) == server


@pytest.mark.parametrize("url", ["http://h", "smtp://", "smtp://h?starttls=perhaps"])
def test_what_is_no_smtp_address_is_refused(url: str) -> None:
    with pytest.raises(ConfigError, match="expected smtp"):
        Server.from_url(url)


def test_waits_span_a_day() -> None:
    assert sum(WAITS, timedelta()) * 0.9 > timedelta(hours=24)


def test_this_process_lives_and_one_that_had_its_number_is_dead() -> None:
    assert not is_dead(process_name())
    host, pid, _ = process_name().rsplit(":", 2)
    assert is_dead(f"{host}:{pid}:1.00")
    assert not is_dead(f"elsewhere:{pid}:1.00")
