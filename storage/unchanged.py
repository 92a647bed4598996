"""Visits that found nothing new, which nearly all do: many of them recorded by a handful of statements."""

from collections.abc import Sequence
from functools import cache
from typing import Any

from sqlalchemy import Update, bindparam, insert, inspect, select, update
from sqlmodel import Session, col

from storage.facts import Plan, VisitFacts
from storage.habits import Habits, learned
from storage.tables import Article, Visit

QUIET = frozenset({"unchanged", "not modified"})
_READ = (
    *("id", "status", "outlet", "kind", "host", "first_seen_at", "last_read_at", "changed_at", "last_requested_at"),
    *("missing_since", "versions", "failures", "expected", "came", "echoes", "awaits_answer", "signal"),
    *("etag", "last_modified"),
)
_WRITTEN = (
    *("last_visit_at", "last_requested_at", "last_read_at", "failures", "error", "etag", "last_modified"),
    *("expected", "came", "echoes", "signal", "due_why", "next_visit_at"),
)


def note_unchanged(session: Session, visits: Sequence[tuple[int, VisitFacts]], plan: Plan) -> set[int]:
    """Note the visits of articles that stand as they stood, and plan the next ones; returns their numbers.

    Left out are articles of which such a visit says more: those that were missing or gone, or are not followed yet.
    """
    numbers = sorted({number for number, facts in visits if facts.outcome in QUIET and facts.text is None})
    read = select(*(getattr(Article, name) for name in _READ)).where(col(Article.id).in_(numbers))
    rows = {row.id: row for row in session.execute(read.order_by(col(Article.id)).with_for_update())}
    plain = {n: row for n, row in rows.items() if row.status == "followed" and row.versions and not row.missing_since}
    habits = Habits.of(session, plain.values())
    articles: dict[int, dict[str, Any]] = {}
    seen: list[dict[str, Any]] = []
    for number, facts in visits:
        row = plain.get(number)
        if row is None or facts.outcome not in QUIET:
            continue
        if number in articles or facts.is_overtaken_by(row.last_requested_at):
            continue  # a later visit was noted already
        planned = habits.plan(row, facts.at, plan, changed=False, failed=False, read_before=row.last_read_at)
        articles[number] = {"number": number, **_noted(row, facts), **learned(row, planned, failed=False)}
        articles[number]["next_visit_at"] = max(planned.at, facts.not_before or planned.at)
        seen.append({"article_id": number, "at": facts.at, "outcome": facts.outcome, "status": facts.status})
    if articles:
        session.connection().execute(_update(), [_bound(values) for values in articles.values()])
        session.connection().execute(insert(Visit), seen)
        habits.save(session)
    return set(plain)


def _noted(row: Any, facts: VisitFacts) -> dict[str, Any]:
    """A page brings its validators; "not modified" confirms the old ones unless it names new ones."""
    is_confirmed = facts.outcome == "not modified"
    return {
        "last_visit_at": facts.at,
        "last_requested_at": facts.requested_at,
        "last_read_at": facts.at,
        "failures": 0,
        "error": "",
        "etag": facts.etag or (row.etag if is_confirmed else ""),
        "last_modified": facts.last_modified or (row.last_modified if is_confirmed else ""),
    }


@cache
def _update() -> Update:
    table: Any = inspect(Article).local_table
    values: dict[str, Any] = {name: bindparam(f"new_{name}") for name in _WRITTEN}
    return update(table).where(table.c.id == bindparam("number")).values(values)


def _bound(values: dict[str, Any]) -> dict[str, Any]:
    return {"number": values["number"], **{f"new_{name}": values[name] for name in _WRITTEN}}
