"""The command line."""

import gc
import os
import sys
from typing import Annotated

import typer

from addendum import __version__
from addendum.context import Context
from revisions.errors import AddendumError, ConfigError

app = typer.Typer(
    name="addendum",
    help="Watch the news about one story and tell people when an article that is already out is changed.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
feeds_app = typer.Typer(name="feeds", help="The feeds that are watched.", no_args_is_help=True)
alerts_app = typer.Typer(name="alerts", help="Alerts waiting, sent and failed.", no_args_is_help=True)
articles_app = typer.Typer(name="articles")
app.add_typer(articles_app)
app.add_typer(feeds_app)
app.add_typer(alerts_app)

SELDOM = (20_000, 20, 20)  # objects made before unused ones are looked for: Python's 700 are soon made by imports
MOST_CAPTURES = 100  # of an article, asked of the Internet Archive

AsJson = Annotated[bool, typer.Option("--json", help="JSON Lines: one object a line.")]
AsCsv = Annotated[bool, typer.Option("--csv", help="CSV, for spreadsheets.")]
Since = Annotated[str, typer.Option(metavar="7d|DATE", help="Only what was seen since then.")]
Until = Annotated[str, typer.Option(metavar="7d|DATE", help="Only what was seen before.")]
Outlet = Annotated[str, typer.Option(metavar="O", help="Only this outlet.")]
Limit = Annotated[int, typer.Option(min=1, help="At most so many.")]
Which = Annotated[str, typer.Argument(metavar="ARTICLE", help="An article's number or any of its URLs.")]
WhichFeed = Annotated[str, typer.Argument(metavar="FEED", help="A feed's number, name or address.")]


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"addendum {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    ctx: typer.Context,
    config: Annotated[
        str | None, typer.Option(metavar="PATH", help="Configuration file (default: $ADDENDUM_CONFIG, ./config.toml).")
    ] = None,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    ctx.obj = Context(config)


@app.command()
def init(
    path: Annotated[str, typer.Argument(help="Where to write it (- for standard output).")] = "config.toml",
    force: Annotated[bool, typer.Option("--force", help="Overwrite an existing file.")] = False,
) -> None:
    """Write a commented configuration file to start from."""
    from addendum.commands.init import write

    write(path, force=force)


@app.command()
def run(
    ctx: typer.Context,
    role: Annotated[
        str,
        typer.Option(
            metavar="all|scheduler|worker|web",
            help="Do one part of the work; the others run on other machines (docs/scale.md).",
        ),
    ] = "all",
) -> None:
    """Watch in the background: poll, visit, deliver and serve the web page, until stopped."""
    from addendum.commands.run import Role, run_service

    if role not in tuple(Role):
        raise typer.BadParameter(f"{role!r} is none; expected one of {', '.join(Role)}", param_hint="--role")
    run_service(ctx.obj, Role(role))


@app.command()
def worker(ctx: typer.Context) -> None:
    """Do what a scheduler hands out, the same as `run --role worker`; start as many as are needed."""
    from addendum.commands.run import Role, run_service

    run_service(ctx.obj, Role.WORKER)


@app.command()
def serve(ctx: typer.Context) -> None:
    """Serve the web page and the API alone, the same as `run --role web`."""
    from addendum.commands.run import Role, run_service

    run_service(ctx.obj, Role.WEB)


@app.command()
def migrate(
    ctx: typer.Context,
    to: Annotated[str, typer.Option("--to", metavar="URL", help="An empty database, or one an earlier try began.")],
) -> None:
    """Copy the whole record into another database, such as PostgreSQL, and verify the copy. Can be interrupted."""
    from addendum.commands.migrate import migrate_record

    migrate_record(ctx.obj, to)


@app.command()
def backup(
    ctx: typer.Context, file: Annotated[str, typer.Argument(metavar="FILE", help="A new file; it will be SQLite's.")]
) -> None:
    """Copy the whole record into one file, also while the service runs."""
    from addendum.commands.proof import make_backup

    make_backup(ctx.obj, file)


@app.command()
def restore(ctx: typer.Context, file: Annotated[str, typer.Argument(metavar="FILE", help="A backup.")]) -> None:
    """Make a backup the record: into the configured database, which must be empty."""
    from addendum.commands.proof import restore_backup

    restore_backup(ctx.obj, file)


@app.command()
def verify(
    ctx: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="Print what was found as one JSON object.")] = False,
) -> None:
    """Recompute every digest of the record, and name the first thing that does not fit. Changes nothing."""
    from addendum.commands.proof import verify_record

    verify_record(ctx.obj, as_json=as_json)


