"""Does an article say that somebody's answer is still to come? Such articles are soon updated.

The phrases are data: `data/awaited.toml`.
"""

import re
import tomllib
from functools import cache
from importlib import resources

from revisions.text import Text
from revisions.words import fold


def awaits_answer(text: Text) -> bool:
    """Do its words say that somebody was asked and has not answered?"""
    return _phrases().search(fold(text.plain).casefold()) is not None


@cache
def _phrases() -> re.Pattern[str]:
    table = tomllib.loads(resources.files("revisions").joinpath("data/awaited.toml").read_text("utf-8"))
    listed = (fold(phrase).casefold() for phrases in table["phrases"].values() for phrase in phrases)
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, listed))})(?!\w)")
