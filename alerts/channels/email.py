"""Email by SMTP: text and HTML, one thread an article."""

from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from html import escape
from urllib.parse import parse_qs, unquote, urlsplit

import aiosmtplib

from alerts.message import Message, as_text
from revisions.align import Span
from revisions.errors import ConfigError, Refused, Retry
from revisions.render import Line, mark_up

TIMEOUT = 20  # seconds
LONGEST_SUBJECT = 200
_ADDED = ('<ins style="background:#dff5e3;color:#10401c;text-decoration:underline;font-weight:bold">', "</ins>")
_REMOVED = ('<del style="background:#fbe3e3;color:#6b1414;text-decoration:line-through">', "</del>")


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
        mode = parse_qs(parts.query).get("starttls", ["auto"])[0]
        if parts.scheme not in ("smtp", "smtps") or not parts.hostname or mode not in ("always", "auto", "never"):
            raise ConfigError("expected smtp://user:password@host:587?starttls=always|auto|never or smtps://…")
        tls = parts.scheme == "smtps"
        return cls(
            host=parts.hostname,
            port=parts.port or (465 if tls else 587 if parts.username else 25),
            user=unquote(parts.username or ""),
            password=unquote(parts.password or ""),
            tls=tls,
            starttls=False if tls else {"always": True, "never": False, "auto": None}[mode],
        )


class Email:
    def __init__(self, name: str, server: Server, sender: str, recipients: tuple[str, ...]) -> None:
        self.name = name
        self._server = server
        self._sender = sender
        self._recipients = recipients

    async def send(self, message: Message) -> int:
        """Raises `Retry` for what may pass (network, 4xx), `Refused` for what will not (5xx, a wrong password)."""
        server = self._server
        try:
            await aiosmtplib.send(
                compose(message, self._sender, self._recipients),
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
        return 250

    def _failure(self, code: int, reason: str) -> Retry | Refused:
        kind = Refused if code >= 500 else Retry
        return kind(reason, self.name, status=code)


def compose(message: Message, sender: str, recipients: tuple[str, ...]) -> EmailMessage:
    """The mail as sent: stable Message-ID, one thread an article, marked as sent by a program (RFC 3834)."""
    mail = EmailMessage(policy=SMTP)
    domain = parseaddr(sender)[1].rpartition("@")[2] or "addendum.invalid"
    mail["Subject"] = _one_line(message.subject)[:LONGEST_SUBJECT]
    mail["From"] = _address(sender)
    mail["To"] = [_address(recipient) for recipient in recipients]
    mail["Date"] = format_datetime(message.at)
    mail["Message-ID"] = f"<{message.uid}@{domain}>"
    if message.thread:
        root = f"<{message.thread}.addendum@{domain}>"
        mail["In-Reply-To"] = root
        mail["References"] = root
    mail["List-Id"] = f"Addendum <addendum.{domain}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(as_text(message))
    mail.add_alternative(_html(message), subtype="html")
    return mail


def _address(text: str) -> Address:
    name, address = parseaddr(text)
    return Address(display_name=name, addr_spec=address)


def _one_line(text: str) -> str:
    """No line break or control character of an article reaches a header."""
    return " ".join("".join(ch if ch.isprintable() else " " for ch in text).split())


def _html(message: Message) -> str:
    rows = [f"<p><strong>{escape(message.summary)}</strong></p>"]
    rows += [
        f'<p style="border-left:3px solid #999;padding-left:10px" dir="auto">{_line(line)}</p>'
        for line in message.changed
    ]
    if message.more:
        rows.append(f"<p>… and {message.more} more changed paragraphs</p>")
    rows.append(f'<p style="color:#444;font-size:14px">{"<br>".join(map(escape, message.facts))}</p>')
    links = {"The page": message.article_url, **{f"The {name}": url for name, url in message.links.items()}}
    rows.append(
        " · ".join(f'<a href="{escape(url, quote=True)}">{escape(name)}</a>' for name, url in links.items() if url)
    )
    title = f'<h1 style="font-size:20px;line-height:1.3" dir="auto">{escape(message.subject)}</h1>'
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        '</head><body style="font-family:Georgia,serif;font-size:16px;line-height:1.5;max-width:640px;margin:0 auto;'
        f'padding:12px;color:#111;background:#fff">{title}{"".join(rows)}</body></html>'
    )


def _line(line: Line) -> str:
    safe = tuple(Span(span.edit, escape(span.text, quote=False)) for span in line.spans)
    return mark_up(safe, _REMOVED, _ADDED)
