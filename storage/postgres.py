"""What only PostgreSQL speaks: its connections' settings, visits kept by month, full text, sizes, and how it fares."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from typing import Any

from sqlalchemy import Connection, Select, text

from revisions.search import Question, Sought

CONNECTIONS, MORE_CONNECTIONS = 5, 5  # kept open by a process, and opened for as long as they are needed
STATEMENT, LOCK, IDLE = 60, 20, 120  # s after which PostgreSQL ends a statement, a wait for a lock, an idle transaction
LARGE = 100_000  # rows from which a table's size is estimated, not counted
MONTHS_AHEAD = 2
FEW, MORE_THAN_FEW = 2000, 8000  # rows that are put in order in some milliseconds, and those that are not
# Of a paragraph, the words and bytes of words that are found again (PostgreSQL, "Text Search: Limitations").
MOST_PLACES, LARGEST_VECTOR = 16_000, 400_000

# Serialization failure, deadlock, a row that another process has just written: of no consequence when tried again.
CONTENTION = frozenset({"40001", "40P01", "23505"})
MOST_NAMES = 300  # held together; PostgreSQL has room for some thousands in all

_SEQUENCE = "visit_id_seq"


def options(application: str, *, statement: int = STATEMENT) -> dict[str, Any]:
    """For `create_engine`. `application`: as `pg_stat_activity` shows it; `statement`: time limit in seconds."""
    settings = {
        "statement_timeout": f"{statement}s",
        "lock_timeout": f"{LOCK}s",
        "idle_in_transaction_session_timeout": f"{IDLE}s",
    }
    return {
        "pool_pre_ping": True,
        "pool_size": CONNECTIONS,
        "max_overflow": MORE_CONNECTIONS,
        "pool_recycle": 3600,
        "connect_args": {
            "application_name": application,
            "connect_timeout": 10,
            "options": " ".join(f"-c {name}={value}" for name, value in settings.items()),
            **KEEPALIVES,
        },
    }


KEEPALIVES = {"keepalives": 1, "keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3}


def unlimited(connection: Connection) -> None:
    """For this transaction: a migration takes as long as it takes."""
    for name in ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout"):
        connection.execute(text(f"SET LOCAL {name} = 0"))


def lock_schema(connection: Connection) -> None:
    """Wait until no other process makes or changes the schema; until the end of the transaction."""
    connection.execute(text("SELECT pg_advisory_xact_lock(hashtext('addendum schema'))"))


def hold_names(connection: Connection, names: Iterable[str]) -> None:
    """Wait until no other transaction holds any of these names, and hold them until this one ends.

    Of very many the same few hundred are chosen everywhere.
    """
    digests = (blake2b(name.encode(), digest_size=8).digest() for name in names)
    numbers = sorted({int.from_bytes(digest, "big", signed=True) for digest in digests})[:MOST_NAMES]
    held = text("SELECT pg_advisory_xact_lock(number) FROM unnest(CAST(:numbers AS bigint[])) AS number")
    connection.execute(held, {"numbers": numbers})


def part_visits_by_month(connection: Connection) -> None:
    """Make `visit` a table partitioned by month, with everything that is in it.

    So what is written goes into an index that stays as small as a month, however old the record is.
    """
    connection.execute(text("ALTER TABLE visit RENAME TO visit_whole"))
    connection.execute(text("ALTER INDEX pk_visit RENAME TO pk_visit_whole"))
    connection.execute(text("ALTER INDEX ix_visit_article RENAME TO ix_visit_whole_article"))
    connection.execute(
        text(
            "CREATE TABLE visit (LIKE visit_whole INCLUDING DEFAULTS, CONSTRAINT pk_visit PRIMARY KEY (id, at), "
            "CONSTRAINT fk_visit_article_id_article FOREIGN KEY (article_id) REFERENCES article (id)) "
            "PARTITION BY RANGE (at)"
        )
    )
    connection.execute(text("CREATE INDEX ix_visit_article ON visit (article_id, at)"))
    connection.execute(text("CREATE INDEX ix_visit_at ON visit (at)"))
    connection.execute(text("CREATE TABLE visit_other PARTITION OF visit DEFAULT"))
    filled = connection.execute(text("SELECT DISTINCT date_trunc('month', at AT TIME ZONE 'UTC') FROM visit_whole"))
    for month in [row[0].replace(tzinfo=UTC) for row in filled]:
        make_month(connection, month)
    connection.execute(text("INSERT INTO visit SELECT * FROM visit_whole"))
    connection.execute(text(f"ALTER SEQUENCE {_SEQUENCE} OWNED BY visit.id"))
    connection.execute(text("DROP TABLE visit_whole"))
    make_months(connection, datetime.now(UTC))


def join_visits(connection: Connection) -> None:
    """The way back: one table for all months."""
    connection.execute(text("ALTER TABLE visit RENAME TO visit_parted"))
    connection.execute(text("CREATE TABLE visit (LIKE visit_parted INCLUDING DEFAULTS)"))
    connection.execute(text("INSERT INTO visit SELECT * FROM visit_parted"))
    connection.execute(text(f"ALTER SEQUENCE {_SEQUENCE} OWNED BY visit.id"))
    connection.execute(text("DROP TABLE visit_parted"))
    connection.execute(text("ALTER TABLE visit ADD CONSTRAINT pk_visit PRIMARY KEY (id)"))
    connection.execute(
        text("ALTER TABLE visit ADD CONSTRAINT fk_visit_article_id_article FOREIGN KEY (article_id) REFERENCES article")
    )
    connection.execute(text("CREATE INDEX ix_visit_article ON visit (article_id, at)"))


def make_months(connection: Connection, now: datetime, since: datetime | None = None) -> None:
    """See that there are partitions for all months from `since` to the next ones. What fits none is kept, too."""
    month, last = since or now, now
    for _ in range(MONTHS_AHEAD):
        last = _next_month(last)
    while month <= last:
        make_month(connection, month)
        month = _next_month(month)


def make_month(connection: Connection, at: datetime) -> None:
    """A partition for the month that `at` is in, unless there is one."""
    start = at.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    name = f"visit_{start:%Y_%m}"
    if connection.execute(text("SELECT to_regclass(:name)"), {"name": name}).scalar():
        return
    end = _next_month(start)
    bounds = f"FROM ('{start:%Y-%m-%d}+00') TO ('{end:%Y-%m-%d}+00')"
    connection.execute(text(f"CREATE TABLE {name} (LIKE visit INCLUDING ALL)"))
    misplaced = "DELETE FROM visit_other WHERE at >= :start AND at < :end RETURNING *"
    connection.execute(
        text(f"WITH moved AS ({misplaced}) INSERT INTO {name} SELECT * FROM moved"),  # noqa: S608 a name made above
        {"start": start, "end": end},
    )
    connection.execute(text(f"ALTER TABLE visit ATTACH PARTITION {name} FOR VALUES {bounds}"))


def _next_month(month: datetime) -> datetime:
    return (month.replace(day=1) + timedelta(days=32)).replace(day=1)


def estimate_rows(connection: Connection, table: str) -> int | None:
    """How many rows a large table has, as its last analysis saw it; None where it is small enough to count."""
    seen = connection.execute(text("SELECT reltuples::bigint FROM pg_class WHERE oid = to_regclass(:t)"), {"t": table})
    rows = int(seen.scalar() or 0)
    return rows if rows >= LARGE else None


def replica_lag(connection: Connection) -> timedelta | None:
    """By how much a standby is behind; None where the server is none."""
    found = connection.execute(
        text(
            "SELECT CASE WHEN NOT pg_is_in_recovery() THEN NULL "
            "WHEN pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn() THEN 0 "
            "ELSE extract(epoch FROM now() - pg_last_xact_replay_timestamp()) END"
        )
    ).scalar()
    return None if found is None else timedelta(seconds=float(found))


def clock_difference(connection: Connection) -> timedelta:
    """By how much the server's clock is ahead of ours."""
    before = datetime.now(UTC)
    theirs: datetime = connection.execute(text("SELECT clock_timestamp()")).scalar_one()
    return theirs - (before + (datetime.now(UTC) - before) / 2)


