"""How hosts are to be treated, kept over restarts; and what a request to each is worth."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, func, select

from storage.database import Database
from storage.queries import FOLLOWED
from storage.tables import Article, Host

HOUR = 3600.0


@dataclass(frozen=True)
class HostRecord:
    """A host, the articles followed there, and how many of them are due."""

    host: Host
    articles: int
    due: int


def load_hosts(database: Database) -> list[Host]:
    with database.read() as session:
        return list(session.exec(select(Host).order_by(col(Host.name))))


def save_hosts(database: Database, hosts: Iterable[Host]) -> None:
    """Write what changed of them; how dear its requests are stays as it is."""
    with database.write() as session:
        for new in hosts:
            known = session.get(Host, new.name, with_for_update=True)
            if known:
                new.dearness = known.dearness
            session.merge(new)


def set_dearness(
    database: Database, budget: int, next_dearness: Callable[[float, int, int], float], now: datetime
) -> None:
    """Let `next_dearness` (dearness, requests wanted in an hour, budget) say what a request costs from now on.

    Wanted are those made within the last hour and those overdue.
    """
    with database.write() as session:
        overdue = _articles(session, due=now)
        for host in session.exec(select(Host).with_for_update()).all():
            made = sum(at > now.timestamp() - HOUR for at in host.asked)
            host.dearness = next_dearness(host.dearness, made + overdue.get(host.name, 0), budget)
            session.add(host)


def list_hosts(database: Database, now: datetime) -> list[HostRecord]:
    """Every host that was asked or has articles, the most asked first."""
    with database.read() as session:
        articles, due = _articles(session), _articles(session, due=now)
        known = {host.name: host for host in session.exec(select(Host))}
    names = {*known, *articles} - {""}
    records = [HostRecord(known.get(n) or Host(name=n), articles.get(n, 0), due.get(n, 0)) for n in names]
    return sorted(records, key=lambda record: (-len(record.host.asked), record.host.name))


def _articles(session: Session, due: datetime | None = None) -> dict[str, int]:
    """By host, how many articles are followed, or of those how many are due."""
    rows = select(Article.host, func.count()).where(col(Article.status).in_(FOLLOWED))
    if due is not None:
        rows = rows.where(col(Article.next_visit_at) <= due)
    return dict(session.exec(rows.group_by(col(Article.host))).all())
