"""The whole record recomputed: seals, the chain, pages, texts, numbers and stamps. What does not fit is named."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, exists, func, or_, select

from revisions.errors import StorageError
from storage.captures import BEGINNING, Head, chained, seal_of
from storage.database import Database
from storage.pages import page_of
from storage.stamps import check_stamp
from storage.tables import Article, Capture, Change, RawPage, Stamp, Version
from storage.texts import texts_at
from storage.versions import ARCHIVE

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

TOGETHER = 100  # rows
Progress = Callable[[str, int, int], None]


class Misfit(Exception):
    """A record that does not fit: which, and why."""

    def __init__(self, what: str, reason: str) -> None:
        super().__init__(f"{what}: {reason}")
        self.what = what
        self.reason = reason


@dataclass
class Proof:
    """What was looked at, and the first record that does not fit.

    `waiting`: captures that have no link yet. `unproved`: versions recorded before captures were kept, or the Internet
    Archive's. `stamped`: the newest link with a stamp, and the authority's time. `is_signed`: the stamps' signatures
    were looked at.
    """

    captures: int = 0
    waiting: int = 0
    pages: int = 0
    pages_dropped: int = 0
    versions: int = 0
    unproved: int = 0
    stamps: int = 0
    stamped: tuple[int, datetime] | None = None
    is_signed: bool = False
    head: Head = field(default_factory=Head)
    misfit: Misfit | None = None


def verify(database: Database, progress: Progress = lambda *_: None, roots: Sequence["Certificate"] = ()) -> Proof:
    """Reads everything, as it is at the beginning, and writes nothing."""
    proof = Proof(is_signed=bool(roots))
    with database.snapshot() as session:
        try:
            _chain(session, proof, progress)
            _numbers(session)
            _unproved(session, proof, progress)
            _stamps(session, proof, roots)
        except Misfit as misfit:
            proof.misfit = misfit
    return proof


def _chain(session: Session, proof: Proof, progress: Progress) -> None:
    """The captures in the order of their links, then those that wait for one."""
    total = session.exec(select(func.count()).select_from(Capture)).one()
    for some in _batches(session):
        kept = _kept(session, some)
        found = _versions(session, some)
        for capture in some:
            _link(capture, proof)
            _page(session, capture, proof, is_kept=capture.id in kept)
            if capture.number is not None:
                _version(capture, found.get((capture.article_id, capture.number)))
        _texts(session, [found[key] for key in dict.fromkeys(_keys(some)) if key in found], proof)
        progress("captures", proof.captures, total)
        session.expunge_all()


def _batches(session: Session) -> Iterator[Sequence[Capture]]:
    link, last = col(Capture.link), 0
    while some := session.exec(select(Capture).where(link > last).order_by(link).limit(TOGETHER)).all():
        yield some
        last = some[-1].link or 0
    number, last = col(Capture.id), 0
    waiting = select(Capture).where(link.is_(None)).order_by(number).limit(TOGETHER)
    while some := session.exec(waiting.where(number > last)).all():
        yield some
        last = some[-1].id or 0


def _link(capture: Capture, proof: Proof) -> None:
    if capture.seal != seal_of(capture):
        raise Misfit(_named(capture), "what it says is not what was sealed")
    proof.captures += 1
    if capture.link is None:
        proof.waiting += 1
        return
    if capture.link != proof.head.link + 1:
        raise Misfit(_named(capture), f"link {proof.head.link + 1} of the chain is missing before it")
    expected = chained(proof.head.chain, capture.seal)
    if capture.chain != expected:
        raise Misfit(_named(capture), "its link does not follow from the one before")
    proof.head = Head(capture.link, expected)


def _page(session: Session, capture: Capture, proof: Proof, *, is_kept: bool) -> None:
    if capture.reread_of is not None:
        return
    if not is_kept:
        proof.pages_dropped += 1
        return
    try:
        page = page_of(session, capture.id or 0)
    except StorageError as error:
        raise Misfit(_named(capture), error.reason) from error
    if hashlib.sha256(page).hexdigest() != capture.page_sha256:
        raise Misfit(_named(capture), "its page is not the one that was captured")
    proof.pages += 1


def _version(capture: Capture, version: Version | None) -> None:
    if version is None:
        raise Misfit(_named(capture), f"version {capture.number} of article {capture.article_id} is missing")
    if version.sha256 != capture.text_sha256 or version.captured_at != capture.at:
        raise Misfit(_of(version), f"its digest or time is not what {_named(capture)} says")


def _texts(session: Session, versions: Sequence[Version], proof: Proof) -> None:
    try:
        texts = texts_at(session, [(v.article_id, v.number) for v in versions])
    except Exception as error:  # whatever is wrong, it is wrong with one of these
        if len(versions) == 1:
            raise Misfit(_of(versions[0]), f"its text cannot be read ({error})") from error
        for version in versions:
            _texts(session, [version], proof)
        return
    for version in versions:
        if texts[version.article_id, version.number].sha256 != version.sha256:
            raise Misfit(_of(version), "it reads otherwise than when it was recorded")
    proof.versions += len(versions)


def _unproved(session: Session, proof: Proof, progress: Progress) -> None:
    """Versions without a capture: only those of the archive, and those from before there were any."""
    first = session.exec(select(func.min(Capture.at))).one()
    captured = exists().where(col(Capture.article_id) == Version.article_id, col(Capture.number) == Version.number)
    total = session.exec(select(func.count()).select_from(Version).where(~captured)).one()
    last = 0
    rows = select(Version).where(~captured).order_by(col(Version.id)).limit(TOGETHER)
    while some := session.exec(rows.where(col(Version.id) > last)).all():
        last = some[-1].id or 0
        for version in some:
            if version.source != ARCHIVE and first is not None and version.captured_at > first:
                raise Misfit(_of(version), "no capture says where it comes from")
        _texts(session, some, proof)
        proof.unproved += len(some)
        progress("versions without a capture", proof.unproved, total)
        session.expunge_all()


def _numbers(session: Session) -> None:
    """Versions are numbered from 1 without gaps, and changes lead from and to versions that are there."""
    counted = select(Version.article_id, func.count().label("n"), func.max(Version.number).label("most"))
    numbers = counted.group_by(col(Version.article_id)).subquery()
    held = func.coalesce(numbers.c.n, 0)
    odd: ColumnElement[bool] = or_(held != Article.versions, func.coalesce(numbers.c.most, 0) != Article.versions)
    rows = select(Article.id, Article.versions, held).join(numbers, numbers.c.article_id == Article.id, isouter=True)
    if found := session.execute(rows.where(odd).order_by(col(Article.id)).limit(1)).first():
        raise Misfit(f"article {found[0]}", f"{found[2]} of its {found[1]} versions are there")
    for column in (col(Change.from_version), col(Change.to_version)):
        known = exists().where(col(Version.article_id) == Change.article_id, col(Version.number) == column)
        lost = select(Change.id, column).where(column.is_not(None), ~known).order_by(col(Change.id)).limit(1)
        if change := session.execute(lost).first():
            raise Misfit(f"change {change[0]}", f"version {change[1]} that it refers to is missing")


def _stamps(session: Session, proof: Proof, roots: Sequence["Certificate"]) -> None:
    for stamp in session.exec(select(Stamp).order_by(col(Stamp.id))).all():
        chain = session.exec(select(Capture.chain).where(Capture.link == stamp.link)).first() or BEGINNING
        if chain != stamp.chain:
            raise Misfit(f"stamp {stamp.id}", f"link {stamp.link} of the chain is not the one that was stamped")
        try:
            at = check_stamp(stamp, roots)
        except StorageError as error:
            raise Misfit(f"stamp {stamp.id}", error.reason) from error
        proof.stamps += 1
        proof.stamped = (stamp.link, at)


def _kept(session: Session, captures: Sequence[Capture]) -> set[int]:
    """Those whose page is kept."""
    numbers = [capture.id for capture in captures]
    return set(session.exec(select(RawPage.capture_id).where(col(RawPage.capture_id).in_(numbers))))


def _versions(session: Session, captures: Sequence[Capture]) -> dict[tuple[int, int], Version]:
    articles = {capture.article_id for capture in captures}
    numbers = {capture.number for capture in captures}
    rows = select(Version).where(col(Version.article_id).in_(articles), col(Version.number).in_(numbers))
    return {(v.article_id, v.number): v for v in session.exec(rows)}


def _keys(captures: Sequence[Capture]) -> Iterator[tuple[int, int]]:
    return ((c.article_id, c.number) for c in captures if c.number is not None)


def _named(capture: Capture) -> str:
    return f"capture {capture.id}" + (f" (link {capture.link})" if capture.link else "")


def _of(version: Version) -> str:
    return f"version {version.number} of article {version.article_id}"
