"""`addendum articles`, `history` and `changes`: questions to the record."""

from addendum.context import Context
from addendum.output import ago, due, json_lines, parse_since, say, table
from revisions.classify import Kind
from revisions.errors import ConfigError
from storage.present import article_json, change_json, moment, version_json
from storage.queries import ChangeFilter, get_history, get_visits, list_articles, list_changes

LAST_VISITS = 5


def show_articles(context: Context, *, as_json: bool) -> None:
    with context.record() as (_, database):
        found = list_articles(database)
    if as_json:
        json_lines(map(article_json, found))
        return
    rows = [
        (a.id, a.outlet, a.status, a.versions, ago(a.changed_at), due(a.next_visit_at), a.title or a.url) for a in found
    ]
    table(("No", "Outlet", "Status", "Versions", "Changed", "Next visit", "Title"), rows, "No article is followed yet.")


def show_history(context: Context, which: str, *, as_json: bool) -> None:
    with context.record() as (_, database):
        article = context.article(database, which)
        assert article.id is not None
        history = get_history(database, article.id)
        visits = get_visits(database, article.id, limit=LAST_VISITS)
    if as_json:
        json_lines(version_json(version, change) for version, change in history)
        return
    rows = [
        (v.number, moment(v.captured_at), v.source, v.words, len(v.notices), c.summary if c else "", v.headline)
        for v, c in history
    ]
    table(
        ("Version", "Captured", "By", "Words", "Notices", "Change", "Headline"),
        rows,
        f"{article.url} was not read yet.",
    )
    for visit in visits:
        say(f"visit: {moment(visit.at)}, {visit.outcome}{f' ({visit.error})' if visit.error else ''}")
    why = f": {article.due_why}" if article.next_visit_at and article.due_why else ""
    say(f"next visit: {moment(article.next_visit_at) or 'none'}{why}")


def show_changes(
    context: Context, *, since: str, kind: str, speaker: str, stealth: bool, each: bool, limit: int, as_json: bool
) -> None:
    if kind and kind not in list(Kind):
        raise ConfigError(f"no such kind; the kinds are {', '.join(Kind)}", f"--kind {kind}")
    wanted = ChangeFilter(parse_since(since) if since else None, kind, speaker, stealth, each=each)
    with context.record() as (config, database):
        found = list_changes(database, wanted, limit=limit)
    if as_json:
        json_lines(change_json(record, config.web.address) for record in found)
        return
    rows = [
        (
            r.change.id,
            ago(r.change.detected_at),
            r.article.outlet,
            r.change.significance,
            r.change.summary,
            r.article.title,
        )
        for r in found
    ]
    table(("No", "Seen", "Outlet", "Significance", "Change", "Article"), rows, "No such change is recorded.")
