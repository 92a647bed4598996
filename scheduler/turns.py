"""Work as it is handed out: a turn at one host, or at one channel."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from storage import feeds, outbox
from storage.database import Database
from storage.due import due_hosts


class Kind(StrEnum):
    POLL = "poll"
    VISIT = "visit"
    DELIVER = "deliver"


DELIVER, POLL, URGENT, TAIL = 100, 60, 50, 0  # priorities: what is done first where not all can be done at once


@dataclass(frozen=True)
class Turn:
    """What is due at a host (`POLL`, `VISIT`) or for a channel (`DELIVER`), to be done by one process at a time."""

    kind: Kind
    key: str
    priority: int = TAIL


@dataclass(frozen=True)
class Standing:
    """What is handed out already: turns that wait, with their priority, and turns under way; room for more visits."""

    waiting: frozenset[Turn] = frozenset()
    under_way: frozenset[Turn] = frozenset()
    room: int = 0

    def keys(self, kind: Kind, least: int = TAIL) -> set[str]:
        """Where turns of a kind are under way, or wait with at least that priority."""
        return {t.key for t in self.under_way if t.kind is kind} | {
            t.key for t in self.waiting if t.kind is kind and t.priority >= least
        }


def due_turns(database: Database, now: datetime, standing: Standing, channels: Collection[str]) -> list[Turn]:
    """What is to be handed out now that is not, or is not urgently enough; deliveries and polls first."""
    told = standing.keys(Kind.DELIVER)
    deliver = [turn for turn in deliveries(database, now, channels) if turn.key not in told]
    polled = standing.keys(Kind.POLL)
    poll = [Turn(Kind.POLL, host, POLL) for host in sorted(feeds.due_feed_hosts(database, now) - polled)]
    return [*deliver, *poll, *_visits(database, now, standing)]


def deliveries(database: Database, now: datetime, channels: Collection[str]) -> list[Turn]:
    """Those of `channels` for which something is due; what waits for one no longer configured stays where it is."""
    due = outbox.due_channels(database, now)
    return [Turn(Kind.DELIVER, name, DELIVER) for name in sorted(due.intersection(channels))]


def _visits(database: Database, now: datetime, standing: Standing) -> list[Turn]:
    if standing.room <= 0:
        return []
    found = due_hosts(
        database,
        now,
        limit=standing.room,
        but=standing.keys(Kind.VISIT),
        but_urgent=standing.keys(Kind.VISIT, URGENT),
    )
    return [Turn(Kind.VISIT, host.name, URGENT if host.urgent else TAIL) for host in found]