def set_sequences(connection: Connection, keys: Mapping[str, str]) -> None:
    """After rows were copied with their numbers, count on from the highest. `keys`: column by table."""
    for table, column in keys.items():
        connection.execute(
            text(
                f"SELECT setval(pg_get_serial_sequence('{table}', '{column}'), "  # noqa: S608 our own tables' names
                f"GREATEST(1, (SELECT COALESCE(max({column}), 0) FROM {table})), "
                f"(SELECT count(*) > 0 FROM {table}))"
            )
        )


def make_words(connection: Connection, index: str) -> None:
    """An index of the words of a table's rows, by their numbers, and of who said them."""
    connection.execute(text(f"CREATE TABLE {index}_words (id integer PRIMARY KEY, words tsvector NOT NULL)"))
    connection.execute(text(f"CREATE INDEX ix_{index}_words ON {index}_words USING gin (words)"))


def drop_words(connection: Connection, index: str) -> None:
    connection.execute(text(f"DROP TABLE {index}_words"))


def add_words(connection: Connection, index: str, rows: Sequence[tuple[int, Sequence[str], str]]) -> None:
    """Rows' numbers, terms, and speakers in one term."""
    added = text(f"INSERT INTO {index}_words (id, words) VALUES (:id, CAST(:words AS tsvector))")  # noqa: S608
    connection.execute(added, [{"id": number, "words": _vector(terms, who)} for number, terms, who in rows])


