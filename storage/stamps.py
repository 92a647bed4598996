"""Time stamps of the chain's head by somebody else (RFC 3161): that all of it existed at their time."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from sqlmodel import Session, col, select

from revisions.errors import ConfigError, StorageError
from storage.captures import Head, head_of
from storage.database import Database
from storage.tables import Stamp

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

MEDIA_TYPE = "application/timestamp-query"  # RFC 3161, 3.4


@dataclass(frozen=True)
class Request:
    """What an authority is asked to stamp: a head, as `body` for it (RFC 3161, 2.4.1)."""

    head: Head
    body: bytes
    nonce: int | None


def request_for(head: Head) -> Request:
    """The SHA-256 of the digest in hexadecimal is what is stamped."""
    from rfc3161_client import HashAlgorithm, TimestampRequestBuilder

    built = TimestampRequestBuilder().data(head.chain.encode()).hash_algorithm(HashAlgorithm.SHA256).build()
    return Request(head, built.as_bytes(), built.nonce)


def unstamped(database: Database, now: datetime, every: timedelta) -> Head | None:
    """The head, where it has moved since the last stamp and that is long enough ago."""
    with database.read() as session:
        head, last = head_of(session), last_stamp(session)
        if not head.link or (last and (last.link >= head.link or timedelta(0) <= now - last.at < every)):
            return None
        return head


def last_stamp(session: Session) -> Stamp | None:
    return session.exec(select(Stamp).order_by(col(Stamp.id).desc()).limit(1)).first()


def keep_stamp(database: Database, request: Request, answer: bytes, authority: str, at: datetime) -> None:
    """Raises `StorageError` for what is no stamp of the request."""
    _decode(answer, request.head.chain, request.nonce)
    with database.write() as session:
        session.add(Stamp(link=request.head.link, chain=request.head.chain, at=at, authority=authority, answer=answer))


def check_stamp(stamp: Stamp, roots: Sequence["Certificate"]) -> datetime:
    """When the authority says it was asked. Raises `StorageError` where the stamp is of something else, or false.

    Without `roots` its signature is not looked at.
    """
    from rfc3161_client import VerificationError, VerifierBuilder, decode_timestamp_response

    at = _decode(stamp.answer, stamp.chain, None)
    if roots:
        builder = VerifierBuilder()
        for root in roots:
            builder = builder.add_root_certificate(root)
        try:
            builder.build().verify_message(decode_timestamp_response(stamp.answer), stamp.chain.encode())
        except VerificationError as error:
            raise StorageError(f"its signature does not hold ({error})", f"stamp {stamp.id}") from error
    return at


def read_roots(path: str) -> list["Certificate"]:
    """The certificates (PEM) of the authorities that are trusted."""
    from cryptography.x509 import load_pem_x509_certificates

    try:
        return list(load_pem_x509_certificates(Path(path).read_bytes()))
    except (OSError, ValueError) as error:
        raise ConfigError(f"no certificates can be read from {path} ({error})", "proof.roots") from error


def _decode(answer: bytes, chain: str, nonce: int | None) -> datetime:
    from rfc3161_client import PKIStatus, decode_timestamp_response

    try:
        decoded = decode_timestamp_response(answer)
    except ValueError as error:
        raise StorageError(f"this is no time stamp ({error})", "RFC 3161") from error
    if decoded.status not in (PKIStatus.GRANTED, PKIStatus.GRANTED_WITH_MODS):
        raise StorageError(f"the authority refused ({', '.join(decoded.status_string) or decoded.status})", "RFC 3161")
    info = decoded.tst_info
    if info.message_imprint.message != hashlib.sha256(chain.encode()).digest():
        raise StorageError("the stamp is of something else", "RFC 3161")
    if nonce is not None and info.nonce != nonce:
        raise StorageError("the stamp is of another request", "RFC 3161")
    return info.gen_time
