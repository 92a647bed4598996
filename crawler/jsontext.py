"""Text that can be recorded, and JSON with nothing else in it, as pages and feeds carry them."""

import json
import re
from typing import Any

# Half of a surrogate pair is no character (The Unicode Standard, 3.8), and PostgreSQL keeps no U+0000.
_NO_TEXT = re.compile("[\x00\ud800-\udfff]")


def load(text: str | bytes, *, strict: bool = True) -> Any:
    """What it holds; what is no character is U+FFFD. Raises `ValueError` or `RecursionError` as `json.loads` does."""
    return _recordable(json.loads(text, strict=strict))


def recordable(text: str) -> str:
    """What is no character becomes U+FFFD."""
    return _NO_TEXT.sub("\ufffd", text)


def _recordable(value: Any) -> Any:
    if isinstance(value, str):
        return recordable(value)
    if isinstance(value, list):
        return [_recordable(item) for item in value]
    if isinstance(value, dict):
        return {recordable(key): _recordable(item) for key, item in value.items()}
    return value
