"""`addendum verify`, `addendum export`, `addendum backup` and `addendum restore`."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from sqlmodel import Session

from addendum import __version__
from addendum.context import Context
from addendum.output import json_lines, say
from addendum.progress import show_progress
from revisions.errors import AddendumError, ConfigError
from storage.backup import backup, restore
from storage.export import Exported, exported, exported_json, page_kept, stamp_of
from storage.present import moment
from storage.proving import Proof, verify
from storage.queries import list_articles
from storage.stamps import read_roots
from storage.tables import Article, Capture

FORMATS = ("jsonl", "warc", "html")


def verify_record(context: Context, *, as_json: bool) -> None:
    """Exits with status 1 where something does not fit."""
    with context.record() as (config, database), show_progress() as progress:
        roots = read_roots(config.proof.roots) if config.proof.roots else []
        proof = verify(database, progress, roots)
    if as_json:
        json_lines([_as_json(proof)])
    else:
        say(_in_words(proof))
    if proof.misfit:
        sys.exit(1)


def _as_json(proof: Proof) -> dict[str, Any]:
    stamped = proof.stamped and {"link": proof.stamped[0], "at": moment(proof.stamped[1])}
    misfit = proof.misfit and {"record": proof.misfit.what, "reason": proof.misfit.reason}
    counted = {
        "captures": proof.captures,
        "waiting": proof.waiting,
        "pages": proof.pages,
        "pages_dropped": proof.pages_dropped,
        "versions": proof.versions,
        "unproved": proof.unproved,
        "stamps": proof.stamps,
    }
    return {"fits": not misfit, **counted, "stamped": stamped, "head": asdict(proof.head), "misfit": misfit}


def _in_words(proof: Proof) -> str:
    looked = (
        f"{proof.captures} captures, {proof.pages} pages, {proof.versions} versions, {proof.stamps} stamps recomputed"
    )
    if proof.misfit:
        return f"does not fit: {proof.misfit.what}: {proof.misfit.reason}\n{looked} before that"
    lines = [f"everything fits: {looked}"]
    if proof.waiting:
        lines.append(f"{proof.waiting} captures wait to be linked, which takes the service seconds")
    if proof.pages_dropped:
        lines.append(f"{proof.pages_dropped} pages are not kept; their digests are")
    if proof.unproved:
        lines.append(
            f"{proof.unproved} versions have no capture: the Internet Archive's, or older than captures are kept"
        )
    if proof.stamped:
        link, at = proof.stamped
        signed = "" if proof.is_signed else "; proof.roots names no certificates, so its signature was not checked"
        lines.append(f"stamped up to link {link} on {moment(at)}{signed}")
    lines.append(f"head: link {proof.head.link} {proof.head.chain}")
    return "\n".join(lines)


def export(context: Context, which: Sequence[str], *, form: str, path: str, every: bool) -> None:
    if form not in FORMATS:
        raise ConfigError(f"expected {', '.join(FORMATS)}", f"--format {form}")
    if form == "html" and (every or len(which) != 1):
        raise ConfigError("a dossier is of one article: name it", "--format html")
    if not which and not every:
        raise ConfigError("name articles by number or URL, or give --all", "export")
    with context.record() as (config, database), database.snapshot() as session:
        articles = list_articles(database) if every else [Context.article(database, name) for name in which]
        with _output(path, is_binary=form == "warc") as output:
            if form == "html":
                output.write(_dossier(session, articles[0]).encode())
            elif form == "jsonl":
                _json_lines(output, session, articles, config.web.address)
            else:
                _warc(output, session, articles)


def _dossier(session: Session, article: Article) -> str:
    from addendum.dossier import dossier

    items = list(exported(session, article))
    if not items:
        raise AddendumError("it was not read yet, so there is nothing to tell of it", article.url)
    captures = [item.capture for item in items if item.capture]
    return dossier(article, items, stamp_of(session, captures), datetime.now(UTC))


def _json_lines(output: IO[bytes], session: Session, articles: Sequence[Article], address: str) -> None:
    import json

    with show_progress() as progress:
        for item in _items(session, articles, progress):
            output.write((json.dumps(exported_json(item, address), ensure_ascii=False) + "\n").encode())


def _warc(output: IO[bytes], session: Session, articles: Sequence[Article]) -> None:
    from addendum.warc import write_warc

    with show_progress() as progress:
        captures = (item.capture for item in _items(session, articles, progress) if item.capture)
        write_warc(output, _with_pages(session, captures), f"Addendum/{__version__}")


def _items(session: Session, articles: Sequence[Article], progress: Any) -> Iterator[Exported]:
    for number, article in enumerate(articles):
        progress("articles", number, len(articles))
        yield from exported(session, article)
        session.expunge_all()


def _with_pages(session: Session, captures: Iterator[Capture]) -> Iterator[tuple[Capture, bytes | None]]:
    for capture in captures:
        yield capture, page_kept(session, capture)


@contextmanager
def _output(path: str, *, is_binary: bool) -> Iterator[IO[bytes]]:
    """A file of that name, or standard output; what is cut short leaves no file behind."""
    if path in ("", "-"):
        if is_binary and sys.stdout.isatty():
            raise ConfigError(
                "a WARC file is no text to look at: name a file, or send it on through a pipe", "--output"
            )
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    target = Path(path)
    unfinished = target.with_name(f"{target.name}.unfinished")
    try:
        with unfinished.open("wb") as file:
            yield file
        unfinished.replace(target)
    except OSError as error:
        raise AddendumError(f"it cannot be written ({error.strerror or error})", path) from error
    finally:
        unfinished.unlink(missing_ok=True)


def make_backup(context: Context, path: str) -> None:
    with context.record() as (_, database), show_progress() as progress:
        backup(database, Path(path), progress)
    size = Path(path).stat().st_size
    say(f"{path}: {size / 1e6:.1f} MB; `addendum restore {path}` makes it the record of an empty database")


def restore_backup(context: Context, path: str) -> None:
    config = context.config()
    with show_progress() as progress:
        database = restore(Path(path), config.service.database, progress)
        try:
            proof = verify(database, progress)
        finally:
            database.close()
    say(f"restored into {database.name}\n{_in_words(proof)}")
    if proof.misfit:
        sys.exit(1)
