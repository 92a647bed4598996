"""`addendum migrate`: the record goes into another database."""

from addendum.context import Context
from addendum.output import say
from addendum.progress import show_progress
from revisions.errors import ConfigError
from storage.database import open_database
from storage.moving import move


def migrate_record(context: Context, to: str) -> None:
    with context.record() as (config, source):
        if to == config.service.database:
            raise ConfigError("that is the database the record is in already", "--to")
        target = open_database(to, application="addendum migrate")
        try:
            with show_progress() as progress:
                moved = move(source, target, progress)
        finally:
            target.close()
    rows = sum(moved.rows.values())
    say(
        f"{rows} rows in {len(moved.rows)} tables copied and verified: all digests are equal\n"
        f'now set service.database = "{target.name}" (with its password) and start the service'
    )
