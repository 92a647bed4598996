"""A message as a mail: text and HTML, one thread an article, marked as sent by a program."""

from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from html import escape

from alerts.fit import one_line
from alerts.message import Item, Message
from alerts.plain import as_text, more
from revisions.align import Span
from revisions.render import Line, mark_up

_ADDED = ('<ins style="background:#dff5e3;color:#10401c;text-decoration:underline;font-weight:bold">', "</ins>")
_REMOVED = ('<del style="background:#fbe3e3;color:#6b1414;text-decoration:line-through">', "</del>")
_BODY = (
    "font-family:Georgia,serif;font-size:16px;line-height:1.5;max-width:640px;margin:0 auto;padding:12px;"
    "color:#111;background:#fff;overflow-wrap:anywhere"
)
_QUOTE = "border-left:3px solid #999;margin:0 0 14px;padding:0 0 0 10px"
_SMALL = "color:#444;font-size:14px"


def compose(message: Message, sender: str, recipients: tuple[str, ...], unsubscribe: str = "") -> EmailMessage:
    """Headers after RFC 5322 (threads), RFC 2919 (List-Id), RFC 2369 (List-Unsubscribe), RFC 3834 (Auto-Submitted)."""
    mail = EmailMessage(policy=SMTP)
    domain = parseaddr(sender)[1].rpartition("@")[2] or "addendum.invalid"
    mail["Subject"] = one_line(message.subject)
    mail["From"] = _address(sender)
    mail["To"] = [_address(recipient) for recipient in recipients]
    mail["Date"] = format_datetime(message.at)
    mail["Message-ID"] = f"<{message.uid}@{domain}>"
    if message.thread:
        root = f"<{message.thread}.addendum@{domain}>"
        mail["In-Reply-To"] = root
        mail["References"] = root
    mail["List-Id"] = f"Addendum <addendum.{domain}>"
    if unsubscribe:
        mail["List-Unsubscribe"] = f"<{one_line(unsubscribe)}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(as_text(message))
    mail.add_alternative(as_html(message), subtype="html")
    return mail


def _address(text: str) -> Address:
    name, address = parseaddr(text)
    return Address(display_name=name, addr_spec=address)


def as_html(message: Message) -> str:
    """One column, no pictures, styles in place; added words bold and underlined, removed ones struck through."""
    rows = [
        f'<h1 style="font-size:20px;line-height:1.3;margin:0 0 10px" dir="auto">{escape(message.subject)}</h1>',
        f'<p dir="auto"><strong>{escape(message.summary)}</strong></p>',
        *(f'<p style="{_QUOTE}" dir="auto">{_line(line)}</p>' for line in message.changed),
        *map(_item, message.items),
        *(f"<p>{escape(left)}</p>" for left in [more(message)] if left),
        *(f'<p dir="auto">Notice as printed: <em>“{escape(notice)}”</em></p>' for notice in message.notices),
        *([f'<p style="{_SMALL}" dir="auto">{"<br>".join(map(escape, message.facts))}</p>'] if message.facts else []),
        f"<p>{_links(message)}</p>",
    ]
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f'<title>{escape(message.subject)}</title></head><body style="{_BODY}">{"".join(rows)}</body></html>'
    )


def _links(message: Message) -> str:
    return " · ".join(f'<a href="{escape(url, quote=True)}">{escape(name)}</a>' for name, url in message.links)


def _item(item: Item) -> str:
    return (
        f'<p style="{_QUOTE}" dir="auto"><a href="{escape(item.url, quote=True)}">{escape(item.subject)}</a>'
        f'<br><span style="{_SMALL}">{escape(item.summary)}</span></p>'
    )


def _line(line: Line) -> str:
    safe = tuple(Span(span.edit, escape(span.text, quote=False)) for span in line.spans)
    return mark_up(safe, _REMOVED, _ADDED)
