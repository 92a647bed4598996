"""What proves a version: the answer it was read from, as a capture, with its page."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from storage.captures import capture_of, seal_of
from storage.database import Database
from storage.facts import Provenance, VisitFacts, VisitResult
from storage.pages import Packed, keep_page, pack
from storage.tables import Article, Capture
from storage.versions import latest_digest


@dataclass(frozen=True)
class Evidence:
    """`by`: what reads the pages. Without `keeps_pages` their digests are kept alone."""

    database: Database
    by: Provenance
    keeps_pages: bool = True

    def pack(self, article_id: int, facts: VisitFacts) -> Packed | None:
        """The page made small, before the record is locked; None where it will not be kept."""
        if facts.received is None or not self.keeps_pages:
            return None
        with self.database.read() as session:
            known = latest_digest(session, article_id)
            if facts.text is not None and known == facts.text.sha256:
                return None
            if facts.text is None and session.get_one(Article, article_id).status == "gone":
                return None
            return pack(session, article_id if known else None, facts.received.url, facts.received.body)

    def keep(
        self, session: Session, article: Article, facts: VisitFacts, result: VisitResult, packed: Packed | None
    ) -> None:
        """Of a version, and of an article that is gone. Nothing else is proved by a page."""
        is_gone = result.outcome == "gone" and result.change_id is not None
        if facts.received is None or article.id is None or not (result.version or is_gone):
            return
        text = facts.text if result.version else None
        capture = capture_of(article.id, result.version, facts, text.sha256 if text else "", self.by)
        session.add(capture)
        session.flush()
        if self.keeps_pages:
            body = facts.received.body
            keep_page(session, capture, packed or pack(session, article.id, capture.url, body), body)


def capture_reread(session: Session, of: Capture, number: int, text_sha256: str, at: datetime, by: Provenance) -> None:
    """Of a version that was read anew from the page of a capture, where that page is kept."""
    said = of.model_dump(include={"article_id", "url", "status", "headers", "is_rendered", "page_sha256", "size"})
    capture = Capture(
        **said,
        number=number,
        at=at,
        text_sha256=text_sha256,
        program=by.program,
        extractor=by.extractor,
        reread_of=of.id,
        seal="",
    )
    capture.seal = seal_of(capture)
    session.add(capture)
