"""The ledger of statements: who was quoted with what, from which version to which, and who else reported it."""

import time
from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlmodel import Session, col, delete, func, insert, select, update

from revisions.change import attribution
from revisions.standing import Entry, Fragment, follow, is_same_statement, marks, without_repeats
from revisions.statements import Statement as Said
from revisions.text import Text
from revisions.topic import Speaker, speaker_key
from storage import fulltext
from storage.database import Database
from storage.fulltext import Index
from storage.lines import forget_lines, keep_lines
from storage.readings import reading_of, unread
from storage.tables import Article, Statement, StatementMark, Version
from storage.texts import texts_of

MOST_ALIKE = 40  # statements that a new one is compared with
STANDS, WITHDRAWN, REWORDED = "stands", "withdrawn", "reworded"


def keep_words(
    session: Session,
    article: Article,
    version: Version,
    text: Text,
    before: int | None,
    speakers: Sequence[Speaker],
    said: Sequence[Said] | None = None,
) -> None:
    """Enter a new version into the index of lines and the ledger of statements.

    `before`: the number of the version that came before, in the order of their times. `said`: the statements in the
    text, where they were read already.
    """
    reading = reading_of(speakers)
    if before is not None and article.spoken != reading:
        enter_anew(session, article, speakers)
        return
    keep_lines(session, version, text, before)
    _keep_statements(session, version, _statements(text, speakers) if said is None else said, before)
    article.spoken = reading


def enter_anew(session: Session, article: Article, speakers: Sequence[Speaker]) -> None:
    """All versions of an article once more, in the order of their times."""
    assert article.id is not None
    texts = dict(texts_of(session, article.id))
    forget_lines(session, article.id, texts)
    _forget_statements(session, article.id)
    in_time = select(Version).where(Version.article_id == article.id)
    before = None
    for version in session.exec(in_time.order_by(col(Version.captured_at), col(Version.number))).all():
        keep_lines(session, version, texts[version.number], before)
        _keep_statements(session, version, _statements(texts[version.number], speakers), before)
        session.flush()
        before = version.number
    article.spoken = reading_of(speakers)
    session.add(article)


def catch_up(database: Database, speakers: Sequence[Speaker], seconds: float) -> int:
    """Enter articles anew whose statements were read with other speakers than these, or never; how many it were.

    Ends after so many `seconds`, so that nothing else has to wait.
    """
    end, done = time.monotonic() + seconds, 0
    while time.monotonic() < end and (number := _next_unread(database, speakers)):
        with database.write() as session:
            article = session.exec(select(Article).where(Article.id == number).with_for_update()).one()
            enter_anew(session, article, speakers)
        done += 1
    return done


def _next_unread(database: Database, speakers: Sequence[Speaker]) -> int | None:
    with database.read() as session:
        found: int | None = session.exec(unread(reading_of(speakers)).limit(1)).first()
        return found


def _statements(text: Text, speakers: Sequence[Speaker]) -> Sequence[Said]:
    return attribution(tuple(speakers)).statements(text.paragraphs)


def _keep_statements(session: Session, version: Version, found: Sequence[Said], before: int | None) -> None:
    said = without_repeats(found)
    of_article = select(Statement).where(Statement.article_id == version.article_id, Statement.status == STANDS)
    rows = {row.id or 0: row for row in session.exec(of_article)} if before is not None else {}
    became = follow([Entry(number, row.speaker, row.text, row.silent) for number, row in rows.items()], said)
    came = [_row(fragment, version, version.captured_at) for fragment in became.came]
    if came:
        session.add_all(came)
        session.flush()
    shortened = [rows[number] for number in dict.fromkeys(e.id for e, _, _ in became.ended) if number in became.kept]
    fulltext.remove(session, Index.STATEMENTS, _words(shortened))
    for row in shortened:
        row.text = became.kept[row.id or 0]
    parts = []
    for entry, fragment, successor in became.ended:
        row = rows[entry.id]
        if entry.id in became.kept:
            row = _split_off(session, row, fragment)
            parts.append(row)
        row.last_version, row.until = before, version.captured_at
        is_reworded = successor is not None and not row.silent
        row.status = REWORDED if is_reworded else WITHDRAWN
        if successor is not None:
            row.became = came[successor].id
            came[successor].group_id = row.group_id if is_reworded else None  # an answer is no wording of silence
    fulltext.add(session, Index.STATEMENTS, _words([*came, *shortened, *parts]))
    _group(session, came)


def _words(rows: Iterable[Statement]) -> list[fulltext.Words]:
    return [(row.id or 0, row.text, row.speaker) for row in rows]


def _row(fragment: Fragment, version: Version, since: datetime) -> Statement:
    return Statement(
        article_id=version.article_id,
        speaker=fragment.speaker,
        speaker_key=speaker_key(fragment.speaker),
        text=fragment.text,
        quoted=fragment.quoted,
        silent=fragment.silent,
        first_version=version.number,
        since=since,
    )


def _split_off(session: Session, row: Statement, fragment: Fragment) -> Statement:
    """Those sentences of a statement that went, as a statement of their own that came when it did."""
    part = Statement(**{**row.model_dump(exclude={"id"}), "text": fragment.text, "quoted": fragment.quoted})
    session.add(part)
    session.flush()
    return part


def _group(session: Session, came: Sequence[Statement]) -> None:
    """Join each new statement to those with the same words of the same speaker, in whatever article."""
    for row in came:
        digests = marks(row.text)
        likely = select(Statement).where(Statement.speaker_key == row.speaker_key, Statement.id != row.id)
        sharing = select(StatementMark.statement_id).where(col(StatementMark.mark).in_(digests)).limit(MOST_ALIKE)
        for other in session.exec(likely.where(col(Statement.id).in_(sharing)).order_by(col(Statement.id))):
            if row.group_id is None and is_same_statement(row.text, other.text):
                row.group_id = other.group_id
        row.group_id = row.group_id or row.id
        entered = [{"mark": mark, "statement_id": row.id} for mark in digests]
        if entered:
            session.connection().execute(insert(StatementMark), entered)


def _forget_statements(session: Session, article_id: int) -> None:
    rows = session.exec(select(Statement).where(Statement.article_id == article_id)).all()
    fulltext.remove(session, Index.STATEMENTS, _words(rows))
    numbers = [row.id for row in rows]
    elsewhere = select(Statement.group_id, func.min(Statement.id)).where(Statement.article_id != article_id)
    heirs = elsewhere.where(col(Statement.group_id).in_(numbers)).group_by(col(Statement.group_id))
    for group, heir in session.exec(heirs).all():
        session.exec(update(Statement).where(col(Statement.group_id) == group).values(group_id=heir))
    session.exec(delete(StatementMark).where(col(StatementMark.statement_id).in_(numbers)))
    session.exec(delete(Statement).where(col(Statement.article_id) == article_id))
