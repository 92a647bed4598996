"""A copy of the whole record in one file, made while the service runs; and the way back."""

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from sqlalchemy import Connection, make_url

from revisions.errors import StorageError
from storage.database import Database, open_database
from storage.moving import move

PAGES = 2000  # of SQLite's, copied before others may write again
Progress = Callable[[str, int, int], None]


def backup(database: Database, path: Path, progress: Progress = lambda *_: None) -> None:
    """The record as it is now, as a SQLite file, whatever database it is in. Raises `StorageError` where one is there.

    The file has its name only once it is whole.
    """
    if path.exists():
        raise StorageError("there is a file of that name; name another", str(path))
    if not path.parent.is_dir():
        raise StorageError("its folder does not exist; make it first", str(path))
    unfinished = path.with_name(f"{path.name}.unfinished")
    _remove(unfinished)
    try:
        if database.is_shared:
            _move(database, unfinished, progress)
        else:
            _copy(database, unfinished, progress)
        _settle(unfinished)
        unfinished.rename(path)
    finally:
        _remove(unfinished)


def restore(path: Path, url: str, progress: Progress = lambda *_: None) -> Database:
    """The record of a backup in the database at `url`, which must be empty. Raises `StorageError` where it is not."""
    if not path.is_file():
        raise StorageError("there is no such file", str(path))
    address = make_url(url)
    if address.get_backend_name() == "sqlite" and address.database:
        return _restore_file(path, Path(address.database), url, progress)
    source, target = open_database(_url(path)), open_database(url)
    try:
        move(source, target, progress)
    except BaseException:
        target.close()
        raise
    finally:
        source.close()
    return target


def _restore_file(path: Path, target: Path, url: str, progress: Progress) -> Database:
    if target.exists():
        raise StorageError(f"there is a record already; move {target} away first", url)
    backup_file = open_database(_url(path), upgrade=False)
    unfinished = target.with_name(f"{target.name}.unfinished")
    _remove(unfinished)
    try:
        if backup_file.revision() is None:
            raise StorageError("this file is no backup of a record", str(path))
        _copy(backup_file, unfinished, progress)
        _settle(unfinished)
        unfinished.rename(target)
    finally:
        backup_file.close()
        _remove(unfinished)
    return open_database(url)


def _copy(database: Database, path: Path, progress: Progress) -> None:
    """SQLite's own way, some pages at a time; the transaction keeps what others write meanwhile out of it."""
    try:
        with closing(sqlite3.connect(path)) as target, database.engine.connect() as source:
            source.exec_driver_sql("SELECT count(*) FROM sqlite_master").all()
            _plain(source).backup(
                target, pages=PAGES, progress=lambda _status, left, total: progress("backup", total - left, total)
            )
    except sqlite3.Error as error:
        raise StorageError(f"the copy could not be written ({error})", str(path)) from error


def _plain(connection: Connection) -> sqlite3.Connection:
    plain = connection.connection.dbapi_connection
    assert isinstance(plain, sqlite3.Connection)
    return plain


def _move(database: Database, path: Path, progress: Progress) -> None:
    target = open_database(_url(path))
    try:
        move(database, target, progress)
    finally:
        target.close()


def _settle(path: Path) -> None:
    """One file, with nothing beside it, on the disk."""
    with closing(sqlite3.connect(path)) as written:
        written.execute("PRAGMA journal_mode=DELETE")
        found = written.execute("PRAGMA quick_check").fetchone()[0]
    if found != "ok":
        raise StorageError(f"the copy is damaged ({found}); the disk may be failing", str(path))
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _url(path: Path) -> str:
    return f"sqlite:///{path}"


def _remove(path: Path) -> None:
    for ending in ("", "-wal", "-shm", "-journal"):
        path.with_name(path.name + ending).unlink(missing_ok=True)
