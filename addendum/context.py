"""What every command begins with: the configuration, the logs, the record. Imported late, so that help is at once."""

import contextlib
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from addendum.config import Config
    from storage.database import Database
    from storage.tables import Article


@dataclass(frozen=True)
class Context:
    """The options given before the command."""

    config_path: str | None

    def config(self, *, logs: bool = True) -> "Config":
        """`logs`: whether the command has anything to log; a question has not, and is answered sooner without."""
        from addendum.configfile import load

        config = load(self.config_path)
        if logs:
            from addendum.logs import set_up

            set_up(config.service.log)
        return config

    @contextlib.contextmanager
    def record(self, application: str = "addendum", *, logs: bool = True) -> "Iterator[tuple[Config, Database]]":
        """The configuration and the record, brought up to date and closed at the end.

        `application`: what a shared database shows its connections as. `logs`: as for `config`.
        """
        from storage.database import open_database

        config = self.config(logs=logs)
        database = open_database(config.service.database, application=application)
        try:
            yield config, database
        finally:
            database.close()

    @staticmethod
    def note(text: str) -> None:
        """A remark for people, on standard error, where it is in no pipe's way."""
        sys.stderr.write(text + "\n")

    @staticmethod
    def article(database: "Database", which: str) -> "Article":
        """By number or any URL that leads to it. Raises `AddendumError` where there is none."""
        from storage.queries import get_article

        if which.isascii() and which.isdigit():
            return get_article(database, which)
        from crawler.urls import canonical
        from revisions.errors import AddendumError, FetchError

        try:
            url = canonical(which)
        except FetchError as error:
            raise AddendumError("an article is named by its number or by a URL", which) from error
        return get_article(database, url)
