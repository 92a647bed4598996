"""Mail handed over to real servers: plainly, by STARTTLS, over TLS, with a login, and in part refused."""

import asyncio
import ssl
from datetime import UTC, datetime
from pathlib import Path

import pytest
import trustme

from alerts.channels.email import Email, Server
from alerts.message import for_test
from revisions.errors import Refused, Retry
from tests.receivers import MailServer

MESSAGE = for_test("msg_1", "mail", datetime(2021, 7, 19, tzinfo=UTC))


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def server_side(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    return context


@pytest.fixture
def trusted(authority: trustme.CA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The machine trusts the authority."""
    authority.cert_pem.write_to_path(str(tmp_path / "authority.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))


def send(url: str, *recipients: str) -> None:
    channel = Email("mail", Server.from_url(url), "Addendum <a@example.org>", recipients or ("desk@example.org",))
    asyncio.run(channel.send(MESSAGE))


@pytest.mark.usefixtures("trusted")
@pytest.mark.parametrize("options", ["", "?starttls=always", "?starttls=auto"])
def test_starttls_is_used_and_carries_the_login(server_side: ssl.SSLContext, options: str) -> None:
    with MailServer(starttls=server_side, login="desk:p@ss word") as server:
        send(server.address(options, "desk:p%40ss%20word"))
    assert server.mails[0]["Subject"] == "Addendum test"


@pytest.mark.usefixtures("trusted")
def test_tls_from_the_first_byte(server_side: ssl.SSLContext) -> None:
    with MailServer(tls=server_side, login="desk:secret") as server:
        send(server.address(login="desk:secret"))
    assert len(server.mails) == 1


@pytest.mark.usefixtures("trusted")
def test_a_wrong_password_is_refused_and_never_shown(server_side: ssl.SSLContext) -> None:
    with MailServer(starttls=server_side, login="desk:secret") as server, pytest.raises(Refused, match="535") as raised:
        send(server.address(login="desk:wrong-one"))
    assert "wrong-one" not in str(raised.value)


def test_a_certificate_nobody_vouches_for_is_not_accepted(server_side: ssl.SSLContext) -> None:
    with MailServer(tls=server_side) as server, pytest.raises(Retry, match="certificate"):
        send(server.address())
    assert server.mails == []


def test_starttls_that_is_asked_for_and_not_offered_sends_nothing() -> None:
    with MailServer() as server, pytest.raises(Retry, match="STARTTLS"):
        send(server.address("?starttls=always"))
    assert server.mails == []


def test_several_recipients_have_one_mail_and_one_that_is_refused_does_not_stop_the_others() -> None:
    with MailServer() as server:
        server.refuses = "gone@example.org"
        send(server.url, "a@example.org", "gone@example.org", "b@example.org")
    assert server.recipients == [["a@example.org", "b@example.org"]]
    assert server.mails[0]["To"] == "a@example.org, gone@example.org, b@example.org"


def test_when_all_are_refused_the_alert_has_failed() -> None:
    with MailServer() as server:
        server.refuses = "desk@example.org"
        with pytest.raises(Refused, match="nobody of that name"):
            send(server.url)
