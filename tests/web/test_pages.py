"""The pages over a real socket are tested with the service; here: access, and hostile text."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from jsonschema import Draft202012Validator

from revisions.text import Paragraph, Text
from storage.database import Database, open_database
from storage.tables import Article, Change, Version
from storage.texts import keep_text
from web.app import create_app

README = Path(__file__).parents[2] / "README.md"
NOW = datetime(2021, 7, 18, 16, tzinfo=UTC)
HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(1)>"


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = open_database(f"sqlite:///{tmp_path}/record.db")
    texts = [Text(HOSTILE, (Paragraph(f"{HOSTILE} {n}"),)) for n in (1, 2)]
    with opened.write() as session:
        session.add(Article(url="https://n.example/a", title=HOSTILE, outlet=HOSTILE, first_seen_at=NOW, versions=2))
        session.flush()
        for n, text in enumerate(texts, 1):
            session.add(
                Version(
                    article_id=1,
                    number=n,
                    captured_at=NOW,
                    sha256=text.sha256,
                    headline=HOSTILE,
                    words=1,
                )
            )
            keep_text(session, 1, n, text)
        session.add(
            Change(
                article_id=1,
                from_version=1,
                to_version=2,
                detected_at=NOW,
                kinds=["body"],
                significance="minor",
                summary=HOSTILE,
            )
        )
    yield opened
    opened.close()


@pytest.mark.parametrize("path", ["/", "/articles/1", "/articles/1/diff/1..2"])
def test_text_of_an_article_never_becomes_markup(database: Database, path: str) -> None:
    answer = TestClient(create_app(database, "http://x")).get(path)
    assert answer.status_code == 200
    assert "<script" not in answer.text
    assert "<img" not in answer.text
    assert "script-src" not in answer.headers["content-security-policy"]
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")


@pytest.mark.parametrize("path", ["/articles/9", "/articles/1/diff/1..9", "/articles/1/diff/latest"])
def test_what_is_not_there_says_so(database: Database, path: str) -> None:
    answer = TestClient(create_app(database, "http://x")).get(path)
    assert answer.status_code == 404
    assert "Not here" in answer.text


def test_a_token_is_asked_for_when_one_is_set(database: Database) -> None:
    client = TestClient(create_app(database, "http://x", token="hush"))
    assert client.get("/").status_code == 401
    assert client.get("/", headers={"Authorization": "Bearer wrong"}).status_code == 401
    assert client.get("/", headers={"Authorization": "Bearer hush"}).status_code == 200
    assert client.get("/", auth=("anyone", "hush")).status_code == 200
    assert client.get("/healthz").json()["status"] == "degraded"
    assert "reasons" not in client.get("/healthz").json(), "they may name channels and feeds"
    assert client.get("/healthz", auth=("anyone", "hush")).json()["reasons"]


def test_the_schema_of_webhooks_is_there_for_all_and_the_example_in_the_readme_fits_it(database: Database) -> None:
    answer = TestClient(create_app(database, "http://x", token="hush")).get("/api/v1/schemas/webhook.json")
    assert answer.headers["content-type"] == "application/schema+json"
    Draft202012Validator.check_schema(answer.json())
    (example,) = re.findall(r"```json\n(.*?)```", README.read_text("utf-8"), re.DOTALL)
    told = json.loads(example)
    assert told["data"]["change"]["statements"]
    Draft202012Validator(answer.json()).validate(told)
