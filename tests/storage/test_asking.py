"""Questions to the record: what was said, when it came, when it went, and who else reported it."""

from datetime import timedelta

import pytest
from sqlalchemy import text as sql

from revisions.errors import AddendumError, QuestionError
from revisions.text import Paragraph, Text
from revisions.topic import Speaker
from storage import ledger, moving, queries, readings, stream
from storage.backfill import Captured, import_captures
from storage.database import Database, open_database
from storage.outlets import compare_outlets
from storage.paging import Page
from storage.reindex import index_anew
from storage.search import find
from storage.statements import StatementFilter, StatementRecord, get_statement, page_of_statements
from storage.stream import ChangeFilter
from storage.texts import CHAIN
from tests.storage.asked import NSO, START, follow, visit

LEAD = "Forty inspectors and two archivists stand on a list of telephone numbers, reporters found."
DENIAL = "NSO Group said: “There is no credence in the claims made about the list of numbers.”"
REPORTED = (
    "The company NSO Group wrote that there is “no credence in the claims made about the list of numbers” at all."
)
SOFTER = "NSO Group said: “There is little credence in the claims made about the list of numbers.”"
SILENCE = "NSO Group did not respond to questions."
MINISTRY = "The ministry is still silent about spyware."


def hits(database: Database, asked: str, **more: object) -> list[tuple[int, int, int | None]]:
    """Article, first and last version of each hit."""
    page = find(database, asked, **more)  # type: ignore[arg-type]
    return [(hit.article.id or 0, hit.first_version, hit.last_version) for hit in page.items]


def said(database: Database, **wanted: object) -> list[StatementRecord]:
    return page_of_statements(database, StatementFilter(**wanted), wordings=True).items  # type: ignore[arg-type]


@pytest.fixture
def record(database: Database) -> Database:
    """Article 1 gets a denial, which is softened and then taken out; article 2 reports it, too, and is withdrawn."""
    follow(database, "courier.example/a", "dispatch.example/b")
    visit(database, 0, 1, [LEAD, SILENCE, MINISTRY])
    visit(database, 1, 2, ["A harbour town wakes up to a list.", REPORTED])
    visit(database, 2, 1, [LEAD, DENIAL, MINISTRY])
    visit(database, 4, 1, [LEAD, SOFTER, MINISTRY])
    visit(database, 6, 1, [LEAD, MINISTRY])
    visit(database, 8, 2, [])
    return database


def test_search_says_from_when_to_when_an_article_said_something(record: Database) -> None:
    (withdrawn, gone) = find(record, '"no credence"').items
    assert (withdrawn.article.id, withdrawn.first_version, withdrawn.last_version) == (1, 2, 2)
    assert (withdrawn.since, withdrawn.until) == (START + timedelta(hours=2), START + timedelta(hours=4))
    assert [p.text for p in withdrawn.pieces if p.is_hit] == ["no credence"]
    assert (gone.article.id, gone.article.status, gone.until) == (2, "gone", None)
    assert hits(record, "telephone") == [(1, 1, None)]
    assert hits(record, "telephone inspectors -harbour") == [(1, 1, None)]
    assert hits(record, "telephone credence") == [], "they never stood in one paragraph"
    assert hits(record, "story") == [(2, 1, None), (1, 1, None)], "headlines are searched, too"
    assert hits(record, "creden*", outlet="Northern Dispatch") == [(2, 1, None)]


def test_search_between_two_dates(record: Database) -> None:
    at = {hours: START + timedelta(hours=hours) for hours in (1, 3, 5, 7)}
    assert hits(record, '"no credence"', since=at[5]) == [(2, 1, None)], "the other said so no longer"
    assert hits(record, '"no credence"', until=at[1]) == []
    assert hits(record, '"little credence"', since=at[5], until=at[7]) == [(1, 3, 3)]
    assert hits(record, '"little credence"', since=at[7]) == []


def test_search_in_what_a_speaker_said(record: Database) -> None:
    assert {hit.speaker for hit in find(record, "credence", speaker="nso group").items} == {"NSO Group"}
    assert hits(record, "credence", speaker="nso group") == [(1, 3, 3), (1, 2, 2), (2, 1, None)]
    assert hits(record, "spyware", speaker="NSO Group") == [], "the outlet's own words"
    assert hits(record, "credence", speaker="Somebody Else") == []


