"""Captures: what was answered when a version was read, each one sealed, and chained to the one before.

The seal of a capture is the SHA-256 of what it says, as JSON (`covered`). A link of the chain is the SHA-256 of the
link before and of the seal, so that whoever knows one link's digest can tell whether anything before it was changed.
Links are made a moment after the captures, by one process at a time, so that those who record do not wait for each
other, and links are numbered without gaps in whatever order transactions end.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlmodel import Session, col, func, select

from storage.database import Database, hold_names
from storage.facts import Provenance, VisitFacts
from storage.tables import Capture

BEGINNING = "0" * 64  # what the first link follows
TOGETHER = 500  # captures linked in one transaction
_LEFT_OUT = frozenset({"set-cookie", "set-cookie2"})  # an outlet may know by them who asked


@dataclass(frozen=True)
class Head:
    """The newest link, and its digest; 0 and `BEGINNING` of an empty chain."""

    link: int = 0
    chain: str = BEGINNING


def capture_of(article_id: int, number: int | None, facts: VisitFacts, text_sha256: str, by: Provenance) -> Capture:
    """What a visit was answered with, sealed; `number`: of the version read from it, if there is one."""
    assert facts.received is not None
    received = facts.received
    capture = Capture(
        article_id=article_id,
        number=number,
        url=received.url,
        at=facts.at,
        status=facts.status,
        headers=[[name, value] for name, value in received.headers if name.lower() not in _LEFT_OUT],
        is_rendered=received.is_rendered,
        page_sha256=hashlib.sha256(received.body).hexdigest(),
        size=len(received.body),
        text_sha256=text_sha256,
        program=by.program,
        extractor=by.extractor,
        seal="",
    )
    capture.seal = seal_of(capture)
    return capture


def covered(capture: Capture) -> dict[str, Any]:
    """What the seal covers: everything but the row's own number, the seal and the link."""
    return {
        "article": capture.article_id,
        "version": capture.number,
        "url": capture.url,
        "at": capture.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "status": capture.status,
        "headers": capture.headers,
        "rendered": capture.is_rendered,
        "page_sha256": capture.page_sha256,
        "size": capture.size,
        "text_sha256": capture.text_sha256,
        "program": capture.program,
        "extractor": capture.extractor,
        "reread_of": capture.reread_of,
    }


def seal_of(capture: Capture) -> str:
    """SHA-256, in hexadecimal, of what is covered as JSON: names in order, no spaces, UTF-8."""
    written = json.dumps(covered(capture), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(written.encode()).hexdigest()


def chained(before: str, seal: str) -> str:
    """The digest of a link: SHA-256 of the two digests in hexadecimal, one behind the other."""
    return hashlib.sha256(f"{before}{seal}".encode()).hexdigest()


def head_of(session: Session) -> Head:
    newest = select(Capture.link, Capture.chain).where(col(Capture.link).is_not(None))
    found = session.exec(newest.order_by(col(Capture.link).desc()).limit(1)).first()
    return Head(found[0], found[1]) if found and found[0] else Head()


def link_captures(database: Database) -> int:
    """Link all captures that are not linked yet; returns how many there were. Several processes may try at once."""
    linked = 0
    while _any_waits(database):
        with database.write() as session:
            hold_names(session, {"chain"})
            unlinked = select(Capture).where(col(Capture.link).is_(None))
            waiting = session.exec(unlinked.order_by(col(Capture.id)).limit(TOGETHER)).all()
            _link(session, waiting, head_of(session))
        linked += len(waiting)
    return linked


def unlinked(database: Database) -> tuple[int, datetime | None]:
    """How many captures wait for their link, and the time of the first."""
    waiting = select(func.count(), func.min(Capture.at)).where(col(Capture.link).is_(None))
    with database.read() as session:
        return session.exec(waiting).one()


def _any_waits(database: Database) -> bool:
    with database.read() as session:
        return session.exec(select(Capture.id).where(col(Capture.link).is_(None)).limit(1)).first() is not None


def _link(session: Session, waiting: Sequence[Capture], head: Head) -> None:
    for capture in waiting:
        head = Head(head.link + 1, chained(head.chain, capture.seal))
        capture.link, capture.chain = head.link, head.chain
        session.add(capture)