def remove_words(connection: Connection, index: str, rows: Sequence[tuple[int, Sequence[str], str]]) -> None:
    removed = text(f"DELETE FROM {index}_words WHERE id = ANY(:ids)")  # noqa: S608
    connection.execute(removed, {"ids": [number for number, _, _ in rows]})


def clear_words(connection: Connection, index: str) -> None:
    connection.execute(text(f"TRUNCATE {index}_words"))


def _vector(terms: Sequence[str], speaker: str) -> str:
    """A tsvector literal: each term with its places, and who speaks as a term that no text can hold."""
    placed, size = [], 0
    for at, term in enumerate(terms[:MOST_PLACES], 1):
        size += len(term.encode())
        if size > LARGEST_VECTOR:
            break
        placed.append(f"'{term}':{at}")
    return " ".join([*placed, *([f"'={speaker}'"] if speaker else [])])


def matching(index: str, question: Question, speaker: str) -> tuple[str, str, dict[str, str]]:
    """Name of the index's column with rows' numbers, a condition, and its values."""
    asked = expression(question) + (f" & '={speaker}'" if speaker else "")
    return "id", f"{index}_words.words @@ CAST(:asked AS tsquery)", {"asked": asked}


def few_answers(connection: Connection, answers: Select[Any]) -> list[int] | None:
    """The numbers of all rows that answer a question, where few are expected; else None.

    Many are looked for in their order, from the newest on, until there are enough. PostgreSQL by itself does so with
    few ones, too, and reads most of the table.
    """
    plan = str(answers.compile(connection, compile_kwargs={"literal_binds": True}))
    found = connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {plan}").scalar_one()
    if int(found[0]["Plan"]["Plan Rows"]) > FEW:
        return None
    numbers = list(connection.execute(answers.limit(MORE_THAN_FEW)).scalars())
    return numbers if len(numbers) < MORE_THAN_FEW else None


def expression(question: Question) -> str:
    """As a tsquery; terms hold letters, marks and digits alone, so nothing in them needs escaping."""
    return " & ".join(("!" if s.is_unwanted else "") + _any_way(s) for s in question.sought)


def _any_way(sought: Sought) -> str:
    ways = (" <-> ".join(f"'{term}'" for term in way) for way in sought.ways)
    return "(" + " | ".join(f"({way}{':*' if sought.is_prefix else ''})" for way in ways) + ")"