def test_search_goes_on_page_by_page(record: Database) -> None:
    first = find(record, "list", limit=2)
    second = find(record, "list", limit=2, cursor=first.older)
    assert [h.id for h in first.items] > [h.id for h in second.items]
    assert len({h.id for h in (*first.items, *second.items)}) == 4
    back = find(record, "list", limit=2, cursor=second.newer)
    assert [h.id for h in back.items] == [h.id for h in first.items]
    with pytest.raises(QuestionError, match="no cursor"):
        find(record, "list", cursor="bm9uc2Vuc2U")


SCRIPTS = [
    ("החברה מסרה כי לממשלה אין חלק בריגול", "ממשלה", '"החברה מסרה"'),
    ("وقالت الشركة إنّ الحكومة لا تتجسس على أحد", "شركة", '"الشركة ان الحكومة"'),
    ("कंपनी ने कहा कि सरकार ने जासूसी नहीं की", "जासूसी", '"कंपनी ने कहा"'),
]


@pytest.mark.parametrize(("paragraph", "word", "phrase"), SCRIPTS)
def test_search_in_other_scripts(database: Database, paragraph: str, word: str, phrase: str) -> None:
    follow(database, "courier.example/a")
    visit(database, 0, 1, [LEAD, paragraph])
    assert hits(database, word) == [(1, 1, None)]
    assert hits(database, phrase) == [(1, 1, None)]
    assert hits(database, f"{word} inspectors") == []


def test_what_is_too_long_for_an_index_is_recorded_and_the_rest_of_it_found(database: Database) -> None:
    follow(database, "courier.example/a")
    data, many = "x" * 5000, " ".join(f"{chr(0x905 + n % 30) * 60}{n}" for n in range(20_000))
    visit(database, 0, 1, [LEAD, f"An appendix begins with {data} and goes on.", f"Beginning {many}"])
    assert hits(database, '"goes on"') == [(1, 1, None)]
    assert hits(database, "beginning") == [(1, 1, None)]
    assert hits(database, data[:300]) == [(1, 1, None)]


def test_the_ledger_says_what_became_of_each_statement(record: Database) -> None:
    found = {r.statement.text: r for r in said(record)}
    assert {text: r.status for text, r in found.items()} == {
        SILENCE: "withdrawn",
        DENIAL: "reworded",
        SOFTER: "withdrawn",
        REPORTED: "gone",
    }
    denial, softer = found[DENIAL].statement, found[SOFTER].statement
    assert found[SILENCE].statement.became == denial.id, "words ended the silence"
    assert denial.became == softer.id
    assert (denial.first_version, denial.last_version) == (2, 2)
    assert (softer.since, softer.until) == (START + timedelta(hours=4), START + timedelta(hours=6))
    assert get_statement(record, denial.id or 0).wordings == found[DENIAL].wordings


def test_the_ledger_brings_together_how_outlets_worded_a_statement(record: Database) -> None:
    (denial, silence) = said(record, once=True)
    assert silence.statement.text == SILENCE, "which is no wording of what came after it"
    assert [statement.text for statement, _ in denial.wordings] == [REPORTED, DENIAL, SOFTER]
    assert [article.outlet for _, article in denial.wordings][:2] == ["Northern Dispatch", "The Harbour Courier"]


def test_statements_by_speaker_outlet_status_and_time(record: Database) -> None:
    assert len(said(record, speaker="nso group")) == 4
    assert said(record, speaker="NSO") == [], "the command knows the other names, the record the one"
    assert [r.statement.text for r in said(record, status="gone")] == [REPORTED]
    assert said(record, status="stands") == []
    assert [r.statement.text for r in said(record, outlet="Northern Dispatch")] == [REPORTED]
    assert [r.statement.text for r in said(record, since=START + timedelta(hours=3))] == [SOFTER]
    assert len(said(record, article_id=1)) == 3
    with pytest.raises(AddendumError, match="no such statement"):
        get_statement(record, 999)


def test_changes_by_every_filter(record: Database) -> None:
    def numbers(**wanted: object) -> list[int]:
        found = stream.list_changes(record, ChangeFilter(**wanted))  # type: ignore[arg-type]
        return [r.change.to_version or 0 for r in found]

    assert numbers() == [0, 4, 3, 2]
    assert numbers(kind="gone") == [0]
    assert numbers(kind="statement", speaker="nso group") == [4, 3, 2]
    assert numbers(outlet="Northern Dispatch") == [0]
    assert numbers(since=START + timedelta(hours=3), until=START + timedelta(hours=7)) == [4, 3]
    assert numbers(significance="major", outlet="The Harbour Courier") == [4, 3, 2]
    assert numbers(stealth=True) == [0, 4, 3, 2]
    assert numbers(outlet="Nobody's Gazette") == []


