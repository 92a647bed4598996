"""Email by SMTP: over TLS, STARTTLS or plainly, with a login where there is one."""

from dataclasses import dataclass
from urllib.parse import parse_qs, unquote, urlsplit

import aiosmtplib
import structlog

from alerts.channels.mail import compose
from alerts.message import Message
from revisions.errors import ConfigError, Refused, Retry

TIMEOUT = 20  # seconds

log = structlog.get_logger()


@dataclass(frozen=True)
class Server:
    """Where mail is handed over. `tls`: "always" (smtps), or STARTTLS as `starttls` says."""

    host: str
    port: int
    user: str = ""
    password: str = ""
    tls: bool = False
    starttls: bool | None = None  # True: always, False: never, None: when the server offers it

    @classmethod
    def from_url(cls, url: str) -> "Server":
        """From smtp://user:password@host:587?starttls=always|auto|never or smtps://… . Raises `ConfigError`."""
        parts = urlsplit(url)
        expected = "expected smtp://user:password@host:587?starttls=always|auto|never or smtps://…"
        try:
            port = parts.port
        except ValueError as error:
            raise ConfigError(f"the port is no number from 1 to 65535; {expected}") from error
        mode = parse_qs(parts.query).get("starttls", ["auto"])[0]
        if parts.scheme not in ("smtp", "smtps") or not parts.hostname or mode not in ("always", "auto", "never"):
            raise ConfigError(expected)
        tls = parts.scheme == "smtps"
        return cls(
            host=parts.hostname,
            port=port or (465 if tls else 587 if parts.username else 25),
            user=unquote(parts.username or ""),
            password=unquote(parts.password or ""),
            tls=tls,
            starttls=False if tls else {"always": True, "never": False, "auto": None}[mode],
        )


class Email:
    """`unsubscribe`: where a reader asks to be left out (mailto: or https:), named in every mail."""

    at_once = 1

    def __init__(
        self, name: str, server: Server, sender: str, recipients: tuple[str, ...], unsubscribe: str = ""
    ) -> None:
        self.name = name
        self._server = server
        self._sender = sender
        self._recipients = recipients
        self._unsubscribe = unsubscribe

    async def send(self, message: Message) -> int:
        """Raises `Retry` for what may pass (network, 4xx), `Refused` for what will not (5xx, a wrong password)."""
        server = self._server
        try:
            refused, _ = await aiosmtplib.send(
                compose(message, self._sender, self._recipients, self._unsubscribe),
                hostname=server.host,
                port=server.port,
                username=server.user or None,
                password=server.password or None,
                use_tls=server.tls,
                start_tls=server.starttls,
                timeout=TIMEOUT,
            )
        except aiosmtplib.SMTPRecipientsRefused as error:
            codes = [refused.code for refused in error.recipients]
            raise self._failure(max(codes, default=550), f"recipients refused: {error}") from error
        except aiosmtplib.SMTPResponseException as error:
            raise self._failure(error.code, f"the mail server answered {error.code} {error.message}") from error
        except (aiosmtplib.SMTPException, OSError) as error:
            raise Retry(f"the mail server cannot be reached ({error})", self.name) from error
        for recipient, answer in refused.items():  # the others have it: sent again, they would have it twice
            log.warning("recipient refused", channel=self.name, recipient=recipient, answer=str(answer))
        return 250

    async def close(self) -> None:
        """Every message has a connection of its own."""

    def _failure(self, code: int, reason: str) -> Retry | Refused:
        kind = Refused if code >= 500 else Retry
        return kind(reason, self.name, status=code)
