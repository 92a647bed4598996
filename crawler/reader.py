"""What a reader does: read a page in full. The libraries for that are loaded where, and when, a page is read.

They are a fifth of the service's memory, which has no use for them as long as other processes read.
"""

import resource
import signal
from collections.abc import Sequence

from crawler.page import Page
from crawler.reading import Reading, Unread
from crawler.region import Region, learn
from revisions.change import attribution
from revisions.errors import ExtractionError
from revisions.topic import Speaker

MOST_MEMORY = 1_500_000_000  # bytes for a reader; ten megabytes of prose took 0.3 GB, of empty elements up to 2.6

_speakers: tuple[Speaker, ...] = ()


def begin(speakers: tuple[Speaker, ...]) -> None:
    """The first thing a reader's process does. Ctrl-C ends the service, which then ends its readers."""
    global _speakers
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    most = MOST_MEMORY if hard == resource.RLIM_INFINITY else min(hard, MOST_MEMORY)
    resource.setrlimit(resource.RLIMIT_DATA, (most, hard))
    _speakers = speakers


def read_as_begun(page: Page, requested: str, before: Region | None) -> Reading | Unread:
    """`read`, with the speakers this process began with."""
    return read(page, requested, before, _speakers)


def read(page: Page, requested: str, before: Region | None, speakers: Sequence[Speaker]) -> Reading | Unread:
    """`requested`: the address that was asked for. `before`: the region, where one was learned and not known again."""
    from crawler.extract import Wall, extract

    try:
        found = extract(page, requested)
    except Wall as error:
        return Unread(error.reason, is_wall=True)
    except ExtractionError as error:
        return Unread(error.reason)
    region = learn(page, found.home, found.shown, found.notices, before)
    return Reading(
        text=found.text,
        canonical=found.canonical,
        limited=found.limited,
        seen=found.seen,
        region=region.pack() if region else b"",
        said=tuple(attribution(tuple(speakers)).statements(found.text.paragraphs)),
    )
