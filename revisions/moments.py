"""Durations and times as people write them: "2s", "90m", "1h30m", "30d"; "2021-07-19", "2021-07-19T16:00Z"."""

import re
from datetime import UTC, datetime, timedelta

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_PART = re.compile(r"(\d+(?:\.\d+)?)\s*([smhdw])")
EXPECTED = 'a duration such as "30s", "2m", "1h30m" or "7d"'


def parse_duration(value: object) -> timedelta:
    """Raises `ValueError` with what was expected."""
    if isinstance(value, timedelta):
        return value
    text = str(value).strip().lower() if isinstance(value, str) else ""
    parts = _PART.findall(text)
    if not parts or _PART.sub("", text).strip():
        raise ValueError(f"expected {EXPECTED}, got {value!r}")
    return sum((timedelta(**{_UNITS[unit]: float(number)}) for number, unit in parts), timedelta())


def parse_moment(value: str, now: datetime) -> datetime:
    """ "7d" before `now`, or a day (UTC), or a full time. Raises `ValueError` with what was expected."""
    try:
        return now - parse_duration(value)
    except (ValueError, OverflowError):
        pass
    try:
        moment = datetime.fromisoformat(value)
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError) as error:
        raise ValueError('expected a duration such as "7d" or a date such as 2021-07-19') from error


def show_duration(value: timedelta) -> str:
    """The largest whole unit, and the one below it: "2h 5m"."""
    seconds = int(value.total_seconds())
    parts = []
    for unit, size in (("d", 86400), ("h", 3600), ("m", 60), ("s", 1)):
        if seconds >= size:
            parts.append(f"{seconds // size}{unit}")
            seconds %= size
    return " ".join(parts[:2]) or "0s"
