"""Small charts as figures in units of a picture, which templates draw as SVG; tables beside them say the same."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from storage.tables import Change, Version

WIDTH = 720
BUCKETS = 90
NARROWEST = 2.0  # so that it can be seen


@dataclass(frozen=True)
class Mark:
    """A point on the timeline, or a stretch of it: `x` and `width` in units of the picture, and what it says."""

    x: float
    width: float
    label: str
    sort: str = ""


@dataclass(frozen=True)
class Timeline:
    """An article's life from left to right: visits as bars (0 to 1), versions as points, changes as windows."""

    visits: list[tuple[float, float]]
    versions: list[Mark]
    windows: list[Mark]
    begin: datetime
    end: datetime
    width: int = WIDTH


def timeline(versions: Sequence[Version], changes: Sequence[Change], visits: Sequence[datetime]) -> Timeline | None:
    """None where nothing was captured yet. A window is the time within which a change must have happened."""
    if not versions:
        return None
    times = [v.captured_at for v in versions] + [c.detected_at for c in changes] + list(visits)
    begin, end = min(times), max(times)
    span = (end - begin) or timedelta(minutes=1)

    def x(at: datetime) -> float:
        return round(WIDTH * max(0.0, min(1.0, (at - begin) / span)), 1)

    counts = [0] * BUCKETS
    for at in visits:
        counts[min(BUCKETS - 1, int(BUCKETS * ((at - begin) / span)))] += 1
    most = max(counts) or 1

    def window(change: Change) -> Mark:
        start, end = x(change.last_unchanged_at or change.detected_at), x(change.detected_at)
        return Mark(start, max(NARROWEST, end - start), change.summary, change.significance)

    return Timeline(
        visits=[(round(WIDTH * at / BUCKETS, 1), count / most) for at, count in enumerate(counts) if count],
        versions=[Mark(x(v.captured_at), 0, f"version {v.number}") for v in versions],
        windows=[window(change) for change in changes],
        begin=begin,
        end=end,
    )
