"""The API answers as its own OpenAPI document says, whatever it is asked; checked from outside by Schemathesis."""

import subprocess
import sys
from pathlib import Path

import pytest

from storage.database import open_database
from tests.databases import BOTH, new_database
from tests.program import Program
from tests.storage.asked import follow, visit

SCHEMATHESIS = Path(sys.executable).with_name("schemathesis")
CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"


@pytest.mark.slow
@pytest.mark.parametrize("kind", BOTH)
def test_nothing_it_is_asked_is_answered_outside_its_own_description(kind: str, tmp_path: Path) -> None:
    with new_database(kind, tmp_path) as url:
        program = Program(tmp_path, url)
        program.configure({}, public="")
        text = program.config.read_text("utf-8").replace("[web]\n", '[web]\ntoken = "hush"\n')
        program.config.write_text(text, "utf-8")
        database = open_database(url)
        follow(database, "courier.example/a", "dispatch.example/b")
        for hours, more in enumerate(("", "NSO Group said: “There is no credence in the claims made about it.”", "")):
            visit(database, hours, 1, ["Forty inspectors stand on a list of telephone numbers.", *filter(None, [more])])
        visit(database, 4, 2, ["A harbour town wakes up to a list."])
        visit(database, 5, 2, [])
        database.close()
        with program.serving() as daemon:
            done = subprocess.run(
                [
                    *(SCHEMATHESIS, "run", f"{daemon.url}/api/openapi.json", "--header", "Authorization: Bearer hush"),
                    *("--checks", CHECKS, "--seed", "7", "--max-examples", "60", "--no-color"),
                    *("--generation-database", "none", "--suppress-health-check", "all"),
                ],
                capture_output=True,
                text=True,
                timeout=500,
                check=False,
                cwd=tmp_path,
            )
        assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
        assert "Traceback" not in daemon.log
