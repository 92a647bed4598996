"""What happened, in the words of a reporter: a subject, and the facts beside the words themselves."""

from collections.abc import Sequence
from datetime import datetime, timedelta, tzinfo
from typing import Any

from revisions.copies import Carries
from storage.stream import ChangeRecord
from storage.tables import Article
from storage.together import BoxArticle

MOST_ARTICLES = 6  # named in one fact
_NOTES = {"correction": "corrected:", "retraction": "retracted:", "clarification": "clarified:"}
_SAID = {
    "added": "added {} comment to:",
    "withdrawn": "removed {} comment from:",
    "reworded": "reworded {} comment in:",
}


def subject(record: ChangeRecord) -> str:
    """What happened: "The Guardian added NSO Group comment to: …"."""
    outlet, title = record.article.outlet, record.article.title or record.article.url
    one = "one box" if record.change.box_articles else "the same edit"
    box = f" and {len(record.together)} more ({one})" if record.together else ""
    return f"{outlet} {_deed(record)} {title}{box}"


def _deed(record: ChangeRecord) -> str:
    change, kinds = record.change, record.change.kinds
    if "gone" in kinds:
        return "withdrew:"
    if "restored" in kinds:
        return "restored:"
    if change.statements:
        return _said(change.statements)
    if correction := next((n for n in change.notices if n["action"] != "removed" and n["kind"] != "update"), None):
        return _NOTES.get(correction["kind"], "added a note to:")
    was_added = any(notice["action"] == "added" for notice in change.notices)
    deeds = {
        "headline": "changed the headline of:",
        "figures": "changed a figure in:",
        "removal": "removed a passage from:",
        "notice": "added an update notice to:" if was_added else "changed a notice in:",
    }
    return next((deed for kind, deed in deeds.items() if kind in kinds), "edited:")


def _said(statements: Sequence[dict[str, Any]]) -> str:
    first = min(statements, key=lambda s: list(_SAID).index(s["action"]))
    names = list(dict.fromkeys(s["speaker"] for s in statements if s["action"] == first["action"]))
    more = f" and {len(names) - 2} more" if len(names) > 2 else ""
    return _SAID[first["action"]].format((", " if more else " and ").join(names[:2]) + more)


def facts(record: ChangeRecord, zone: tzinfo) -> tuple[str, ...]:
    """When it was published, when and in which window it changed, whether that was admitted, and who else has it."""
    change, article = record.change, record.article
    said = [f"published {moment(article.published_at, zone)}"] if article.published_at else []
    said.append(f"change first seen {moment(change.detected_at, zone)}")
    if change.last_unchanged_at:
        width = span(change.detected_at - change.last_unchanged_at)
        said.append(f"it happened within the {width} since {moment(change.last_unchanged_at, zone)}")
    said.append(f"{change.significance}: {change.reason}")
    if change.stealth and "gone" not in change.kinds:
        said.append("no notice, no newer date on the page")
    if record.together:
        said.append(_box_fact(record))
    said += _copy_facts(record.copies)
    return tuple(said)


def _box_fact(record: ChangeRecord) -> str:
    """The other articles that carry the words, those that were seen to change first."""
    box = f"in a box that stands in {len(record.together) + 1} articles; " if record.change.box_articles else ""
    return f"{box}also in: {_named([other.article for other in record.together], list(map(_state, record.together)))}"


def _state(other: BoxArticle) -> str:
    return " (changed, too)" if other.change_id else " (not seen to change yet)"


def _copy_facts(copies: Sequence[tuple[Article, Carries]]) -> list[str]:
    said = {
        Carries.OLD: "copies that still carry the old words",
        Carries.NEW: "copies that carry the new words already",
    }
    found = []
    for carries, words in said.items():
        articles = [article for article, standing in copies if standing is carries]
        if articles:
            found.append(f"{words}: {_named(articles, [f' ({a.outlet})' for a in articles])}")
    return found


def _named(articles: Sequence[Article], notes: Sequence[str]) -> str:
    names = [f"“{a.title or a.url}”{note}" for a, note in zip(articles, notes, strict=True)][:MOST_ARTICLES]
    more = f" and {len(articles) - MOST_ARTICLES} more" if len(articles) > MOST_ARTICLES else ""
    return "; ".join(names) + more


def moment(value: datetime | None, zone: tzinfo) -> str:
    """A time as people of the zone write it, the zone named."""
    if value is None:
        return "at an unknown time"
    local = value.astimezone(zone)
    return f"{local.day} {local:%B %Y, %H:%M:%S %Z}"


def span(width: timedelta) -> str:
    """A duration in words, in its largest unit: "30 minutes"."""
    seconds = max(1, round(width.total_seconds()))
    for unit, size in (("day", 86400), ("hour", 3600), ("minute", 60), ("second", 1)):
        if seconds >= size * (2 if unit != "second" else 1):
            count = round(seconds / size)
            return f"{count} {unit}{'s' if count != 1 else ''}"
    return "1 second"
