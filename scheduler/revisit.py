"""When to look again. Pure: times in, a time out.

Most edits come within hours of publication and of the last edit, so the wait grows in proportion to the time since
something last happened, the rule diffengine visits by (a fifth of an article's age) made eager: a tenth, counted from
the last change.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

SHARE = 0.1  # of the time since the article was found, published or changed
FEED_START = timedelta(minutes=5)
GROWTH, SHRINKAGE = 1.3, 0.5  # of a feed's interval after a poll without and with new entries
PATIENCE = 10  # doublings of the wait after failures in a row


@dataclass(frozen=True)
class Limits:
    """`[revisit]` of the configuration."""

    min: timedelta = timedelta(minutes=2)
    max: timedelta = timedelta(days=30)
    feed_min: timedelta = timedelta(minutes=1)
    feed_max: timedelta = timedelta(hours=6)


def next_visit(now: datetime, last_event: datetime, failures: int, limits: Limits) -> datetime:
    """The next visit of an article to which something last happened at `last_event`; failures in a row slow it down."""
    wait = max(limits.min, (now - last_event) * SHARE)
    slowed: timedelta = wait * 2.0 ** min(failures, PATIENCE)
    return now + min(limits.max, slowed)


def next_interval(interval: timedelta, *, new_entries: int, failures: int, limits: Limits) -> timedelta:
    """A feed's polling interval: shorter while it brings news, longer while it does not, ever longer while broken."""
    base = interval or min(FEED_START, limits.feed_max)
    if failures:
        slowed: timedelta = max(limits.feed_min, base) * 2.0 ** min(failures, PATIENCE)
        return min(limits.feed_max, slowed)
    adapted = base * (SHRINKAGE if new_entries else GROWTH)
    return min(limits.feed_max, max(limits.feed_min, adapted))
