"""What only one process may have in hand at a time: a host, or handing out the work. A lease ends by itself.

Times are those of the machines, so their clocks must agree to within a few seconds (NTP).
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select, update

from storage.database import Database
from storage.tables import Lease

FORGOTTEN = timedelta(minutes=5)  # no lease is as long: one that ends later was taken by a clock that was ahead


@dataclass(frozen=True)
class Taken:
    """A lease in hand. `clean`: whoever had it before gave it back; else it was cut off, in the middle of anything."""

    name: str
    clean: bool


def take(
    session: Session, name: str, holder: str, now: datetime, length: timedelta, dead: Collection[str] = ()
) -> Taken | None:
    """None where another holder has it. What one of the `dead` holds is free."""
    lease = session.exec(select(Lease).where(Lease.name == name).with_for_update()).first()
    if lease is None:
        return Taken(name, clean=True) if _is_first(session, name, holder, now + length) else None
    if lease.holder not in ("", holder, *dead) and now < lease.until <= now + FORGOTTEN:
        return None
    clean = lease.holder in ("", holder)
    lease.holder, lease.until = holder, now + length
    session.add(lease)
    return Taken(name, clean)


def _is_first(session: Session, name: str, holder: str, until: datetime) -> bool:
    try:
        with session.begin_nested():
            session.add(Lease(name=name, holder=holder, until=until))
            session.flush()
    except IntegrityError:  # another process was first
        return False
    return True


def renew(session: Session, names: Sequence[str], holder: str, now: datetime, length: timedelta) -> set[str]:
    """Keep leases; returns those that are still the holder's."""
    ours = (col(Lease.name).in_(names), col(Lease.holder) == holder)
    session.exec(update(Lease).where(*ours).values(until=now + length))
    return set(session.exec(select(Lease.name).where(*ours)))


def give_back(session: Session, names: Sequence[str], holder: str) -> None:
    session.exec(update(Lease).where(col(Lease.name).in_(names), col(Lease.holder) == holder).values(holder=""))


def holder_of(database: Database, name: str, now: datetime) -> str:
    """Who has it now, or ""."""
    with database.read() as session:
        lease = session.get(Lease, name)
        return lease.holder if lease and lease.until > now else ""
