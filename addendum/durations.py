"""Durations as people write them: "2s", "90m", "1h30m", "30d"."""

import re
from datetime import timedelta
from typing import Annotated

from pydantic import BeforeValidator

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


Duration = Annotated[timedelta, BeforeValidator(parse_duration)]


def show_duration(value: timedelta) -> str:
    """The largest whole unit, and the one below it: "2h 5m"."""
    seconds = int(value.total_seconds())
    parts = []
    for unit, size in (("d", 86400), ("h", 3600), ("m", 60), ("s", 1)):
        if seconds >= size:
            parts.append(f"{seconds // size}{unit}")
            seconds %= size
    return " ".join(parts[:2]) or "0s"
