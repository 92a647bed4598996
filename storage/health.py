"""What of the record shows that the service is in trouble: dead feeds, rising walls, failing channels, a full disk."""

import shutil
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import make_url
from sqlmodel import Session, col, func, select

from storage.database import Database
from storage.operator import Trouble, tell_operator
from storage.tables import Alert, Article, ChannelState, Feed, Visit

DEAD = timedelta(days=1)  # a feed that could not be read for so long
WALL_WINDOW, WALL_BEFORE = timedelta(days=1), timedelta(days=7)
FEWEST_WALLS, WALL_SHARE = 5, 0.5  # articles of an outlet that show a wall, and their share of those visited
FAILING = timedelta(minutes=30)  # a channel that took nothing for so long, or failed so often
FAILURES = 5
LITTLE_SPACE = 1_000_000_000  # bytes free


def look_for_trouble(database: Database, operator: Sequence[str], channels: Sequence[str], now: datetime) -> int:
    """Write alerts for the operator about what is found; returns how many are new. `channels`: all there are."""
    with database.write() as session:
        troubles = [*_dead_feeds(session, now), *_rising_walls(session, now), *_little_space(database, now)]
        told = sum(tell_operator(session, operator, trouble, now) for trouble in troubles)
        return told + _report_channels(session, operator, channels, now)


def free_space(database: Database) -> int | None:
    """Bytes free where the record is; None where it is not a file."""
    url = make_url(str(database.engine.url))
    if url.get_backend_name() != "sqlite" or not url.database:
        return None
    return shutil.disk_usage(Path(url.database).resolve().parent).free


def _dead_feeds(session: Session, now: datetime) -> list[Trouble]:
    dead = select(Feed).where(col(Feed.failing_since) <= now - DEAD, ~col(Feed.removed), ~col(Feed.paused))
    return [
        Trouble(
            kind="feed",
            key=f"feed:{feed.id}:{feed.failing_since}",
            subject=f"The feed “{feed.name}” cannot be read",
            text=f"It has failed {feed.failures} times since {feed.failing_since:%-d %B %Y, %H:%M UTC}: {feed.error}. "
            f"New articles in it are not found. Correct its address ({feed.url}) or pause it with "
            f"`addendum feeds pause {feed.id}`.",
        )
        for feed in session.exec(dead)
    ]


def _rising_walls(session: Session, now: datetime) -> list[Trouble]:
    """Outlets where consent, captcha or paywall pages stand where most articles were read the week before."""
    lately = _walls(session, now - WALL_WINDOW, now)
    before = _walls(session, now - WALL_WINDOW - WALL_BEFORE, now - WALL_WINDOW)
    year, week, _ = now.isocalendar()
    found = []
    for outlet, (walls, visited) in lately.items():
        walls_before, visited_before = before.get(outlet, (0, 0))
        is_new = walls_before * 2 * visited < walls * max(1, visited_before) or not visited_before
        if walls >= FEWEST_WALLS and walls >= WALL_SHARE * visited and is_new:
            found.append(
                Trouble(
                    kind="walls",
                    key=f"walls:{outlet}:{year}-{week}",
                    subject=f"{outlet} shows walls instead of articles",
                    text=f"{walls} of {visited} articles visited within a day could not be read: a consent, captcha or "
                    f"subscription page stood there. Their changes are not seen. Look at one in a browser; the outlet "
                    f"may want to be asked more slowly (crawl.min_delay) or by agreement.",
                )
            )
    return found


def _walls(session: Session, start: datetime, end: datetime) -> dict[str, tuple[int, int]]:
    """By outlet: articles that showed a wall, articles visited."""
    visited = select(Article.outlet, func.count(func.distinct(col(Visit.article_id)))).join(
        Article, col(Article.id) == Visit.article_id
    )
    visited = visited.where(Visit.at >= start, Visit.at < end).group_by(col(Article.outlet))
    walls = dict(session.exec(visited.where(Visit.outcome == "wall")).all())
    return {outlet: (walls.get(outlet, 0), count) for outlet, count in session.exec(visited) if outlet in walls}


def _little_space(database: Database, now: datetime) -> list[Trouble]:
    free = free_space(database)
    if free is None or free >= LITTLE_SPACE:
        return []
    text = (
        f"{free / 1e6:.0f} MB are left where the record is kept. Free some space, or move the record "
        f"(service.database); when the disk is full no change can be recorded."
    )
    return [Trouble("disk", f"disk:{now:%Y-%m-%d}", "The disk is nearly full", text)]


def _report_channels(session: Session, operator: Sequence[str], channels: Sequence[str], now: datetime) -> int:
    """A channel in trouble is reported on another, once until it works again."""
    states = session.exec(select(ChannelState).order_by(col(ChannelState.name))).all()
    troubled = {state.name for state in states}
    told = 0
    for state in states:
        if state.reported or state.name not in channels or not _is_failing(session, state, now):
            continue
        well = [name for name in (*operator, *channels) if name not in troubled][:1]
        told += tell_operator(session, well, _channel_trouble(state), now)
        state.reported = bool(well)
        session.add(state)
    return told


def _is_failing(session: Session, state: ChannelState, now: datetime) -> bool:
    since = state.failing_since or now
    if state.closed_at or state.failures >= FAILURES or since <= now - FAILING:
        return True
    lost = select(func.count()).select_from(Alert).where(Alert.channel == state.name, Alert.state == "failed")
    return session.exec(lost.where(Alert.error == state.reason)).one() > 0


def _channel_trouble(state: ChannelState) -> Trouble:
    since = state.failing_since or state.closed_at
    return Trouble(
        kind="channel",
        key=f"channel:{state.name}:{since}",
        subject=f"The channel “{state.name}” {'is switched off' if state.closed_at else 'does not take its alerts'}",
        text=f"Since {since:%-d %B %Y, %H:%M UTC}: {state.reason}. Its alerts are kept. When it is mended, "
        f"`addendum alerts retry` sends what failed; what waits is sent by itself.",
    )