def test_the_stream_goes_on_page_by_page_whatever_is_added(record: Database) -> None:
    def numbers(page: Page[stream.ChangeRecord]) -> list[int]:
        return [r.change.id or 0 for r in page.items]

    first = stream.page_of_changes(record, ChangeFilter(), limit=2)
    assert (numbers(first), first.newer) == ([4, 3], "")
    visit(record, 9, 1, [LEAD, MINISTRY, "A sentence that was added while somebody read."])
    second = stream.page_of_changes(record, ChangeFilter(), cursor=first.older, limit=2)
    assert (numbers(second), second.older) == ([2, 1], "")
    newer = stream.page_of_changes(record, ChangeFilter(), cursor=second.newer, limit=2)
    assert numbers(newer) == [4, 3]
    newest = stream.page_of_changes(record, ChangeFilter(), cursor=newer.newer, limit=2)
    assert (numbers(newest), newest.newer) == ([5], "")


def test_outlets_compared(record: Database) -> None:
    courier, dispatch = compare_outlets(record)
    assert (courier.outlet, courier.articles, courier.edited, courier.edits) == ("The Harbour Courier", 1, 1, 3)
    assert (courier.stealth, courier.noticed, courier.share_noticed, courier.hours) == (3, 0, 0.0, 2.0)
    assert (dispatch.edits, dispatch.hours) == (1, 8.0)


def test_captures_of_the_archive_move_what_is_searched_and_said_back_in_time(record: Database) -> None:
    early = Captured(START - timedelta(days=2), "https://archive.example/1", _text(LEAD, DENIAL))
    assert import_captures(record, 1, [early], (NSO,)).versions == 1
    assert hits(record, '"no credence"')[:2] == [(1, 2, 2), (1, 5, 5)], "it said so, did not, and said so again"
    first = next(r for r in reversed(said(record, article_id=1)))
    assert (first.statement.text, first.statement.first_version, first.status) == (DENIAL, 5, "withdrawn")


def test_other_speakers_in_the_configuration_read_every_article_anew(record: Database) -> None:
    other = (Speaker("The Company", ("NSO Group",)),)
    assert readings.count_unread(record, (NSO,)) == 0
    assert readings.count_unread(record, other) == 2
    before = sorted(hits(record, "list"))
    assert ledger.catch_up(record, other, seconds=60) == 2
    assert readings.count_unread(record, other) == 0
    assert {r.statement.speaker for r in said(record)} == {"The Company"}
    assert hits(record, "credence", speaker="NSO Group") == []
    assert len(hits(record, "credence", speaker="The Company")) == 3
    assert sorted(hits(record, "list")) == before
    assert [len(r.wordings) for r in said(record, once=True)] == [3, 1], "groups hold together"


def test_texts_are_the_same_when_they_come_back_from_their_chain(database: Database) -> None:
    follow(database, "courier.example/a")
    texts = [[LEAD, f"Paragraph number {n} says something else.", MINISTRY] for n in range(2 * CHAIN + 3)]
    for hour, paragraphs in enumerate(texts):
        visit(database, hour, 1, paragraphs)
    for number, paragraphs in enumerate(texts, 1):
        version, text = queries.get_version(database, 1, number)
        assert [p.text for p in text.paragraphs] == paragraphs
        assert text.sha256 == version.sha256
    with database.engine.connect() as connection:
        chains = connection.execute(sql("SELECT DISTINCT chain_from FROM version_text ORDER BY 1")).scalars().all()
    assert chains == [1, CHAIN + 1, 2 * CHAIN + 1]


def test_an_index_made_anew_finds_the_same(record: Database) -> None:
    before = [hits(record, asked) for asked in ("list", "credence", "story")]
    index_anew(record)
    assert [hits(record, asked) for asked in ("list", "credence", "story")] == before
    assert len(hits(record, "credence", speaker="NSO Group")) == 3


def test_a_record_that_moved_can_be_asked(record: Database, tmp_path: object) -> None:
    target = open_database(f"sqlite:///{tmp_path}/copy.db")
    moving.move(record, target)
    assert hits(target, "credence") == hits(record, "credence")
    assert len(hits(target, "credence", speaker="NSO Group")) == 3
    visit(target, 20, 1, [LEAD, MINISTRY, DENIAL])
    assert hits(target, '"no credence"')[0] == (1, 5, None)
    target.close()


def _text(*paragraphs: str) -> Text:
    return Text("A story about the list, 1", tuple(Paragraph(p) for p in paragraphs))
