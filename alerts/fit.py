"""Making any text safe and short enough for a message."""

import re
from collections.abc import Callable
from typing import Any

# Control characters but tab and line feed; the overrides and isolates by which text changes the direction of what
# follows it (Unicode Standard Annex 9); lone halves of surrogate pairs; what is no character at all.
_HARMFUL = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufeff\ufffe\uffff]"
)
ELLIPSIS = " …"


def clean(text: str) -> str:
    """The text without characters that reach beyond it."""
    return _HARMFUL.sub("", text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n"))


def one_line(text: str) -> str:
    """Clean, and fit for a header or a title."""
    return " ".join(clean(text).split())


def fit(text: str, limit: int, length: Callable[[str], int] = len) -> str:
    """At most `limit` long as `length` counts, cut between words where there are words to cut between."""
    if length(text) <= limit:
        return text
    room = limit - length(ELLIPSIS)
    if room <= 0:
        return ""
    low, high = 0, min(len(text), room)
    while low < high:  # the longest beginning that fits
        middle = (low + high + 1) // 2
        low, high = (middle, high) if length(text[:middle]) <= room else (low, middle - 1)
    cut = text[:low]
    at = cut.rfind(" ", low // 2)
    return (cut[:at] if at > 0 else cut).rstrip() + ELLIPSIS


def fit_all(value: Any, limit: int) -> Any:
    """JSON with every string in it clean and at most `limit` characters."""
    if isinstance(value, str):
        return fit(clean(value), limit)
    if isinstance(value, dict):
        return {key: fit_all(item, limit) for key, item in value.items()}
    return [fit_all(item, limit) for item in value] if isinstance(value, (list, tuple)) else value
