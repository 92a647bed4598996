"""Where articles stand on their pages, and how they read there: what a visit needs to know an unchanged page early."""

from sqlmodel import Session, col, delete

from storage.tables import Region


def keep_region(session: Session, article_id: int, content: bytes) -> None:
    """In place of what was known; b"" where the article cannot be found again without reading the page in full."""
    if content:
        session.merge(Region(article_id=article_id, content=content))
    else:
        session.exec(delete(Region).where(col(Region.article_id) == article_id))
