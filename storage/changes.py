"""A change on its way into the record."""

from dataclasses import asdict
from datetime import datetime

from sqlmodel import Session

from revisions.change import Change as Difference
from revisions.topic import speaker_key
from storage.tables import Article, Change, ChangeKind, ChangeSpeaker, Version


def change_row(
    article: Article, at: datetime, difference: Difference, source: Version | None, target: Version | None
) -> Change:
    assert article.id is not None
    return Change(
        article_id=article.id,
        outlet=article.outlet,
        from_version=source.number if source else None,
        to_version=target.number if target else None,
        detected_at=at,
        last_unchanged_at=article.last_read_at,
        kinds=[kind.value for kind in difference.kinds],
        significance=difference.significance.value,
        reason=difference.reason,
        stealth=difference.stealth,
        summary=difference.summary,
        words_added=difference.words_added,
        words_removed=difference.words_removed,
        notices=[{name: value for name, value in asdict(notice).items() if value} for notice in difference.notices],
        statements=[asdict(statement) for statement in difference.statements],
    )


def index_change(session: Session, row: Change) -> None:
    assert row.id is not None
    at = row.detected_at
    session.add_all(ChangeKind(kind=kind, detected_at=at, change_id=row.id) for kind in row.kinds)
    speakers = dict.fromkeys(speaker_key(statement["speaker"]) for statement in row.statements)
    session.add_all(ChangeSpeaker(speaker=speaker, detected_at=at, change_id=row.id) for speaker in speakers)
