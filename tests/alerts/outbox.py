"""A record with alerts in it, and a clock the tests turn."""

import uuid
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from storage import outbox
from storage.database import Database
from storage.tables import Alert, Article

START = datetime(2021, 7, 18, 16, tzinfo=UTC)


class Clock:
    def __init__(self, now: datetime = START) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **by: float) -> None:
        self.now += timedelta(**by)


def fill(
    database: Database,
    articles: Iterable[int],
    *,
    channel: str = "desk",
    at: datetime = START,
    outlet: str = "The Courier",
) -> list[str]:
    """An alert for each of `articles`, by their numbers, in that order; returns the alerts' ids."""
    with database.write() as session:
        uids = []
        for number in articles:
            if session.get(Article, number) is None:
                url = f"https://n.example/{number}"
                session.add(Article(id=number, url=url, title=f"A list {number}", outlet=outlet, first_seen_at=START))
                session.flush()
            alert = Alert(
                uid="", channel=channel, event="discovered", article_id=number, created_at=at, next_attempt_at=at
            )
            alert.uid = f"msg_{uuid.uuid4().hex}"
            uids.append(alert.uid)
            session.add(alert)
            session.flush()
        return uids


def states(database: Database) -> dict[str, str]:
    """Each alert's state by its id."""
    return {alert.uid: alert.state for alert, _ in outbox.list_alerts(database, limit=100_000)}
