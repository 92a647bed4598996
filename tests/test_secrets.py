"""What is secret in the configuration is seen by those it is for, and by nobody else."""

import subprocess
import urllib.request
from pathlib import Path

import pytest

from tests.newsroom import Newsroom
from tests.program import COMMAND, OFTEN, Program, wait_for

MARK = "s3cr3t"
WHSEC = "whsec_czNjcjN0czNjcjN0czNjcjN0czNjcjN0"  # the mark, in base64
CHANNELS = f"""
[[channels]]
name = "hook"
type = "webhook"
url = "http://127.0.0.1:9/{MARK}-hook"
secret = "{WHSEC}"
[[channels]]
name = "slack"
type = "slack"
url = "http://127.0.0.1:9/services/{MARK}-slack"
[[channels]]
name = "mail"
type = "email"
smtp = "smtp://desk:{MARK}-mail@127.0.0.1:9?starttls=never"
from = "addendum@example.org"
to = ["desk@example.org"]
[[channels]]
name = "other"
type = "apprise"
url = "json://desk:{MARK}-apprise@127.0.0.1:9/{MARK}"
"""
MORE = f"""
[archive]
access_key = "{MARK}-access"
secret_key = "{MARK}-secret"
[outlets."127.0.0.1"]
headers = {{ Authorization = "Bearer {MARK}-header" }}
cookies = "session={MARK}-cookie"
"""


@pytest.fixture
def guarded(program: Program, newsroom: Newsroom) -> Program:
    program.configure({"courier": newsroom.feed_url("courier")}, CHANNELS, MORE, revisit=OFTEN)
    written = program.config.read_text("utf-8")
    written = written.replace("[web]\n", f'[web]\ntoken = "{MARK}-token"\n').replace(
        "[service]\n", '[service]\nlog = "debug"\n'
    )
    program.config.write_text(written, "utf-8")
    return program


def said(program: Program, *arguments: str) -> str:
    """Everything a command prints, whatever its exit status."""
    done = subprocess.run(
        [COMMAND, "--config", program.config, *arguments], capture_output=True, text=True, timeout=120, check=False
    )
    return done.stdout + done.stderr


def test_commands_and_their_errors_and_logs(guarded: Program, newsroom: Newsroom) -> None:
    """All channels fail, so that their errors are seen, too."""
    heard = said(guarded, "check")
    assert newsroom.asked[-1].headers["Authorization"] == f"Bearer {MARK}-header", "the outlet gets it"
    newsroom.advance("harbour-list")
    for command in (
        ("check", "--all"),
        ("doctor",),
        ("doctor", "--json"),
        ("alerts", "test"),
        ("alerts", "list", "--json"),
        ("alerts", "explain", "1"),
        ("feeds", "list", "--json"),
        ("hosts", "--json"),
        ("history", "1", "--json"),
        ("articles", "backfill", "1"),
        ("export", "--all"),
        ("export", "1", "--format", "html"),
        ("verify",),
        ("backup", str(guarded.home / "backup.db")),
    ):
        heard += said(guarded, *command)
    said(guarded, "export", "1", "--format", "warc", "-o", str(guarded.home / "captures.warc"))
    assert "cannot be reached" in heard
    assert _shown(heard) == []
    for name in ("backup.db", "addendum.db", "captures.warc"):
        assert MARK.encode() not in (guarded.home / name).read_bytes(), f"{name} holds none"


def test_a_service_its_pages_and_its_process(guarded: Program, newsroom: Newsroom) -> None:
    with guarded.daemon() as daemon:
        wait_for(lambda: "article recorded" in daemon.log)
        newsroom.advance("harbour-list")
        wait_for(lambda: "article changed" in daemon.log, 60)
        wait_for(lambda: "cannot be reached" in daemon.log, 60)
        seen = "".join(
            _get(f"{daemon.url}{path}")
            for path in ("/", "/feeds", "/metrics", "/healthz", "/api/v1/changes", "/api/docs")
        )
        for process in daemon.processes:
            seen += Path(f"/proc/{process.pid}/cmdline").read_text() + Path(f"/proc/{process.pid}/comm").read_text()
        seen += daemon.log
    assert _shown(seen) == []


@pytest.mark.parametrize(
    "wrong",
    [
        f'[[channels]]\nname = "x"\ntype = "slack"\nurl = ["{MARK}"]',
        f'[[channels]]\nname = "x"\ntype = "email"\nsmtp = "{MARK}://a"\nfrom = "a"\nto = ["b"]',
        f'[[channels]]\nname = "x"\ntype = "webhook"\nurl = "http://127.0.0.1:9/"\nsecret = "{MARK}"',
        f'[outlets."a.example"]\ncookies = "{MARK}"',
        f'[outlets."a.example"]\nheaders = {{ "{"X" * 5} y" = "{MARK}" }}',
        f'[outlets."a.example"]\nproxy = "socks5://u:{MARK}@p"',
        f'[web]\ntoken = ["{MARK}"]',
    ],
)
def test_a_mistake_beside_a_secret_is_told_without_it(program: Program, wrong: str) -> None:
    program.config.write_text(f'[service]\ndatabase = "{program.database}"\n{wrong}\n', "utf-8")
    heard = said(program, "doctor", "--offline")
    assert heard.strip()
    assert _shown(heard) == []


def test_the_password_of_a_database(program: Program) -> None:
    program.config.write_text(f'[service]\ndatabase = "postgresql+psycopg://desk:{MARK}@127.0.0.1:9/x"\n', "utf-8")
    heard = said(program, "articles")
    assert "127.0.0.1" in heard
    assert _shown(heard) == []


def _shown(heard: str) -> list[str]:
    return [line[:300] for line in heard.splitlines() if MARK in line or WHSEC in line]


def _get(url: str) -> str:
    request = urllib.request.Request(url, headers={"Authorization": f"Bearer {MARK}-token"})
    with urllib.request.urlopen(request, timeout=10) as answer:
        return str(answer.read().decode())
