"""A large record made by a seeded generator: the same articles, versions, changes and statements every time.

An article has a headline and eight paragraphs of some twenty-five words from a vocabulary that is as uneven as a
language's (Zipf); each version changes a paragraph, adds a statement or a notice, or takes a passage out. The rows are
those the write path would write (`storage.record`), written many at a time.
"""

import random
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import accumulate
from typing import Any

from sqlmodel import SQLModel, insert

from revisions.search import terms
from revisions.standing import marks
from revisions.text import Paragraph, Role, Text
from revisions.topic import speaker_key
from storage import fulltext
from storage.database import Database
from storage.fulltext import Index
from storage.lines import lines_of
from storage.tables import (
    Article,
    Change,
    ChangeKind,
    ChangeSpeaker,
    Line,
    Statement,
    StatementMark,
    Version,
    VersionText,
    Visit,
)
from storage.texts import CHAIN, compress

START = datetime(2021, 7, 18, tzinfo=UTC)
VERSIONS = 10  # of every article
VISITS = 10
OUTLETS = [f"Outlet {number}" for number in range(1, 61)]
SPEAKERS = ["NSO Group", *(f"Speaker {number}" for number in range(1, 40))]
BLOCK = 500  # articles made and written at once
VOCABULARY = 30_000
TABLES: tuple[type[SQLModel], ...] = (
    Article,
    Version,
    VersionText,
    Change,
    ChangeKind,
    ChangeSpeaker,
    Line,
    Statement,
    StatementMark,
    Visit,
)


@dataclass
class Rows:
    """What a block of articles adds to each table, and to the index."""

    rows: dict[str, list[dict[str, Any]]] = field(default_factory=lambda: {str(t.__tablename__): [] for t in TABLES})
    lines: list[tuple[int, str, str]] = field(default_factory=list)
    statements: list[tuple[int, str, str]] = field(default_factory=list)

    def add(self, table: type[SQLModel], **values: Any) -> None:
        self.rows[str(table.__tablename__)].append(values)


def fill(databases: list[Database], articles: int) -> Iterator[int]:
    """Write the record into each database; yields how many articles are done."""
    with ProcessPoolExecutor(2) as pool:
        blocks = [range(start, min(start + BLOCK, articles + 1)) for start in range(1, articles + 1, BLOCK)]
        for block, made in zip(blocks, pool.map(make, blocks), strict=True):
            for database in databases:
                _write(database, made)
            yield block.stop - 1


def _write(database: Database, made: Rows) -> None:
    with database.write() as session:
        for table in TABLES:
            if rows := made.rows[str(table.__tablename__)]:
                session.connection().execute(insert(table), rows)
        fulltext.add(session, Index.LINES, made.lines)
        fulltext.add(session, Index.STATEMENTS, made.statements)


def make(numbers: range) -> Rows:
    """Deterministic: an article depends on nothing but its number."""
    made = Rows()
    for number in numbers:
        _article(made, number)
    return made


@cache
def _words() -> tuple[list[str], list[float]]:
    """A vocabulary of made-up words, and how likely each is up to it (Zipf's law)."""
    rng = random.Random(7)
    syllables = [c + v for c in "bdfgklmnprstvz" for v in "aeiou"]
    words = ["".join(rng.choices(syllables, k=rng.randint(1, 4))) for _ in range(VOCABULARY)]
    return words, list(accumulate(1 / (rank + 2.7) for rank in range(VOCABULARY)))


def sentence(rng: random.Random, count: int) -> str:
    words, likely = _words()
    return " ".join(rng.choices(words, cum_weights=likely, k=count)).capitalize() + "."


@dataclass
class _Standing:
    """The lines of an article that stand, by key: the row to be closed when they go."""

    lines: dict[int, dict[str, Any]] = field(default_factory=dict)


def _article(made: Rows, number: int) -> None:
    rng = random.Random(number)
    outlet, first = rng.choice(OUTLETS), START + timedelta(minutes=17 * number)
    text = Text(
        sentence(rng, 9), tuple(Paragraph(sentence(rng, rng.randint(18, 32))) for _ in range(8)), sentence(rng, 14)
    )
    standing, base, chain_from, before = _Standing(), b"", 1, first
    next_line, next_statement = number * 1000, number * 100
    for version in range(1, VERSIONS + 1):
        at = first + timedelta(hours=version * version * rng.uniform(0.5, 2))
        kinds, said = ["body"], ""
        if version > 1:
            text, kinds, said = _edit(rng, text)
        written = text.to_json().encode()
        if version - chain_from >= CHAIN:
            base, chain_from = b"", version
        made.add(
            Version,
            id=number * 100 + version,
            article_id=number,
            number=version,
            captured_at=at,
            sha256=text.sha256,
            headline=text.headline,
            words=text.words,
            notices=[],
            source="visit",
            archive_url="",
            submit_error="",
        )
        made.add(VersionText, article_id=number, number=version, chain_from=chain_from, content=compress(written, base))
        base = written
        next_line = _lines(made, standing, text, number, version, at, next_line)
        next_statement = _statements(made, said, number, version, at, next_statement)
        if version > 1:
            _change(made, number, version, at, before, outlet, kinds, said, rng)
        before = at
    made.add(
        Article,
        id=number,
        url=f"https://{outlet.lower().replace(' ', '-')}.example/{number}",
        title=text.headline,
        outlet=outlet,
        status="followed",
        quiet=False,
        language="en",
        published_at=first,
        first_seen_at=first,
        last_visit_at=before,
        changed_at=before,
        next_visit_at=before + timedelta(days=30),
        versions=VERSIONS,
        etag="",
        last_modified="",
        failures=0,
        error="",
        host="n.example",
        due_why="",
        signal="",
        expected=0.0,
        came=0.0,
        awaits_answer=False,
        kind="article",
        spoken="bench",
    )
    for visit in range(VISITS):
        made.add(
            Visit, article_id=number, at=first + timedelta(hours=9 * visit), outcome="unchanged", status=200, error=""
        )


