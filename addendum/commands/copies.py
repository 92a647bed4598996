"""`addendum copies`: who else carries an article's text."""

from addendum.context import Context
from addendum.output import ago, json_lines, table
from storage.copies import list_copies
from storage.present import copy_json


def show_copies(context: Context, which: str, *, as_json: bool) -> None:
    with context.record() as (config, database):
        found = list_copies(database, context.article(database, which))
    if len(found) == 1:
        found = []
    if as_json:
        json_lines(copy_json(record, config.web.address) for record in found)
        return
    rows = [
        (
            r.article.id,
            "original" if r.is_original else "copy",
            f"{r.likeness:.0%}",
            r.article.outlet,
            r.article.versions,
            ago(r.last_change.detected_at) if r.last_change else "never",
            r.last_change.summary if r.last_change else "",
            r.article.title or r.article.url,
        )
        for r in found
    ]
    columns = ("No", "Is", "Alike", "Outlet", "Versions", "Changed", "Last change", "Title")
    table(columns, rows, "No other article that is followed carries its text.")
