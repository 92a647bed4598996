"""`addendum articles`, `history`, `changes`, `statements` and `search`: questions to the record."""

from dataclasses import dataclass
from datetime import datetime

from addendum.config import Config
from addendum.context import Context
from addendum.output import Form, ago, due, objects, parse_when, say, table
from revisions.errors import ConfigError
from revisions.kinds import Kind, Significance
from storage.database import Database
from storage.present import article_json, change_json, hit_json, moment, statement_json, version_json
from storage.queries import FOLLOWED, get_history, get_visits, list_articles
from storage.readings import count_unread
from storage.search import find
from storage.statements import STATUSES, StatementFilter, page_of_statements
from storage.stream import ChangeFilter, list_changes

LAST_VISITS = 5


@dataclass(frozen=True)
class Asked:
    """What all questions have in common; empty conditions do not count."""

    since: str = ""
    until: str = ""
    speaker: str = ""
    outlet: str = ""
    limit: int = 50
    form: Form = Form.TABLE

    @property
    def times(self) -> tuple[datetime | None, datetime | None]:
        return parse_when(self.since) if self.since else None, parse_when(self.until, "--until") if self.until else None

    def speaker_in(self, config: Config) -> str:
        """The speaker by the name the record knows, whichever of their names was given."""
        return config.topic.as_told().speaker_named(self.speaker)


def show_articles(context: Context, *, outlet: str, status: str, limit: int | None, form: Form) -> None:
    _refuse_other("--status", status, FOLLOWED)
    with context.record(logs=False) as (_, database):
        found = list_articles(database, outlet=outlet, status=status, limit=limit)
    if form is not Form.TABLE:
        objects(form, map(article_json, found))
        return
    rows = [
        (a.id, a.outlet, a.status, a.versions, ago(a.changed_at), due(a.next_visit_at), a.title or a.url) for a in found
    ]
    nothing = "No such article is followed." if outlet or status else "No article is followed yet."
    table(("No", "Outlet", "Status", "Versions", "Changed", "Next visit", "Title"), rows, nothing)


def show_history(context: Context, which: str, *, form: Form) -> None:
    with context.record(logs=False) as (_, database):
        article = context.article(database, which)
        assert article.id is not None
        history = get_history(database, article.id)
        visits = get_visits(database, article.id, limit=LAST_VISITS)
    if form is not Form.TABLE:
        objects(form, (version_json(version, change) for version, change in history))
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


def show_changes(context: Context, asked: Asked, *, kind: str, significance: str, stealth: bool, each: bool) -> None:
    _refuse_other("--kind", kind, Kind)
    _refuse_other("--significance", significance, Significance)
    since, until = asked.times
    with context.record(logs=False) as (config, database):
        wanted = ChangeFilter(
            since, until, kind, significance, asked.speaker_in(config), asked.outlet, stealth=stealth, each=each
        )
        found = list_changes(database, wanted, limit=asked.limit)
    if asked.form is not Form.TABLE:
        objects(asked.form, (change_json(record, config.web.address) for record in found))
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


def show_statements(context: Context, asked: Asked, *, status: str, which: str) -> None:
    _refuse_other("--status", status, STATUSES)
    since, until = asked.times
    with context.record(logs=False) as (config, database):
        article = context.article(database, which).id if which else None
        speaker = asked.speaker_in(config)
        wanted = StatementFilter(speaker, asked.outlet, status, since, until, article_id=article)
        found = page_of_statements(database, wanted, limit=asked.limit).items
        _tell_unread(context, config, database)
    if asked.form is not Form.TABLE:
        objects(asked.form, (statement_json(record, config.web.address) for record in found))
        return
    rows = [
        (
            r.statement.speaker,
            r.article.outlet,
            r.article.id,
            moment(r.statement.since),
            r.status,
            f"{r.statement.first_version}–{r.statement.last_version or ''}",
            r.statement.text,
        )
        for r in found
    ]
    columns = ("Speaker", "Outlet", "Article", "First seen", "Status", "Versions", "Statement")
    table(columns, rows, "No such statement is recorded.")


def show_hits(context: Context, words: str, asked: Asked) -> None:
    since, until = asked.times
    with context.record(logs=False) as (config, database):
        found = find(
            database,
            words,
            speaker=asked.speaker_in(config),
            outlet=asked.outlet,
            since=since,
            until=until,
            limit=asked.limit,
        ).items
        _tell_unread(context, config, database)
    if asked.form is not Form.TABLE:
        objects(asked.form, (hit_json(hit, config.web.address) for hit in found))
        return
    rows = [
        (
            hit.article.id,
            hit.article.outlet,
            hit.speaker or hit.part,
            moment(hit.since),
            moment(hit.until) or ("article gone" if hit.article.status == "gone" else "still there"),
            " ".join(piece.text for piece in hit.pieces),
        )
        for hit in found
    ]
    table(("Article", "Outlet", "In", "From", "Until", "Words"), rows, "No article ever said so.")


def _refuse_other(option: str, value: str, known: "type[Kind] | type[Significance] | tuple[str, ...]") -> None:
    if value and value not in tuple(known):
        raise ConfigError(f"expected one of {', '.join(known)}", f"{option} {value}")


def _tell_unread(context: Context, config: Config, database: Database) -> None:
    """Articles recorded before the speakers were configured as they are are entered little by little."""
    unread = count_unread(database, config.topic.as_told().speakers)
    if unread:
        context.note(
            f"{unread} articles were recorded by an earlier version, or with other speakers, and are not all in here "
            "yet; the running service, or `addendum check`, sees to it"
        )
