"""Each new version is submitted to the Internet Archive's Save Page Now, one at a time; failures do no harm."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import structlog

from crawler.crawl import Crawl
from crawler.outcomes import Form
from revisions.errors import FetchError
from revisions.networks import PUBLIC, is_public_address
from storage import saving
from storage.database import Database

log = structlog.get_logger()

TOO_OLD = timedelta(hours=6)  # after which the page may read otherwise
SPACING = timedelta(seconds=20)  # between two pages; anybody may ask for 15 a minute
PAUSE = timedelta(minutes=10)  # after a failure that may pass
LONGEST = timedelta(hours=1)  # however long it asks to be left alone
_MAY_PASS = frozenset({0, 408, 429})


@dataclass
class Saver:
    """`address`: of the archive. `keys`: its access key and secret, or empty strings for anybody's share."""

    crawl: Crawl
    database: Database
    address: str
    keys: tuple[str, str] = ("", "")
    now: Callable[[], datetime] = lambda: datetime.now(UTC)

    def __post_init__(self) -> None:
        self._not_before = self.now()

    async def submit(self) -> None:
        """The newest version that was not submitted yet, if there is one and the archive is not to be left alone."""
        now = self.now()
        if now < self._not_before <= now + LONGEST:  # beyond it, a clock that was ahead has put it
            return
        found = await asyncio.to_thread(saving.next_unsubmitted, self.database, now - TOO_OLD)
        if found is None:
            return
        if not is_public_address(found.url, PUBLIC):
            await self._note(found, "the address is a private one")
            return
        try:
            answer = await self.crawl.send(self._form(found.url))
        except FetchError as error:
            self._not_before = now + min(LONGEST, max(PAUSE, error.retry_after or PAUSE))
            return
        if answer.status in _MAY_PASS or answer.status >= 500:
            self._not_before = now + PAUSE
            log.info("the Internet Archive could not be asked to save a page", url=found.url, reason=answer.error)
            return
        self._not_before = now + SPACING
        refusal = answer.error or (answer.text[:200] if '"status":"error"' in answer.text.replace(" ", "") else "")
        await self._note(found, refusal)

    async def _note(self, found: saving.Unsubmitted, error: str) -> None:
        await asyncio.to_thread(saving.note_submitted, self.database, found.version_id, self.now(), error)
        if error:
            log.warning("the Internet Archive does not save a page", url=found.url, reason=error)
        else:
            log.info("the Internet Archive was asked to save a page", url=found.url)

    def _form(self, url: str) -> Form:
        """Save Page Now 2: https://web.archive.org/save with the address as a form field; keys as `LOW key:secret`."""
        access, secret = self.keys
        headers = {"Accept": "application/json", **({"Authorization": f"LOW {access}:{secret}"} if access else {})}
        return Form(f"{self.address}/save", {"url": url, "skip_first_archive": "1"}, headers, follow=False)