@app.command()
def export(
    ctx: typer.Context,
    articles: Annotated[list[str] | None, typer.Argument(metavar="ARTICLE", help="Numbers or URLs.")] = None,
    every: Annotated[bool, typer.Option("--all", help="Every article that is followed.")] = False,
    form: Annotated[
        str, typer.Option("--format", metavar="jsonl|warc|html", help="One line a version; WARC; or a dossier.")
    ] = "jsonl",
    output: Annotated[str, typer.Option("--output", "-o", metavar="FILE", help="Default: standard output.")] = "",
) -> None:
    """Write out articles with what proves them: versions, changes, captures and pages."""
    from addendum.commands.proof import export as write

    write(ctx.obj, articles or [], form=form, path=output, every=every)


@app.command()
def check(
    ctx: typer.Context,
    every: Annotated[bool, typer.Option("--all", help="Every feed and article, whether it is due or not.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print what was done as one JSON object.")] = False,
) -> None:
    """Do one pass and exit: due feeds, due articles, waiting alerts."""
    from addendum.commands.check import run_check

    run_check(ctx.obj, every=every, as_json=as_json)


@articles_app.callback(invoke_without_command=True)
def articles(
    ctx: typer.Context,
    outlet: Outlet = "",
    status: Annotated[str, typer.Option(metavar="candidate|followed|gone", help="Only those in this state.")] = "",
    limit: Annotated[int | None, typer.Option(min=1, help="At most so many (default: all).")] = None,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
) -> None:
    """List the articles that are followed, the most recently changed first; or add some."""
    if ctx.invoked_subcommand is not None:
        return
    from addendum.commands.ask import show_articles
    from addendum.output import Form

    form = Form.of(as_json=as_json, as_csv=as_csv)
    show_articles(ctx.obj, outlet=outlet, status=status, limit=limit, form=form)


@articles_app.command("add")
def articles_add(
    ctx: typer.Context,
    urls: Annotated[list[str] | None, typer.Argument(metavar="URL", help="Addresses of articles.")] = None,
    sitemap: Annotated[str, typer.Option(metavar="URL", help="Follow what a sitemap (or feed) names.")] = "",
    from_file: Annotated[str, typer.Option(metavar="FILE", help="Addresses, one a line (- for standard input).")] = "",
    outlet: Annotated[str, typer.Option(help="Their outlet (default: that of other articles of the host).")] = "",
    every_entry: Annotated[
        bool, typer.Option("--all", help="Follow all a sitemap names, not only what is on the topic.")
    ] = False,
    archive: Annotated[
        bool, typer.Option("--archive", help="Import their versions from the Internet Archive, too (see backfill).")
    ] = False,
) -> None:
    """Follow articles that no feed names, such as those that came out before the service was set up."""
    from addendum.commands.add import add
    from addendum.commands.backfill import backfill

    added = add(ctx.obj, urls or [], sitemap=sitemap, from_file=from_file, outlet=outlet, every_entry=every_entry)
    if archive:
        backfill(ctx.obj, added, every=False, most=MOST_CAPTURES, as_json=False)


@articles_app.command("backfill")
def articles_backfill(
    ctx: typer.Context,
    articles: Annotated[list[str] | None, typer.Argument(metavar="ARTICLE", help="Numbers or URLs.")] = None,
    every: Annotated[bool, typer.Option("--all", help="Every article that is followed.")] = False,
    most: Annotated[int, typer.Option(min=1, help="At most so many captures of an article.")] = MOST_CAPTURES,
    as_json: AsJson = False,
) -> None:
    """Import what the Internet Archive kept of articles from before they were followed; slowly, to be polite."""
    from addendum.commands.backfill import backfill

    backfill(ctx.obj, articles or [], every=every, most=most, as_json=as_json)


@app.command()
def history(ctx: typer.Context, article: Which, as_json: AsJson = False, as_csv: AsCsv = False) -> None:
    """List the versions of an article, with its latest visits."""
    from addendum.commands.ask import show_history
    from addendum.output import Form

    show_history(ctx.obj, article, form=Form.of(as_json=as_json, as_csv=as_csv))


@app.command()
def diff(
    ctx: typer.Context,
    article: Which,
    source: Annotated[int | None, typer.Argument(metavar="[FROM", help="Version (default: the one before TO).")] = None,
    target: Annotated[int | None, typer.Argument(metavar="[TO]]", help="Version (default: the latest).")] = None,
    form: Annotated[str, typer.Option("--format", metavar="text|html|json", help="How to show it.")] = "text",
) -> None:
    """Show what changed between two versions, word by word."""
    from addendum.commands.diff import show_diff

    show_diff(ctx.obj, article, source, target, form)


