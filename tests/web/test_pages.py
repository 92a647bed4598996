"""Answers of the pages and the API, without a browser: access, what is not there, and hostile text."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from fastapi.testclient import TestClient
from jsonschema import Draft202012Validator
from lxml import html

from storage.database import Database
from tests.storage.asked import follow, visit
from tests.web.hostile import hostile_record
from web.app import create_app

README = Path(__file__).parents[2] / "README.md"
ATOM = "{http://www.w3.org/2005/Atom}"
PAGES = [
    "/",
    "/?kind=body&outlet=x",
    "/statements",
    "/statements/1",
    "/articles",
    "/articles/1",
    "/articles/1/versions/1",
    "/articles/1/versions/2",
    "/articles/1/diff/1..2",
    "/articles/1/diff/1..2?view=side",
    "/articles/1/diff/1..2?only=changes",
    "/search?q=second",
    "/search?q=%3Cscript%3E&speaker=%3Cscript%3E",
    "/outlets",
    "/feeds",
    "/embed/articles/1/diff/1..2",
    "/api/docs",
]


def client(database: Database, token: str = "") -> TestClient:
    app = create_app(database, "http://addendum.test", token, speakers=["NSO Group"])
    return TestClient(app, base_url="http://addendum.test")


@pytest.fixture
def hostile(tmp_path: Path) -> Iterator[TestClient]:
    with hostile_record(tmp_path) as database:
        yield client(database, token="hush")


@pytest.fixture
def here(database: Database) -> TestClient:
    """A record with a few changes, on both databases."""
    follow(database, "courier.example/a", "dispatch.example/b")
    lead = "Forty inspectors stand on a list of telephone numbers."
    visit(database, 0, 1, [lead, "The ministry is silent."])
    visit(database, 1, 2, ["A harbour town wakes up to a list."])
    visit(database, 2, 1, [lead, "NSO Group said: “There is no credence in the claims made about it.”"])
    visit(database, 4, 1, [lead])
    visit(database, 5, 2, [])
    return client(database)


@pytest.mark.parametrize("path", PAGES)
def test_text_of_an_article_never_becomes_markup(hostile: TestClient, path: str) -> None:
    answer = hostile.get(path, headers={"Authorization": "Bearer hush"})
    assert answer.status_code == 200
    for element in html.fromstring(answer.text).iter():
        assert element.tag not in ("script", "img", "iframe", "object", "embed", "meta-refresh"), element.tag
        assert not [
            name for name in element.attrib if name.startswith("on") or name in ("srcdoc", "autofocus", "style")
        ]
        assert element.get("href", "/").startswith(("/", "#", "http://", "https://")), element.get("href")
    policy = answer.headers["content-security-policy"]
    assert "script-src" not in policy
    assert policy.startswith("default-src 'none'; style-src 'self'")
    is_framed = path.startswith("/embed")
    assert policy.endswith("frame-ancestors *" if is_framed else "frame-ancestors 'none'")


def test_a_feed_of_hostile_changes_is_xml(hostile: TestClient) -> None:
    answer = hostile.get("/changes.atom", headers={"Authorization": "Bearer hush"})
    (entry,) = ET.fromstring(answer.content).findall(f"{ATOM}entry")
    content = entry.findtext(f"{ATOM}content") or ""
    assert "<script" not in content
    assert "&lt;script&gt;" in content


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/articles/9", 404),
        ("/articles/1/diff/1..9", 404),
        ("/articles/1/diff/latest", 400),
        ("/articles/1/diff/1..2?view=upside-down", 400),
        ("/articles/1/versions/7", 404),
        ("/articles/99999999999999999999/versions/1", 404),
        ("/articles/one", 422),
        ("/statements/77", 404),
        ("/statements/99999999999999999999", 404),
        ("/?cursor=WyI8IiwgIjAwMDEtMDEtMDFUMDA6MDA6MDArMTQ6MDAiLCAxXQ", 400),
        ("/?kind=none", 422),
        ("/?since=soon", 422),
        ("/?cursor=bm9uc2Vuc2U", 400),
        ("/search?q=%22%22", 400),
        ("/nowhere", 404),
    ],
)
def test_what_cannot_be_answered_says_so_in_words(here: TestClient, path: str, status: int) -> None:
    answer = here.get(path)
    assert answer.status_code == status
    assert 'role="alert"' in answer.text


def test_the_api_says_what_is_wrong_in_one_way(here: TestClient) -> None:
    for path, status in (
        ("/changes/99", 404),
        ("/changes?kind=none", 422),
        ("/search?q=%22%22", 400),
        ("/search", 400),
    ):
        answer = here.get(f"/api/v1{path}")
        assert (answer.status_code, list(answer.json())) == (status, ["error"])


def test_empty_fields_of_a_form_ask_for_nothing(here: TestClient) -> None:
    plain = here.get("/api/v1/changes").json()
    assert len(plain) == 3
    sent = here.get("/api/v1/changes?kind=&significance=&speaker=&outlet=&since=&until=&stealth=").json()
    assert sent == plain


def test_lists_go_on_where_the_link_says(here: TestClient) -> None:
    seen, address = [], "/api/v1/changes?limit=1&outlet=The+Harbour+Courier"
    while address:
        answer = here.get(address)
        seen += [change["id"] for change in answer.json()]
        found = re.search(r'<([^>]*)>; rel="next"', answer.headers.get("link", ""))
        address = found[1] if found else ""
    assert seen == [2, 1]


def test_what_is_known_already_is_not_sent_again(here: TestClient) -> None:
    for path in ("/", "/articles/1/diff/1..2", "/api/v1/changes", "/changes.atom", "/static/addendum.css"):
        first = here.get(path)
        again = here.get(path, headers={"If-None-Match": first.headers["etag"]})
        assert (again.status_code, again.content) == (304, b""), path
        assert here.get(path, headers={"If-None-Match": '"other"'}).status_code == 200
    tag = here.get("/").headers["etag"]
    assert here.get("/?kind=notice", headers={"If-None-Match": tag}).status_code == 200


def test_a_difference_marks_statements_and_has_a_link_to_each_paragraph(here: TestClient) -> None:
    page = here.get("/articles/1/diff/1..2").text
    assert "NSO Group statement added" in page
    assert '<div class="line added" id="p2"' in page
    assert 'href="/articles/1/diff/1..2#p2"' in page
    parts = here.get("/api/v1/articles/1/diff/1..2").json()["parts"]
    assert [part["anchor"] for part in parts] == ["r2", "p2"]


def test_a_paragraph_that_moved_is_shown_as_moved(database: Database) -> None:
    follow(database, "courier.example/a")
    paragraphs = [
        f"Paragraph number {n} tells of the harbour and of what was seen there." for n in ["one", "two", "three"]
    ]
    other = "The pilot counted barges all night and wrote nothing down, his wife recalled later."
    visit(database, 0, 1, [*paragraphs, other])
    visit(database, 1, 1, [other, *paragraphs[:2], "Paragraph number three tells of nothing at all any more."])
    page = client(database).get("/articles/1/diff/1..2").text
    assert "Moved here, it was paragraph 4" in page


def test_every_filter_has_its_own_feed(here: TestClient) -> None:
    page = here.get("/?speaker=nso+group&kind=statement").text
    address = re.search(r'<link rel="alternate" type="application/atom\+xml"[^>]*href="([^"]*)"', page)
    assert address
    feed = ET.fromstring(here.get(address[1].replace("&amp;", "&")).content)
    assert [entry.findtext(f"{ATOM}id") for entry in feed.findall(f"{ATOM}entry")] == [
        "http://addendum.test/#change-2",
        "http://addendum.test/#change-1",
    ]
    assert here.get("/changes.atom").headers["content-type"].startswith("application/atom+xml")


def test_what_a_difference_is_embedded_with(here: TestClient) -> None:
    told = here.get("/oembed", params={"url": "http://addendum.test/articles/1/diff/1..2", "maxwidth": 300}).json()
    assert (told["type"], told["version"], told["width"]) == ("rich", "1.0", 300)
    assert 'src="http://addendum.test/embed/articles/1/diff/1..2"' in told["html"]
    for url in (
        "http://elsewhere.test/articles/1/diff/1..2",
        "http://addendum.test/",
        "http://[",
        "http://addendum.test/articles/x/diff/1..2",
    ):
        assert here.get("/oembed", params={"url": url}).status_code in (400, 404)


def test_a_token_is_asked_for_when_one_is_set(database: Database) -> None:
    asking = client(database, token="hush")
    for path in ("/", "/search", "/changes.atom", "/api/v1/changes", "/oembed?url=x", "/metrics"):
        refused = asking.get(path)
        assert (refused.status_code, refused.headers["www-authenticate"][:5]) == (401, "Basic"), path
    assert asking.get("/", headers={"Authorization": "Bearer wrong"}).status_code == 401
    assert asking.get("/", headers={"Authorization": "Basic ****"}).status_code == 401
    assert asking.get("/", headers={"Authorization": "Bearer hush"}).status_code == 200
    assert asking.get("/", auth=("anyone", "hush")).status_code == 200
    assert asking.get("/healthz").json()["status"] == "degraded"
    assert "reasons" not in asking.get("/healthz").json(), "they may name channels and feeds"
    assert asking.get("/healthz", auth=("anyone", "hush")).json()["reasons"]


def test_an_embedded_difference_is_opened_by_its_key_alone(database: Database) -> None:
    follow(database, "courier.example/a")
    visit(database, 0, 1, ["One sentence stood here before."])
    visit(database, 1, 1, ["Another sentence stands here now, and it is longer."])
    visit(database, 2, 1, ["A third sentence, longer than all of them, took its place."])
    asking = client(database, token="hush")
    told = asking.get("/oembed?url=http://addendum.test/articles/1/diff/1..2", auth=("x", "hush")).json()
    address = re.search(r'src="([^"]*)"', told["html"])
    assert address
    assert "key=" in address[1]
    assert asking.get(address[1]).status_code == 200
    assert asking.get(address[1].replace("1..2", "2..3")).status_code == 401, "the key opens nothing else"
    assert asking.get(address[1].split("?")[0]).status_code == 401


def test_without_a_token_it_is_known_by_its_own_names_only(database: Database) -> None:
    ours = client(database)
    assert ours.get("/", headers={"Host": "rebound.attacker.test"}).status_code == 421
    for name in ("127.0.0.1:8321", "localhost:8321", "[::1]:8321", "addendum.test"):
        assert ours.get("/", headers={"Host": name}).status_code == 200, name


def test_feeds_are_paused_with_the_token_and_a_form_of_ours_only(database: Database) -> None:
    follow(database, "courier.example/a")
    path, token = "/feeds/1/pause", {"Authorization": "Bearer hush"}
    assert "set web.token" in client(database).post(path, data={"form": "x"}).text
    assert client(database).post(path).status_code == 403

    asking = client(database, token="hush")
    form = re.search(r'name="form" value="(\w+)"', asking.get("/feeds", auth=("x", "hush")).text)
    assert form
    given = {"form": form[1]}
    assert asking.post(path, data=given).status_code == 401
    assert asking.post(path, auth=("x", "hush")).status_code == 403, "somebody else's page sent it"
    assert asking.post(path, auth=("x", "hush"), data={"form": "0" * 64}).status_code == 403
    foreign = {"Origin": "https://elsewhere.test", "Sec-Fetch-Site": "cross-site"}
    assert asking.post(path, auth=("x", "hush"), data=given, headers=foreign).status_code == 403
    assert asking.get(path, auth=("x", "hush")).status_code == 405
    assert asking.get("/api/v1/feeds", headers=token).json()[0]["status"] == "ok"

    assert asking.post(path, auth=("x", "hush"), data=given, follow_redirects=False).status_code == 303
    assert asking.get("/api/v1/feeds", headers=token).json()[0]["status"] == "paused"
    assert asking.post("/api/v1/feeds/1/resume", auth=("x", "hush")).status_code == 401, (
        "browsers send that by themselves"
    )
    assert asking.post("/api/v1/feeds/1/resume", headers=token).json()["status"] == "ok"


def test_the_schema_of_webhooks_is_there_for_all_and_the_example_in_the_readme_fits_it(database: Database) -> None:
    answer = client(database, token="hush").get("/api/v1/schemas/webhook.json")
    assert answer.headers["content-type"] == "application/schema+json"
    Draft202012Validator.check_schema(answer.json())
    (example,) = re.findall(r"```json\n(.*?)```", README.read_text("utf-8"), re.DOTALL)
    told = json.loads(example)
    assert told["data"]["change"]["statements"]
    Draft202012Validator(answer.json()).validate(told)
