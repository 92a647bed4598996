"""When a channel may be told, and what is told together. Pure: times in, a decision out.

Local times are those of the channel's zone. On the day clocks go forward a time that does not exist falls that much
later; on the day they go back a time that comes twice counts once, the first time (PEP 495, fold=0).
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from storage.tables import Alert

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Digest:
    """ "hourly", "daily 08:00" or "weekly mon 08:00"."""

    every: str
    at: time = time(0)
    weekday: int | None = None

    @classmethod
    def parse(cls, text: str) -> "Digest":
        """Raises `ValueError` with what was expected."""
        words = text.lower().split()
        if words == ["hourly"]:
            return cls("hourly")
        if len(words) == 2 and words[0] == "daily":
            return cls("daily", parse_time(words[1]))
        if len(words) == 3 and words[0] == "weekly" and words[1][:3] in DAYS:
            return cls("weekly", parse_time(words[2]), DAYS.index(words[1][:3]))
        raise ValueError(f'expected "hourly", "daily 08:00" or "weekly mon 08:00", got {text!r}')

    def latest(self, now: datetime, zone: tzinfo) -> datetime:
        """The last time, not after `now`, at which a digest was due."""
        if self.every == "hourly":
            return now.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
        times = (_at(day, self.at, zone) for day in _days_back(now, zone) if self.weekday in (None, day.weekday()))
        return next(at for at in times if at <= now)


@dataclass(frozen=True)
class Quiet:
    """Hours in which nobody is told anything: "22:00-07:00"."""

    start: time
    end: time

    @classmethod
    def parse(cls, text: str) -> "Quiet":
        """Raises `ValueError` with what was expected."""
        start, dash, end = text.replace("–", "-").partition("-")
        hours = cls(parse_time(start), parse_time(end)) if dash else None
        if hours is None or hours.start == hours.end:
            raise ValueError(f'expected hours such as "22:00-07:00", got {text!r}')
        return hours

    def latest(self, now: datetime, zone: tzinfo) -> tuple[datetime, datetime]:
        """Beginning and end of the last quiet hours that had begun by `now`."""
        for day in _days_back(now, zone):
            start = _at(day, self.start, zone)
            if start <= now:
                return start, _at(day if self.end > self.start else day + timedelta(days=1), self.end, zone)
        raise AssertionError("there is a quiet hour in every week")


@dataclass(frozen=True)
class Pace:
    """How fast a channel is told. `most_per_hour`: messages in any hour, 0 for no ceiling.

    `burst`: more alerts than this that wait at once are told as one, 0 for never.
    """

    digest: Digest | None = None
    quiet: Quiet | None = None
    most_per_hour: int = 0
    burst: int = 0
    zone: tzinfo = UTC

    @property
    def is_any(self) -> bool:
        return bool(self.digest or self.quiet or self.most_per_hour or self.burst)


@dataclass(frozen=True)
class Decision:
    """Alerts to be told together and why, how many messages may go now (None: any number), and which must wait.

    What was written after `created_before` waits.
    """

    group: tuple[int, ...] = ()
    reason: str = ""
    room: int | None = None
    created_before: datetime | None = None


Fresh = Callable[[datetime | None], Sequence[Alert]]  # created before (None: whenever) → alerts, oldest first


def decide(pace: Pace, fresh: Fresh, told: Sequence[datetime], now: datetime) -> Decision:
    """`fresh` looks up what waits and was never offered; `told`: when messages went out within the last hour."""
    room = pace.most_per_hour - len(told) if pace.most_per_hour else None
    slept: tuple[datetime, datetime] | None = None
    if pace.quiet:
        slept = pace.quiet.latest(now, pace.zone)
        if now < slept[1]:
            return Decision(room=0)
    if room is not None and room <= 0:
        return Decision(room=0)
    if pace.digest:
        due = pace.digest.latest(now, pace.zone)
        return _grouped(fresh(due), 1, "digest", room, due)
    waiting = fresh(None)
    if slept:
        overnight = [a for a in waiting if slept[0] <= a.created_at < slept[1]]
        if len(overnight) > 1:
            return _grouped(overnight, 1, "quiet hours", room)
    if pace.burst and len(waiting) > pace.burst:
        return _grouped(waiting, pace.burst, "burst", room)
    return _grouped(waiting, len(waiting) if room is None else room, "ceiling", room)


def _grouped(
    alerts: Sequence[Alert], most: int, reason: str, room: int | None, created_before: datetime | None = None
) -> Decision:
    """Those alerts as one when there are more than `most`."""
    together = tuple(a.id for a in alerts if a.id is not None) if len(alerts) > most else ()
    return Decision(together, reason if together else "", room, created_before)


def parse_time(text: str) -> time:
    """ "08:00" or "8:00". Raises `ValueError` with what was expected."""
    hour, colon, minute = text.strip().partition(":")
    if not (colon and hour.isdigit() and minute.isdigit() and len(minute) == 2 and int(hour) < 24 and int(minute) < 60):
        raise ValueError(f'expected a time of day such as "08:00", got {text.strip()!r}')
    return time(int(hour), int(minute))


def _days_back(now: datetime, zone: tzinfo) -> Iterator[date]:
    today = now.astimezone(zone).date()
    return (today - timedelta(days=back) for back in range(9))


def _at(day: date, at: time, zone: tzinfo) -> datetime:
    return datetime.combine(day, at, tzinfo=zone).astimezone(UTC)