@app.command()
def changes(
    ctx: typer.Context,
    since: Since = "",
    until: Until = "",
    kind: Annotated[str, typer.Option(metavar="K", help="Only changes of this kind (statement, notice, …).")] = "",
    significance: Annotated[str, typer.Option(metavar="minor|major", help="Only changes of at least so much.")] = "",
    speaker: Annotated[str, typer.Option(metavar="S", help="Only changes in what this speaker is quoted with.")] = "",
    outlet: Outlet = "",
    stealth: Annotated[bool, typer.Option("--stealth", help="Only changes nobody owned up to.")] = False,
    each: Annotated[
        bool, typer.Option("--each", help="An edit of a box in many articles once for each of them, not once in all.")
    ] = False,
    limit: Limit = 50,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
) -> None:
    """List changes, newest first."""
    from addendum.commands.ask import Asked, show_changes
    from addendum.output import Form

    asked = Asked(since, until, speaker, outlet, limit, Form.of(as_json=as_json, as_csv=as_csv))
    show_changes(ctx.obj, asked, kind=kind, significance=significance, stealth=stealth, each=each)


@app.command()
def statements(
    ctx: typer.Context,
    speaker: Annotated[str, typer.Option(metavar="S", help="Only what this speaker is quoted or reported with.")] = "",
    outlet: Outlet = "",
    status: Annotated[
        str, typer.Option(metavar="stands|reworded|withdrawn|gone", help="Only statements that fared so.")
    ] = "",
    article: Annotated[str, typer.Option(metavar="ARTICLE", help="Only those of one article (number or URL).")] = "",
    since: Since = "",
    until: Until = "",
    limit: Limit = 50,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
) -> None:
    """List who was quoted with what, and what became of it; those first seen last, first."""
    from addendum.commands.ask import Asked, show_statements
    from addendum.output import Form

    asked = Asked(since, until, speaker, outlet, limit, Form.of(as_json=as_json, as_csv=as_csv))
    show_statements(ctx.obj, asked, status=status, which=article)


@app.command()
def search(
    ctx: typer.Context,
    words: Annotated[
        list[str], typer.Argument(metavar="WORDS", help='Words, "a phrase", surveil* for a beginning, -without.')
    ],
    speaker: Annotated[str, typer.Option(metavar="S", help="Only in what this speaker is quoted with.")] = "",
    outlet: Outlet = "",
    since: Annotated[str, typer.Option(metavar="7d|DATE", help="Only what still stood there then.")] = "",
    until: Annotated[str, typer.Option(metavar="7d|DATE", help="Only what stood there before.")] = "",
    limit: Limit = 50,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
) -> None:
    """Search all versions: which articles ever said something, from when, and when they stopped.

    All words must stand in one paragraph, or in the headline. Put -- before a question that begins with -without.
    """
    from addendum.commands.ask import Asked, show_hits
    from addendum.output import Form

    asked = Asked(since, until, speaker, outlet, limit, Form.of(as_json=as_json, as_csv=as_csv))
    show_hits(ctx.obj, _question(words), asked)


def _question(words: list[str]) -> str:
    """An argument with spaces in it was in quotation marks, which the shell took away: it is a phrase."""
    return " ".join(f'"{word}"' if " " in word and '"' not in word and len(words) > 1 else word for word in words)


@app.command()
def copies(ctx: typer.Context, article: Which, as_json: AsJson = False) -> None:
    """List the copies of an article, at syndicators and in other editions, with its original."""
    from addendum.commands.copies import show_copies

    show_copies(ctx.obj, article, as_json=as_json)


@app.command()
def hosts(ctx: typer.Context, as_json: AsJson = False) -> None:
    """Show how each host is treated: its budget and use, delays, back-off, and what a request to it is worth."""
    from addendum.commands.hosts import show_hosts

    show_hosts(ctx.obj, as_json=as_json)


