"""The texts of versions, each compressed against the one before it.

Most versions differ from the one before by a sentence, so they take some hundred bytes. Every `CHAIN`th stands alone,
so that reading one never takes long.
"""

from collections.abc import Collection, Iterator

import zstandard
from sqlalchemy import ColumnElement
from sqlmodel import Session, and_, col, or_, select

from revisions.text import Text
from storage.tables import Version, VersionText

CHAIN = 16  # versions in a row of which each needs the one before
LEVEL = 19  # texts are small, so the best is quick


def keep_text(session: Session, article_id: int, number: int, text: Text) -> None:
    """The text of a new version; what is kept already is never written again."""
    written = text.to_json().encode()
    before = session.get(VersionText, (article_id, number - 1))
    is_apart = before is None or number - before.chain_from >= CHAIN
    base = b"" if is_apart else _content(session, article_id, number - 1)
    chain_from = number if before is None or is_apart else before.chain_from
    session.add(
        VersionText(article_id=article_id, number=number, chain_from=chain_from, content=compress(written, base))
    )


def text_of(session: Session, version: Version) -> Text:
    """What a version reads."""
    return Text.from_json(_content(session, version.article_id, version.number).decode())


def texts_at(session: Session, named: Collection[tuple[int, int]]) -> dict[tuple[int, int], Text]:
    """What several articles read in the versions named, each by the article's number and its own."""
    if not named:
        return {}
    chains = [_chain(article, number) for article, number in named]
    kept = {(row.article_id, row.number): row for row in session.exec(select(VersionText).where(or_(*chains)))}
    return {key: Text.from_json(_unpack(kept, *key).decode()) for key in named}


def texts_of(session: Session, article_id: int) -> Iterator[tuple[int, Text]]:
    """All versions' numbers and texts, in the order of their numbers."""
    rows = select(VersionText).where(VersionText.article_id == article_id).order_by(col(VersionText.number))
    content = b""
    for row in session.exec(rows).all():
        content = decompress(row.content, content if row.chain_from != row.number else b"")
        yield row.number, Text.from_json(content.decode())


def _content(session: Session, article_id: int, number: int) -> bytes:
    rows = session.exec(select(VersionText).where(_chain(article_id, number)))
    return _unpack({(row.article_id, row.number): row for row in rows}, article_id, number)


def _chain(article_id: int, number: int) -> ColumnElement[bool]:
    """The rows that a version needs, and perhaps some before them."""
    return and_(VersionText.article_id == article_id, col(VersionText.number).between(number - CHAIN + 1, number))


def _unpack(kept: dict[tuple[int, int], VersionText], article: int, number: int) -> bytes:
    """What is kept of a version, from the beginning of its chain on."""
    content = b""
    for at in range(kept[article, number].chain_from, number + 1):
        content = decompress(kept[article, at].content, content)
    return content


def compress(content: bytes, base: bytes = b"", level: int = LEVEL) -> bytes:
    """Zstandard (RFC 8878), with `base` as what matches may refer to."""
    settings = zstandard.ZstdCompressionParameters.from_level(level, source_size=len(content), dict_size=len(base))
    return zstandard.ZstdCompressor(compression_params=settings, dict_data=_dictionary(base)).compress(content)


def decompress(content: bytes, base: bytes = b"") -> bytes:
    return zstandard.ZstdDecompressor(dict_data=_dictionary(base)).decompress(content)


def _dictionary(base: bytes) -> zstandard.ZstdCompressionDict | None:
    return zstandard.ZstdCompressionDict(base, dict_type=zstandard.DICT_TYPE_RAWCONTENT) if base else None
