"""Pages as they were received, compressed against the article's page before, or another page of the host.

Pages of one host share most of their bytes: a new version of a page takes some hundred. What a page is compressed
against is never dropped before it.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import zstandard
from sqlmodel import Session, col, select

from revisions.errors import StorageError
from storage.habits import host_of
from storage.tables import Capture, RawPage
from storage.texts import compress, decompress

LEVEL = 9  # the highest that takes a page of 200 KB some milliseconds
DEPTH = 16  # pages that have to be unpacked before one, at the most
# A page is mostly markup, which alone becomes a sixth or so. Against a page like it it becomes far less; where that is
# not so, pages that stand alone are the better ones to come back to.
ALIKE = 24
FAR_LESS = 0.5


@dataclass(frozen=True)
class Packed:
    """A page compressed against that of the capture `base`, which has `depth` - 1 before it; or alone."""

    content: bytes
    base: int | None = None
    depth: int = 0


def pack(session: Session, article_id: int | None, url: str, body: bytes) -> Packed:
    """Compress a page against what is kept, best before the record is locked, since it takes some milliseconds.

    `article_id`: of an article that was captured before.
    """
    for base, depth in _bases(session, article_id, host_of(url)):
        try:
            content = compress(body, page_of(session, base), LEVEL)
        except StorageError:
            continue  # `verify` tells of it; what is new is kept whole
        if len(content) * ALIKE <= len(body):
            return Packed(content, base, depth + 1)
        alone = compress(body, level=LEVEL)
        is_alike = len(content) <= len(alone) * FAR_LESS
        return Packed(content, base, depth + 1) if is_alike else Packed(alone)
    return Packed(compress(body, level=LEVEL))


def keep_page(session: Session, capture: Capture, packed: Packed, body: bytes) -> None:
    """The page of a capture that has its number. What it is compressed against may have been dropped meanwhile."""
    assert capture.id is not None
    if packed.base is not None and session.get(RawPage, packed.base) is None:
        packed = Packed(compress(body, level=LEVEL))
    session.add(
        RawPage(
            capture_id=capture.id,
            host=host_of(capture.url),
            base=packed.base,
            depth=packed.depth,
            content=packed.content,
        )
    )


def page_of(session: Session, capture_id: int) -> bytes:
    """The bytes of a capture's page. Raises `StorageError` where they are not kept or cannot be unpacked."""
    above: list[bytes] = []
    at: int | None = capture_id
    while at is not None:
        row = session.get(RawPage, at)
        if row is None or len(above) > DEPTH:
            raise StorageError("the page is not kept", f"capture {capture_id}")
        above.append(row.content)
        at = row.base
    page = b""
    for content in reversed(above):
        try:
            page = decompress(content, page)
        except (zstandard.ZstdError, TypeError, ValueError) as error:
            raise StorageError(f"its page cannot be unpacked ({error})", f"capture {capture_id}") from error
    return page


def _bases(session: Session, article_id: int | None, host: str) -> Iterator[tuple[int, int]]:
    """The article's newest page, if it does not lie too deep already; the newest of the host that stands alone.

    Each with its depth.
    """
    newest = select(RawPage.capture_id, RawPage.depth).order_by(col(RawPage.capture_id).desc()).limit(1)
    if article_id is not None:
        own = newest.join(Capture, col(Capture.id) == RawPage.capture_id).where(Capture.article_id == article_id)
        yield from ((number, depth) for number, depth in session.exec(own) if depth < DEPTH)
    yield from session.exec(newest.where(RawPage.host == host, col(RawPage.base).is_(None)))
