"""What `addendum doctor` finds in the record itself."""

import json
from datetime import UTC, datetime, timedelta

from sqlalchemy import bindparam, create_engine, text

from storage.columns import UTCDateTime
from tests.newsroom import Newsroom
from tests.program import Program, on_every_database

pytestmark = on_every_database


def findings(program: Program, expect: int = 0) -> dict[str, tuple[str, str]]:
    lines = program.run("doctor", "--offline", "--json", expect=expect).splitlines()
    found = [json.loads(line) for line in lines if line.startswith("{")]
    return {line["what"]: (line["state"], line["said"]) for line in found}


def test_a_clock_that_was_ahead_and_stamps_that_do_not_come(program: Program, newsroom: Newsroom) -> None:
    program.configure({"courier": newsroom.feed_url("courier")}, more='[proof]\nauthority = "http://127.0.0.1:9/"')
    program.check()
    found = findings(program)
    assert found["clock"][0] == "ok"
    assert found["stamps"] == ("note", "http://127.0.0.1:9/ has not stamped the chain lately; there is none yet")
    assert "schema 00" in found["database"][1]

    engine = create_engine(program.database)
    with engine.begin() as connection:
        later = bindparam("later", datetime.now(UTC) + timedelta(hours=7), type_=UTCDateTime())
        connection.execute(text("UPDATE visit SET at = :later WHERE id = 1").bindparams(later))
        connection.execute(text("UPDATE capture SET link = NULL, at = '2021-07-18 16:00:00'"))
    engine.dispose()
    found = findings(program, expect=1)
    assert found["clock"][0] == "problem"
    assert "the clock was ahead; see that NTP keeps it" in found["clock"][1]
    assert found["proof"][1].startswith("2 captures wait for their link since 2021-07-18")
