"""JSON Schemas of what is sent, published with the program."""

import json
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def webhook_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of a webhook's body."""
    found: dict[str, Any] = json.loads(files(__package__).joinpath("webhook.json").read_text("utf-8"))
    return found
