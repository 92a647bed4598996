"""The pages people read. They work without JavaScript, and what was asked stands in the address."""

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from revisions.errors import QuestionError
from revisions.kinds import Kind
from storage import feeds, queries, stream, subscriptions
from storage.present import feed_json
from storage.statements import STATUSES, get_statement, page_of_statements
from storage.tables import Article
from web.access import is_our_form
from web.charts import timeline
from web.difference import get_difference, steps_in
from web.filters import ArticlesAsked, ChangesAsked, SearchAsked, StatementsAsked
from web.site import Here, render

AT_ONCE = 50  # rows of a list on one page
HITS = 25
MOST_VISITS = 20_000  # of an article, drawn on its timeline


def build_pages(guards: list[Any]) -> APIRouter:
    router = APIRouter(dependencies=guards, include_in_schema=False, default_response_class=HTMLResponse)
    pages: dict[str, Callable[..., HTMLResponse]] = {
        "/": changes,
        "/statements": statements,
        "/statements/{number}": statement,
        "/articles": articles,
        "/articles/{number}": article,
        "/articles/{number}/versions/{version}": version,
        "/articles/{number}/diff/{step}": diff,
        "/search": search,
        "/outlets": outlets,
        "/feeds": feeds_page,
    }
    for path, page in pages.items():
        router.add_api_route(path, page, methods=["GET", "HEAD"])
    ours = [Depends(is_our_form)]
    router.add_api_route("/feeds/{number}/pause", pause, methods=["POST"], dependencies=ours)
    router.add_api_route("/feeds/{number}/resume", resume, methods=["POST"], dependencies=ours)
    return router


def changes(request: Request, site: Here, asked: Annotated[ChangesAsked, Query()]) -> HTMLResponse:
    page = stream.page_of_changes(site.database, asked.filter, cursor=asked.cursor, limit=AT_ONCE)
    return render(request, "changes.html", page=page, asked=asked, kinds=list(Kind), site=site)


def statements(request: Request, site: Here, asked: Annotated[StatementsAsked, Query()]) -> HTMLResponse:
    wanted = asked.filter(once=True)
    page = page_of_statements(site.database, wanted, cursor=asked.cursor, limit=AT_ONCE, wordings=True)
    of_article = queries.get_article(site.database, str(asked.article)) if asked.article else None
    return render(
        request, "statements.html", page=page, asked=asked, statuses=STATUSES, site=site, of_article=of_article
    )


def statement(request: Request, site: Here, number: int) -> HTMLResponse:
    return render(request, "statement.html", record=get_statement(site.database, number))


def articles(request: Request, site: Here, asked: Annotated[ArticlesAsked, Query()]) -> HTMLResponse:
    page = queries.page_of_articles(
        site.database, outlet=asked.outlet, status=asked.status or "", cursor=asked.cursor, limit=AT_ONCE
    )
    return render(request, "articles.html", page=page, asked=asked, site=site)


def article(request: Request, site: Here, number: int) -> HTMLResponse:
    found = _article(site, number)
    assert found.id is not None
    history = queries.get_history(site.database, found.id)
    steps = queries.get_changes(site.database, found.id)
    visits = queries.visit_times(site.database, found.id, limit=MOST_VISITS)
    drawn = timeline([v for v, _ in history], steps, visits)
    lost = [change for change in steps if change.to_version is None or change.to_version == change.from_version]
    return render(
        request, "article.html", article=found, history=history, drawn=drawn, lost=lost, visits=len(visits), site=site
    )


def version(request: Request, site: Here, number: int, version: int) -> HTMLResponse:
    found = _article(site, number)
    assert found.id is not None
    row, text = queries.get_version(site.database, found.id, version)
    numbers = [v.number for v, _ in queries.get_history(site.database, found.id)]
    at = numbers.index(row.number)
    earlier, later = numbers[at - 1] if at else None, numbers[at + 1] if at + 1 < len(numbers) else None
    return render(request, "version.html", article=found, version=row, text=text, earlier=earlier, later=later)


def diff(request: Request, site: Here, number: int, step: str, view: str = "", only: str = "") -> HTMLResponse:
    found = _article(site, number)
    difference = get_difference(site.database, found, *steps_in(step))
    is_side_by_side = view == "side"
    if view not in ("", "inline", "side") or only not in ("", "changes"):
        raise QuestionError("a difference is shown with view=inline or view=side, and only=changes or all", "view")
    return render(
        request,
        "diff.html",
        article=found,
        difference=difference,
        is_side_by_side=is_side_by_side,
        is_short=only == "changes",
        site=site,
    )


def search(request: Request, site: Here, asked: Annotated[SearchAsked, Query()]) -> HTMLResponse:
    page, problem = None, ""
    if asked.q.strip():
        try:
            page = asked.find(site.database, HITS)
        except QuestionError as error:
            problem = str(error)
    status = 400 if problem else 200
    return render(request, "search.html", status, page=page, asked=asked, problem=problem, site=site)


def outlets(request: Request, site: Here) -> HTMLResponse:
    most = max((outlet.edits for outlet in site.compared), default=0)
    return render(request, "outlets.html", outlets=site.compared, most=most)


def feeds_page(request: Request, site: Here) -> HTMLResponse:
    pushed = subscriptions.list_subscriptions(site.database)
    rows = [(feed, feed_json(feed, pushed.get(feed.id or 0))) for feed in feeds.list_feeds(site.database)]
    return render(request, "feeds.html", rows=rows)


def pause(site: Here, number: int) -> RedirectResponse:
    return _pause(site, number, paused=True)


def resume(site: Here, number: int) -> RedirectResponse:
    return _pause(site, number, paused=False)


def _pause(site: Here, number: int, *, paused: bool) -> RedirectResponse:
    feeds.pause_feed(site.writer or site.database, str(number), paused=paused)
    return RedirectResponse("/feeds", 303)


def _article(site: Here, number: int) -> Article:
    return queries.get_article(site.database, str(number))
