"""What is read from a page at once, in whatever process: the text, who says what in it, and what else it shows."""

from dataclasses import dataclass

from revisions.seen import Seen
from revisions.statements import Statement
from revisions.text import Text

# Counts up when the same page reads otherwise than before, so that its articles are read anew before they are compared.
EXTRACTOR = 1


@dataclass(frozen=True)
class Reading:
    """`canonical`: the article's own address. `limited`: the page asks to subscribe before reading on.

    `seen`: all that the page shows. `region`: where the article stands, packed, or "" where it is not found again.
    `said`: the statements in the text.
    """

    text: Text
    canonical: str
    limited: bool
    seen: Seen
    region: bytes
    said: tuple[Statement, ...]


@dataclass(frozen=True)
class Unread:
    """Why a page holds no article, or stands in front of one."""

    reason: str
    is_wall: bool = False
