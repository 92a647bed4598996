"""How hosts are to be treated, kept over restarts; and what a request to each is worth."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, func, select

from storage.database import Database
from storage.habits import EVERY
from storage.queries import FOLLOWED
from storage.tables import Article, Host, Visit

HOUR = 3600.0
LATE, LATELY = timedelta(minutes=2), timedelta(minutes=10)
STATE = ("asked", "busy_until", "busy_answers", "busy_why", "latency", "crawl_delay")
NextDearness = Callable[[float, int, int], float]  # dearness, requests wanted, requests there may be → dearness


@dataclass(frozen=True)
class HostRecord:
    """A host, the articles followed there, and how many of them are due."""

    host: Host
    articles: int
    due: int


def load_hosts(database: Database) -> list[Host]:
    with database.read() as session:
        return list(session.exec(select(Host).where(Host.name != EVERY).order_by(col(Host.name))))


def save_hosts(database: Database, hosts: Iterable[Host]) -> None:
    """Write what changed of them."""
    with database.write() as session:
        save_states(session, hosts)


def save_states(session: Session, hosts: Iterable[Host]) -> None:
    """What was learned of them in crawling; how dear requests are, and until when nothing is handed out, stays."""
    for new in sorted(hosts, key=lambda host: host.name):  # in one order, so that no two processes wait for each other
        known = session.get(Host, new.name, with_for_update=True)
        if known is None:
            session.add(new)
            continue
        for name in STATE:
            setattr(known, name, getattr(new, name))
        session.add(known)


def rest(database: Database, host: str, until: datetime) -> None:
    """Hand out no work at the host until then."""
    with database.write() as session:
        known = session.get(Host, host, with_for_update=True) or Host(name=host)
        known.rest_until = until
        session.add(known)


def set_dearness(database: Database, budget: int, next_dearness: NextDearness, now: datetime) -> None:
    """Say what a request to each host costs from now on.

    Wanted are those made within the last hour and those overdue.
    """
    with database.write() as session:
        overdue = _articles(session, due=now)
        hosts = select(Host).where(Host.name != EVERY).order_by(col(Host.name)).with_for_update()
        for host in session.exec(hosts).all():
            made = sum(at > now.timestamp() - HOUR for at in host.asked)
            host.dearness = next_dearness(host.dearness, made + overdue.get(host.name, 0), budget)
            session.add(host)


def set_dearness_everywhere(database: Database, next_dearness: NextDearness, now: datetime) -> float:
    """Say how many times as much as usual every request costs, because visits come late; returns it.

    What can be done is what was done within `LATELY`, while something was overdue by `LATE`; where nothing is, more
    could be. So all articles are visited more rarely in proportion, and none is passed over.
    """
    late = (col(Article.status).in_(FOLLOWED), col(Article.next_visit_at) <= now - LATE)
    resting = select(Host.name).where(col(Host.rest_until) > now)
    with database.write() as session:
        overdue = session.exec(select(func.count()).where(*late, col(Article.host).not_in(resting))).one()
        done = session.exec(select(func.count()).where(Visit.at > now - LATELY)).one()
        everywhere = session.get(Host, EVERY, with_for_update=True) or Host(name=EVERY)
        wanted, able = (done + overdue, max(1, done)) if overdue else (0, 1)
        everywhere.dearness = next_dearness(everywhere.dearness, wanted, able)
        session.add(everywhere)
        return everywhere.dearness


@dataclass(frozen=True)
class HostUse:
    """`asked`: requests within the last hour. The name `EVERY` stands for all hosts together."""

    name: str
    asked: int
    dearness: float


def most_asked(database: Database, now: datetime, *, limit: int) -> list[HostUse]:
    with database.read() as session:
        rows = session.exec(select(Host.name, Host.asked, Host.dearness)).all()
    since = now.timestamp() - HOUR
    found = [HostUse(name, sum(at > since for at in asked), dearness) for name, asked, dearness in rows]
    return sorted(found, key=lambda use: (-use.asked, use.name))[:limit]


def list_hosts(database: Database, now: datetime) -> list[HostRecord]:
    """Every host that was asked or has articles, the most asked first."""
    with database.read() as session:
        articles, due = _articles(session), _articles(session, due=now)
        known = {host.name: host for host in session.exec(select(Host))}
    names = {*known, *articles} - {"", EVERY}
    records = [HostRecord(known.get(n) or Host(name=n), articles.get(n, 0), due.get(n, 0)) for n in names]
    return sorted(records, key=lambda record: (-len(record.host.asked), record.host.name))


def _articles(session: Session, due: datetime | None = None) -> dict[str, int]:
    """By host, how many articles are followed, or of those how many are due."""
    rows = select(Article.host, func.count()).where(col(Article.status).in_(FOLLOWED))
    if due is not None:
        rows = rows.where(col(Article.next_visit_at) <= due)
    return dict(session.exec(rows.group_by(col(Article.host))).all())
