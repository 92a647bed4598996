"""The API: everything the pages show, as JSON. Lists come a page at a time; `Link` names the next one (RFC 8288)."""

from collections.abc import Callable
from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from fastapi.responses import JSONResponse

from alerts.schemas import webhook_schema
from revisions.errors import QuestionError
from revisions.render import as_json
from storage import feeds, queries, stream, subscriptions
from storage.paging import Page
from storage.present import (
    article_json,
    change_json,
    feed_json,
    hit_json,
    moment,
    outlet_json,
    statement_json,
    version_json,
    version_reference,
)
from storage.statements import StatementRecord, get_statement, page_of_statements
from web import models
from web.access import is_known_host, may_change
from web.difference import get_difference, steps_in
from web.filters import ArticlesAsked, ChangesAsked, SearchAsked, StatementsAsked
from web.site import Here, Site

T = TypeVar("T")
Json = dict[str, Any]

ROOT = "/api/v1"
MOST = 500
Limit = Annotated[int, Query(ge=1, le=MOST, description="At most so many")]
Which = Annotated[int, Path(ge=1, le=2**31 - 1, description="An article's number")]
Row = Annotated[int, Path(ge=1, le=2**31 - 1)]
Step = Annotated[str, Path(pattern=r"^[0-9]{1,9}\.\.[0-9]{1,9}$", examples=["1..2"], description="FROM..TO")]

_PROBLEMS: dict[int | str, Any] = {
    400: {"model": models.Problem, "description": "The question cannot be answered as it was put"},
    401: {"model": models.Problem, "description": "A token is needed"},
    404: {"model": models.Problem, "description": "There is no such thing"},
    421: {"model": models.Problem, "description": "Addendum is not known by this name"},
    422: {"model": models.Problem, "description": "A part of the question is not as expected"},
}
_LINK = {"Link": {"description": 'The pages beside this one: rel="next", rel="prev"', "schema": {"type": "string"}}}


def build_api(guards: list[Any]) -> APIRouter:
    router = APIRouter(prefix=ROOT, responses=_PROBLEMS)
    for path, answer, model in (
        ("/changes", changes, list[models.Change]),
        ("/changes/{number}", change, models.Change),
        ("/articles", articles, list[models.Article]),
        ("/articles/{number}", article, models.Article),
        ("/articles/{number}/versions", versions, list[models.Version]),
        ("/articles/{number}/versions/{version}", version, models.VersionText),
        ("/articles/{number}/diff/{step}", diff, models.Diff),
        ("/articles/{number}/visits", visits, list[models.Visit]),
        ("/statements", statements, list[models.Statement]),
        ("/statements/{number}", statement, models.StatementWithWordings),
        ("/search", search, list[models.Hit]),
        ("/outlets", outlets, list[models.OutletFigures]),
        ("/feeds", list_feeds, list[models.Feed]),
    ):
        is_paged = answer in (changes, articles, statements, search)
        found: dict[int | str, Any] = {200: {"headers": _LINK, "description": "Found"}} if is_paged else {}
        router.add_api_route(path, answer, response_model=model, dependencies=guards, responses=found)
    writing = [Depends(is_known_host), Depends(may_change)]
    refused: dict[int | str, Any] = {403: {"model": models.Problem, "description": "No token is configured"}}
    for name, act in (("pause", pause), ("resume", resume)):
        router.add_api_route(
            f"/feeds/{{number}}/{name}",
            act,
            methods=["POST"],
            response_model=models.Feed,
            dependencies=writing,
            responses=refused,
        )
    router.add_api_route("/schemas/webhook.json", webhook_schema_json, response_class=_Schema)
    return router


class _Schema(JSONResponse):
    media_type = "application/schema+json"


def changes(
    request: Request, response: Response, site: Here, asked: Annotated[ChangesAsked, Query()], limit: Limit = 50
) -> list[Json]:
    """The changes, newest first."""
    page = stream.page_of_changes(site.database, asked.filter, cursor=asked.cursor, limit=limit)
    return _page(page, lambda record: change_json(record, site.public_url), asked, request, response, site)


def change(site: Here, number: Row) -> Json:
    """One change."""
    return change_json(stream.get_change(site.database, number), site.public_url)


def articles(
    request: Request, response: Response, site: Here, asked: Annotated[ArticlesAsked, Query()], limit: Limit = 50
) -> list[Json]:
    """Articles that were read, the most recently changed first."""
    page = queries.page_of_articles(
        site.database, outlet=asked.outlet, status=asked.status or "", cursor=asked.cursor, limit=limit
    )
    return _page(page, article_json, asked, request, response, site)


