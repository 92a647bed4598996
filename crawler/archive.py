"""What the Internet Archive kept of a page, through the `wayback` package."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, TypeVar

import requests
from requests.adapters import HTTPAdapter
from wayback import Mode, WaybackClient, WaybackSession
from wayback.exceptions import BlockedByRobotsError, BlockedSiteError, MementoPlaybackError, WaybackException

from crawler.extract import extract
from crawler.guarded import GuardedAdapter, TooLarge
from crawler.page import Page
from revisions.errors import ExtractionError, FetchError
from revisions.networks import PUBLIC, Networks
from revisions.text import Text

ADDRESS = "https://web.archive.org"
PER_SECOND = 1.0  # captures asked for; the package's own limit for searches is lower
RETRIES = 2
PATIENCE = 3  # captures in a row that the archive fails to show, before it is left alone
_SERVER_ERROR = re.compile(r"5\d\d error")  # how the package tells one
T = TypeVar("T")
Told = Callable[[int, int], None]  # captures read, of how many


@dataclass(frozen=True)
class Capture:
    """What a page said `at` a time; `url`: where the archive keeps it. Without text, `problem` says why.

    `is_down`: the archive itself failed.
    """

    at: datetime
    url: str
    text: Text | None = None
    problem: str = ""
    is_down: bool = False


@dataclass(frozen=True)
class Archive:
    """`address`: of the archive, or of another one that answers like it. `proxy`: as in `crawler.reach`.

    `networks`: private ones that it may lead to.
    """

    user_agent: str
    address: str = ADDRESS
    proxy: str = ""
    max_page_bytes: int = 10 * 1024 * 1024
    networks: Networks = PUBLIC

    def captures(self, url: str, until: datetime | None, most: int, told: Told) -> Iterator[Capture]:
        """Captures of the page that read unlike the one before, oldest first, up to a time and a number.

        Raises `FetchError` where the archive does not answer. Blocks; asks for at most one capture a second.
        """
        with WaybackClient(self._session()) as client:
            records = _call(url, partial(self._search, client, url, until, most))
            failures = 0
            for number, record in enumerate(records):
                told(number, len(records))
                capture = _call(url, partial(_read, client, record, url))
                failures = failures + 1 if capture.is_down else 0
                if failures == PATIENCE:
                    raise FetchError(f"the Internet Archive cannot be asked ({capture.problem})", url)
                yield capture
            told(len(records), len(records))

    def _session(self) -> WaybackSession:
        session = _Session(retries=RETRIES, user_agent=self.user_agent, memento_calls_per_second=PER_SECOND)
        session.guarded = GuardedAdapter(self.networks, self.max_page_bytes)
        if self.proxy:
            session.proxies = {"http": self.proxy, "https": self.proxy}
        if self.address.rstrip("/") != ADDRESS:
            session.elsewhere = _Elsewhere(self.address, self.networks, self.max_page_bytes)
        return session

    def _search(self, client: WaybackClient, url: str, until: datetime | None, most: int) -> list[Any]:
        found = client.search(
            url,
            to_date=until,
            filter_field="statuscode:200",
            collapse="digest",
            limit=min(most, 1000),
            skip_malformed_results=False,  # they all are of one address, which we follow
        )
        records = []
        for record in found:
            is_page = "html" in (record.mimetype or "")
            if is_page and (record.length or 0) <= self.max_page_bytes and (not until or record.timestamp < until):
                records.append(record)
            if len(records) >= most:
                break
        return records


class _Session(WaybackSession):  # type: ignore[misc]
    """Asks through the guard, also after `reset`, which mounts plain adapters again."""

    guarded: HTTPAdapter
    elsewhere: HTTPAdapter | None = None

    def get_adapter(self, url: str | bytes) -> HTTPAdapter:
        is_archive = str(url).startswith(f"{ADDRESS}/")
        return self.elsewhere if self.elsewhere and is_archive else self.guarded


class _Elsewhere(GuardedAdapter):
    """Asks another address for what belongs to the archive; the answer reads as if it came from there."""

    def __init__(self, address: str, networks: Networks, largest: int) -> None:
        super().__init__(networks, largest)
        self._address = address.rstrip("/")

    def send(self, request: requests.PreparedRequest, *args: Any, **options: Any) -> requests.Response:
        moved = request.copy()
        moved.url = f"{self._address}{request.path_url}"
        answer = super().send(moved, *args, **options)
        answer.url, answer.request = request.url or "", request
        return answer


def _read(client: WaybackClient, record: Any, url: str) -> Capture:
    """One that cannot be shown holds up no others; an archive that does not answer does."""
    try:
        memento = client.get_memento(record, mode=Mode.original)
    except (MementoPlaybackError, BlockedSiteError, BlockedByRobotsError, TooLarge) as error:
        kept = f"{ADDRESS}/web/{record.timestamp:%Y%m%d%H%M%S}/{record.original}"
        return Capture(record.timestamp, kept, problem=str(error), is_down=bool(_SERVER_ERROR.match(str(error))))
    with memento:
        kept = f"{ADDRESS}/web/{memento.timestamp:%Y%m%d%H%M%S}/{memento.url}"
        if memento.status_code != 200:
            return Capture(record.timestamp, kept, problem=f"it was captured with status {memento.status_code}")
        page = Page(url, memento.content, memento.headers.get("Content-Type", ""))
    try:
        return Capture(record.timestamp, kept, extract(page, url).text)
    except ExtractionError as error:
        return Capture(record.timestamp, kept, problem=error.reason)


def _call(url: str, ask: Callable[[], T]) -> T:
    try:
        return ask()
    except (WaybackException, requests.RequestException) as error:
        raise FetchError(f"the Internet Archive cannot be asked ({error})", url) from error
