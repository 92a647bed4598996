"""Receivers of alerts over real sockets: an HTTP endpoint that can be told what to answer, and a mail server."""

import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

from revisions.networks import Networks

LOOPBACK = Networks(["127.0.0.0/8"])  # where the tests' receivers are


@dataclass(frozen=True)
class Received:
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Receiver:
    """Takes POSTs and remembers them. `answers` are statuses given in turn, the last one for good; 0: hang up.

    `on_receipt` is called with what came in before it is answered; `certificate` makes it an HTTPS server.
    """

    answers: list[int] = field(default_factory=lambda: [200])
    headers: dict[str, str] = field(default_factory=dict)
    received: list[Received] = field(default_factory=list)
    hang: threading.Event | None = None
    on_receipt: Callable[[Received], None] = lambda _: None
    certificate: ssl.SSLContext | None = None

    def __enter__(self) -> Self:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self._server.handle_error = lambda *_: None  # type: ignore[method-assign]  # a client that is killed hangs up
        scheme = "http"
        if self.certificate:
            scheme = "https"
            self._server.socket = self.certificate.wrap_socket(self._server.socket, server_side=True)
        self.url = f"{scheme}://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        if self.hang:
            self.hang.set()
        self._server.shutdown()
        self._server.server_close()

    def at(self, path: str) -> list[Received]:
        return [received for received in self.received if received.path == path]


def _handler(receiver: Receiver) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length", 0))
            body = self.rfile.read(length)
            if len(body) < length:  # the sender died on the way
                self.close_connection = True
                return
            received = Received(self.path, {k.lower(): v for k, v in self.headers.items()}, body)
            receiver.received.append(received)
            receiver.on_receipt(received)
            if receiver.hang:
                receiver.hang.wait(60)
            status = receiver.answers.pop(0) if len(receiver.answers) > 1 else receiver.answers[0]
            if status == 0:
                self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Le")
                self.close_connection = True
                return
            self.send_response(status)
            for name, value in receiver.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"ok")

        def log_message(self, *_: Any) -> None:
            """The tests ask `received` instead."""

    return Handler


class MailServer:
    """A real SMTP server that keeps what it is given."""

    def __init__(
        self, *, starttls: ssl.SSLContext | None = None, tls: ssl.SSLContext | None = None, login: str = ""
    ) -> None:
        """`login`: "user:password", asked for (over TLS only) where it is given."""
        self.mails: list[EmailMessage] = []
        self.recipients: list[list[str]] = []
        self.refuses = ""
        self._scheme = "smtps" if tls else "smtp"
        self._login = login
        self._controller = _FreePort(
            self,
            hostname="127.0.0.1",
            port=0,
            tls_context=starttls,
            ssl_context=tls,
            authenticator=self._check,
            auth_required=bool(login),
            auth_require_tls=not tls,
        )

    def _check(self, _server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, data: Any) -> AuthResult:
        is_right = f"{data.login.decode()}:{data.password.decode()}" == self._login
        return AuthResult(success=is_right, handled=False)

    def address(self, options: str = "", login: str = "") -> str:
        """The channel's `smtp` for this server."""
        return f"{self._scheme}://{login and login + '@'}127.0.0.1:{self._controller.port}{options}"

    async def handle_RCPT(  # noqa: N802
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if address == self.refuses:
            return "550 nobody of that name"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    def __enter__(self) -> Self:
        self._controller.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._controller.stop()

    @property
    def url(self) -> str:
        return self.address("?starttls=never")

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        content = envelope.content if isinstance(envelope.content, bytes) else (envelope.content or "").encode()
        self.mails.append(message_from_bytes(content, policy=policy.default))
        self.recipients.append(list(envelope.rcpt_tos))
        return "250 taken"


class _FreePort(Controller):
    """Lets the system choose the port; the library's own start-up check wants to know it."""

    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()