def article(site: Here, number: Which) -> Json:
    """One article."""
    return article_json(queries.get_article(site.database, str(number)))


def versions(site: Here, number: Which) -> list[Json]:
    """An article's versions in the order of their times, each with the change that led to it."""
    found = queries.get_history(site.database, _own_number(site, number))
    return [version_json(version, change) for version, change in found]


def version(site: Here, number: Which, version: Row) -> Json:
    """What one version reads."""
    row, text = queries.get_version(site.database, _own_number(site, number), version)
    return {
        **version_reference(row),
        "headline": text.headline,
        "standfirst": text.standfirst,
        "byline": text.byline,
        "published_at": moment(text.published_at),
        "modified_at": moment(text.modified_at),
        "language": text.language,
        "paragraphs": [{"role": p.role.value, "text": p.text} for p in text.paragraphs],
    }


def diff(site: Here, number: Which, step: Step) -> Json:
    """What changed between two versions, word by word."""
    found = get_difference(site.database, queries.get_article(site.database, str(number)), *steps_in(step))
    return {
        "article": found.article.id,
        "from": found.source.number,
        "to": found.target.number,
        "change": found.change and found.change.id,
        "parts": as_json(found.old, found.new),
    }


def visits(site: Here, number: Which, limit: Limit = 50) -> list[Json]:
    """An article's latest visits, newest first."""
    found = queries.get_visits(site.database, _own_number(site, number), limit=limit)
    return [
        {"at": moment(visit.at), "outcome": visit.outcome, "status": visit.status, "error": visit.error or None}
        for visit in found
    ]


def statements(
    request: Request, response: Response, site: Here, asked: Annotated[StatementsAsked, Query()], limit: Limit = 50
) -> list[Json]:
    """Who was quoted or reported with what, those first seen last, first."""
    page = page_of_statements(site.database, asked.filter(once=False), cursor=asked.cursor, limit=limit)
    return _page(page, lambda record: statement_json(record, site.public_url), asked, request, response, site)


def statement(site: Here, number: Row) -> Json:
    """One statement, with how it was worded here and elsewhere."""
    record = get_statement(site.database, number)
    wordings = [StatementRecord(other, article, other.last_version or 0) for other, article in record.wordings]
    return {
        **statement_json(record, site.public_url),
        "wordings": [statement_json(wording, site.public_url) for wording in wordings],
    }


def search(
    request: Request, response: Response, site: Here, asked: Annotated[SearchAsked, Query()], limit: Limit = 25
) -> list[Json]:
    """Which articles ever said something, from when to when; those recorded last first."""
    if not asked.q.strip():
        raise QuestionError('name what to look for, such as ?q="no credence"', "q")
    page = asked.find(site.database, limit)
    return _page(page, lambda hit: hit_json(hit, site.public_url), asked, request, response, site)


def outlets(site: Here) -> list[Json]:
    """Outlets compared: edits, those with a notice, stealth edits, hours until the first edit."""
    return [outlet_json(figures) for figures in site.compared]


def list_feeds(site: Here) -> list[Json]:
    """The feeds that are watched, and how they fare."""
    pushed = subscriptions.list_subscriptions(site.database)
    return [feed_json(feed, pushed.get(feed.id or 0)) for feed in feeds.list_feeds(site.database)]


def pause(site: Here, number: Row) -> Json:
    """Leave a feed alone until it is resumed."""
    return feed_json(feeds.pause_feed(site.writer or site.database, str(number), paused=True))


def resume(site: Here, number: Row) -> Json:
    """Poll a paused feed again."""
    return feed_json(feeds.pause_feed(site.writer or site.database, str(number), paused=False))


def webhook_schema_json() -> Json:
    """The JSON Schema of what a webhook is sent."""
    return webhook_schema()


def _own_number(site: Site, number: int) -> int:
    found = queries.get_article(site.database, str(number)).id
    assert found is not None
    return found


def _page(
    page: Page[T], present: Callable[[T], Json], asked: Any, request: Request, response: Response, site: Site
) -> list[Json]:
    """A page's items; the header `Link` tells where those beside it are."""
    limit = request.query_params.get("limit", "")
    beside = {"next": page.older, "prev": page.newer}
    links = [
        f'<{site.public_url}{asked.address(request.url.path, cursor=cursor, limit=limit)}>; rel="{rel}"'
        for rel, cursor in beside.items()
        if cursor
    ]
    if links:
        response.headers["Link"] = ", ".join(links)
    return [present(item) for item in page.items]