@app.command()
def topic(
    ctx: typer.Context,
    what: Annotated[str, typer.Argument(metavar="[TEXT|URL]", help="A title, a text, or an article's URL.")] = "",
    file: Annotated[
        str, typer.Option("--file", metavar="FILE", help="Judge a file's text (- for standard input).")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Explain whether something is on the topic: which words counted, and how much."""
    from addendum.commands.topic import explain

    explain(ctx.obj, what, file=file, as_json=as_json)


@app.command()
def doctor(
    ctx: typer.Context,
    offline: Annotated[bool, typer.Option("--offline", help="Do not ask the feeds.")] = False,
    as_json: AsJson = False,
) -> None:
    """Check configuration, record, feeds and channels, and say what to do about each finding."""
    from addendum.commands.doctor import examine

    examine(ctx.obj, offline=offline, as_json=as_json)


@feeds_app.command("list")
def feeds_list(ctx: typer.Context, as_json: AsJson = False) -> None:
    """List the feeds with their state."""
    from addendum.commands.feeds import show_feeds

    show_feeds(ctx.obj, as_json=as_json)


@feeds_app.command("add")
def feeds_add(
    ctx: typer.Context,
    url: str,
    name: Annotated[str, typer.Option(help="A name for it (default: its host).")] = "",
    outlet: Annotated[str, typer.Option(help="The outlet its articles belong to (default: the name).")] = "",
    every_entry: Annotated[
        bool, typer.Option("--all", help="Follow every entry, not only those on the topic.")
    ] = False,
) -> None:
    """Watch another feed."""
    from addendum.commands.feeds import add

    add(ctx.obj, url, name=name, outlet=outlet, relevant="all" if every_entry else "match")


@feeds_app.command("remove")
def feeds_remove(ctx: typer.Context, feed: WhichFeed) -> None:
    """Stop watching a feed; its articles are kept and still visited."""
    from addendum.commands.feeds import remove

    remove(ctx.obj, feed)


@feeds_app.command("pause")
def feeds_pause(ctx: typer.Context, feed: WhichFeed) -> None:
    """Leave a feed alone until it is resumed."""
    from addendum.commands.feeds import pause

    pause(ctx.obj, feed, paused=True)


@feeds_app.command("resume")
def feeds_resume(ctx: typer.Context, feed: WhichFeed) -> None:
    """Poll a paused feed again."""
    from addendum.commands.feeds import pause

    pause(ctx.obj, feed, paused=False)


@feeds_app.command("import")
def feeds_import(ctx: typer.Context, path: Annotated[str, typer.Argument(metavar="FILE")]) -> None:
    """Watch every feed of an OPML file."""
    from addendum.commands.feeds import import_opml

    import_opml(ctx.obj, path)


@feeds_app.command("export")
def feeds_export(ctx: typer.Context) -> None:
    """Print the feeds as OPML."""
    from addendum.commands.feeds import export_opml

    export_opml(ctx.obj)


@alerts_app.command("list")
def alerts_list(
    ctx: typer.Context,
    state: Annotated[
        str, typer.Option(metavar="waiting|grouped|held|sent|failed", help="Only alerts in this state.")
    ] = "",
    limit: Annotated[int, typer.Option(min=1, help="At most so many.")] = 50,
    as_json: AsJson = False,
) -> None:
    """List alerts, newest first."""
    from addendum.commands.alerts import show_alerts

    show_alerts(ctx.obj, state=state, limit=limit, as_json=as_json)


@alerts_app.command("explain")
def alerts_explain(
    ctx: typer.Context,
    change: Annotated[int, typer.Argument(metavar="CHANGE", help="A change's number.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Say which rules match a change, or why they do not, and what became of its alerts."""
    from addendum.commands.alerts import explain

    explain(ctx.obj, change, as_json=as_json)


@alerts_app.command("preview")
def alerts_preview(
    ctx: typer.Context,
    since: Annotated[str, typer.Option(metavar="7d|DATE", help="Changes seen since then.")] = "7d",
    as_json: AsJson = False,
) -> None:
    """Show what the configuration, as it stands now, would have sent; sends nothing."""
    from addendum.commands.alerts import preview

    preview(ctx.obj, since=since, as_json=as_json)


@alerts_app.command("held")
def alerts_held(ctx: typer.Context, as_json: AsJson = False) -> None:
    """List the outlets whose pages changed shape, with the alerts held back."""
    from addendum.commands.alerts import show_held

    show_held(ctx.obj, as_json=as_json)


@alerts_app.command("release")
def alerts_release(
    ctx: typer.Context, outlet: Annotated[str, typer.Argument(metavar="OUTLET", help="An outlet's name.")]
) -> None:
    """Send what was held back at an outlet: its changes were edits after all."""
    from addendum.commands.alerts import release

    release(ctx.obj, outlet)


@alerts_app.command("test")
def alerts_test(
    ctx: typer.Context,
    channel: Annotated[str, typer.Argument(help="A channel's name (default: every channel).")] = "",
) -> None:
    """Send a test message."""
    from addendum.commands.alerts import test_channels

    test_channels(ctx.obj, channel)


@alerts_app.command("retry")
def alerts_retry(
    ctx: typer.Context,
    alert: Annotated[list[int] | None, typer.Argument(help="Alerts' numbers (default: all that failed).")] = None,
) -> None:
    """Put failed alerts back in line, and open the channel again if it was switched off."""
    from addendum.commands.alerts import retry_alerts

    retry_alerts(ctx.obj, alert or [])


def main() -> None:
    """Exit status: 0 done, 1 failed, 2 wrong use or configuration."""
    gc.set_threshold(*SELDOM)
    try:
        app()
    except ConfigError as error:
        sys.stderr.write(f"addendum: {error}\n")
        sys.exit(2)
    except AddendumError as error:
        sys.stderr.write(f"addendum: {error}\n")
        sys.exit(1)
    except BrokenPipeError:  # the reader of a pipe has had enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
