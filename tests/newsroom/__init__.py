"""A small real news site on loopback: plays stories that change, and misbehaves on cue."""

from tests.newsroom.server import Fault, Newsroom

__all__ = ["Fault", "Newsroom"]
