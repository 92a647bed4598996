"""Which articles ever said something, from when to when: search over all versions."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import col, or_

from revisions.search import Piece, Question, excerpt, parse
from revisions.text import Text
from storage import fulltext
from storage.database import Database
from storage.lines import lines_of
from storage.paging import Page, paged
from storage.tables import Article, Line, Statement
from storage.texts import texts_at
from storage.versions import latest_numbers


@dataclass(frozen=True)
class Hit:
    """Words that stood in an article, with what was asked for marked.

    `part`: headline, standfirst, byline or the paragraph's role; with a `speaker`, a statement of theirs. They stood
    there from `first_version`, captured at `since`; at `until` they were found gone, and `last_version` had them last.
    `latest`: the article's latest version.
    """

    id: int
    article: Article
    part: str
    speaker: str
    text: str
    pieces: tuple[Piece, ...]
    first_version: int
    last_version: int | None
    latest: int
    since: datetime
    until: datetime | None


def find(
    database: Database,
    asked: str,
    *,
    speaker: str = "",
    outlet: str = "",
    since: datetime | None = None,
    until: datetime | None = None,
    cursor: str = "",
    limit: int = 25,
) -> Page[Hit]:
    """Paragraphs and headlines in which all words asked for stand, those recorded last first.

    With a `speaker`, what they were quoted or reported with. `since` and `until`: it stood there in between. Raises
    `QuestionError` for a question that cannot be asked (`revisions.search.parse`).
    """
    question = parse(asked)
    found_in = Statement if speaker else Line
    with database.read() as session:
        matching = fulltext.matching(session, found_in, question, speaker)
        query = matching.query
        if outlet:
            query = query.where(Article.outlet == outlet)
        if since:
            query = query.where(or_(col(found_in.until).is_(None), col(found_in.until) > since))
        if until:
            query = query.where(found_in.since < until)
        page = paged(session, query, [matching.number], lambda row: (row[0].id,), cursor, limit)
        latest = latest_numbers(session, {article.id for _, article in page.items})
        lines = {(row.article_id, row.first_version) for row, _ in page.items if isinstance(row, Line)}
        texts = texts_at(session, lines)
        return page.of([_hit(row, article, texts, latest[article.id], question) for row, article in page.items])


def _hit(
    row: Line | Statement, article: Article, texts: dict[tuple[int, int], Text], latest: int, question: Question
) -> Hit:
    if isinstance(row, Statement):
        part, speaker, text = "statement", row.speaker, row.text
    else:
        part, speaker = row.part, ""
        text = lines_of(texts[row.article_id, row.first_version])[row.key][1]
    return Hit(
        id=row.id or 0,
        article=article,
        part=part,
        speaker=speaker,
        text=text,
        pieces=tuple(excerpt(text, question)),
        first_version=row.first_version,
        last_version=row.last_version,
        latest=latest,
        since=row.since,
        until=row.until,
    )
