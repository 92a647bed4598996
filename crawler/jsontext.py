"""JSON that pages and feeds carry, with text that can be recorded."""

import json
import re
from typing import Any

# Half of a surrogate pair is no character (The Unicode Standard, 3.8), and PostgreSQL keeps no U+0000.
_NO_TEXT = re.compile("[\x00\ud800-\udfff]")


def load(text: str | bytes, *, strict: bool = True) -> Any:
    """What it holds; what is no character is U+FFFD. Raises `ValueError` or `RecursionError` as `json.loads` does."""
    return _recordable(json.loads(text, strict=strict))


def _recordable(value: Any) -> Any:
    if isinstance(value, str):
        return _NO_TEXT.sub("\ufffd", value)
    if isinstance(value, list):
        return [_recordable(item) for item in value]
    if isinstance(value, dict):
        return {_NO_TEXT.sub("\ufffd", key): _recordable(item) for key, item in value.items()}
    return value