def _edit(rng: random.Random, text: Text) -> tuple[Text, list[str], str]:
    """The next version, the kinds of the change, and what a speaker says in it, or ""."""
    paragraphs = list(text.paragraphs)
    turn, at = rng.random(), rng.randrange(len(paragraphs))
    if turn < 0.15:
        return replace(text, headline=sentence(rng, 9)), ["headline"], ""
    if turn < 0.35:
        said = f"{rng.choice(SPEAKERS)} said: “{sentence(rng, 18)}”"
        paragraphs.insert(at, Paragraph(said))
        return replace(text, paragraphs=tuple(paragraphs)), ["statement"], said
    if turn < 0.45:
        notice = f"Update: this article was amended to reflect {sentence(rng, 6).lower()}"
        return replace(text, paragraphs=(*paragraphs, Paragraph(notice, Role.NOTICE))), ["notice"], ""
    if turn < 0.55 and len(paragraphs) > 5:
        del paragraphs[at]
        return replace(text, paragraphs=tuple(paragraphs)), ["removal"], ""
    words = paragraphs[at].text.split()
    words[rng.randrange(len(words))] = sentence(rng, rng.randint(1, 6)).lower().rstrip(".")
    paragraphs[at] = Paragraph(" ".join(words), paragraphs[at].role)
    return replace(text, paragraphs=tuple(paragraphs)), ["body"], ""


def _lines(made: Rows, standing: _Standing, text: Text, number: int, version: int, at: datetime, next_id: int) -> int:
    now = lines_of(text)
    for key in standing.lines.keys() - now.keys():
        standing.lines.pop(key).update(last_version=version - 1, until=at)
    for key, (part, words) in now.items():
        if key not in standing.lines:
            row = {"id": next_id, "article_id": number, "part": part, "key": key, "first_version": version}
            standing.lines[key] = row | {"last_version": None, "since": at, "until": None}
            made.rows["line"].append(standing.lines[key])
            made.lines.append((next_id, words, ""))
            next_id += 1
    return next_id


def _statements(made: Rows, said: str, number: int, version: int, at: datetime, next_id: int) -> int:
    if not said:
        return next_id
    speaker = said.split(" said:")[0]
    made.add(
        Statement,
        id=next_id,
        article_id=number,
        speaker=speaker,
        speaker_key=speaker_key(speaker),
        text=said,
        quoted=True,
        silent=False,
        status="stands",
        became=None,
        group_id=next_id,
        first_version=version,
        last_version=None,
        since=at,
        until=None,
    )
    for mark in marks(said):
        made.add(StatementMark, mark=mark, statement_id=next_id)
    made.statements.append((next_id, said, speaker))
    return next_id + 1


def _change(
    made: Rows,
    number: int,
    version: int,
    at: datetime,
    before: datetime,
    outlet: str,
    kinds: list[str],
    said: str,
    rng: random.Random,
) -> None:
    change, speaker = number * 100 + version, said.split(" said:")[0]
    told = [{"speaker": speaker, "action": "added", "text": said, "quoted": True}] if said else []
    made.add(
        Change,
        id=change,
        article_id=number,
        outlet=outlet,
        from_version=version - 1,
        to_version=version,
        detected_at=at,
        last_unchanged_at=before,
        kinds=kinds,
        significance="major" if said else "minor",
        reason="a statement was added" if said else "words were changed",
        stealth=not said and rng.random() < 0.4,
        summary=f"{speaker} comment added (19 words)" if said else "a passage was changed (+6, −3 words)",
        words_added=6,
        words_removed=3,
        notices=[],
        statements=told,
        box_key="",
        untold="",
    )
    for kind in kinds:
        made.add(ChangeKind, kind=kind, detected_at=at, change_id=change)
    if said:
        made.add(ChangeSpeaker, speaker=speaker_key(speaker), detected_at=at, change_id=change)


def common_and_rare(rng: random.Random) -> tuple[str, str]:
    """A word that stands in very many paragraphs, and one that stands in few."""
    words, _ = _words()
    return terms(words[rng.randrange(5)])[0], terms(words[rng.randrange(3000, VOCABULARY)])[0]
