"""The web page: changes, an article's versions, a difference; health and metrics."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse, PlainTextResponse
from fastapi.staticfiles import StaticFiles
from jinja2 import Environment, PackageLoader, select_autoescape
from prometheus_client import CONTENT_TYPE_LATEST

from alerts.schemas import webhook_schema
from revisions.errors import AddendumError
from revisions.render import as_html
from storage import queries, stream
from storage.database import Database
from storage.present import change_json, moment
from storage.stream import ChangeFilter
from web.metrics import expose
from web.status import Condition
from web.token import has_token

_HERE = Path(__file__).parent
_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


def create_app(database: Database, public_url: str, token: str = "", condition: Condition | None = None) -> FastAPI:
    """The application over one record. With a token, everything but /healthz and schemas asks for it."""
    condition = condition or Condition(database)
    app = FastAPI(title="Addendum", docs_url="/api/docs", redoc_url=None, openapi_url="/api/openapi.json")
    app.state.database, app.state.public_url, app.state.token = database, public_url, token
    app.middleware("http")(_headers)
    app.add_exception_handler(AddendumError, _not_found)
    app.mount("/static", StaticFiles(directory=_HERE / "static"), name="static")
    guarded = [Depends(has_token)]
    app.add_api_route("/healthz", condition.answer, methods=["GET"], response_class=JSONResponse)
    app.add_api_route("/metrics", metrics, dependencies=guarded, response_class=PlainTextResponse)
    app.add_api_route("/", changes_page, dependencies=guarded, response_class=HTMLResponse, include_in_schema=False)
    app.add_api_route(
        "/articles/{number}", article_page, dependencies=guarded, response_class=HTMLResponse, include_in_schema=False
    )
    app.add_api_route(
        "/articles/{number}/diff/{step}",
        diff_page,
        dependencies=guarded,
        response_class=HTMLResponse,
        include_in_schema=False,
    )
    app.add_api_route("/api/v1/changes", changes_api, dependencies=guarded)
    app.add_api_route("/api/v1/schemas/webhook.json", webhook_schema_api)
    return app


def _pages() -> Environment:
    pages = Environment(loader=PackageLoader("web"), autoescape=select_autoescape(default=True))
    pages.filters["moment"] = lambda value: (moment(value) or "").replace("T", " ").replace("Z", " UTC")
    return pages


_environment = _pages()


def _render(name: str, **values: Any) -> HTMLResponse:
    return HTMLResponse(_environment.get_template(name).render(**values))


async def _headers(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
    """Article text can never run: nothing but our own stylesheet is allowed on a page."""
    response = await call_next(request)
    if not request.url.path.startswith("/api/docs"):
        response.headers["Content-Security-Policy"] = _POLICY
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


async def _not_found(request: Request, error: Exception) -> Response:
    if request.url.path.startswith("/api/"):
        return JSONResponse({"error": str(error)}, status_code=404)
    return HTMLResponse(_environment.get_template("problem.html").render(problem=str(error)), status_code=404)


def _database(request: Request) -> Database:
    database: Database = request.app.state.database
    return database


Record = Annotated[Database, Depends(_database)]


def metrics(database: Record) -> Response:
    return Response(expose(database), media_type=CONTENT_TYPE_LATEST)


def changes_page(database: Record) -> HTMLResponse:
    records = stream.list_changes(database, ChangeFilter(), limit=100)
    return _render("changes.html", records=records, counted=queries.count_record(database))


def article_page(number: int, database: Record) -> HTMLResponse:
    article = queries.get_article(database, str(number))
    assert article.id is not None
    changes = stream.list_changes(database, ChangeFilter(article_id=article.id), limit=500)
    history = queries.get_history(database, article.id)
    return _render("article.html", article=article, history=history, changes=changes)


def diff_page(number: int, step: str, database: Record) -> HTMLResponse:
    article = queries.get_article(database, str(number))
    assert article.id is not None
    source, dots, target = step.partition("..")
    if not dots or not source.isdigit() or not target.isdigit():
        raise AddendumError("a difference is named by two versions, such as 1..2", step)
    old, new = queries.get_texts(database, article.id, int(source), int(target))
    changes = stream.list_changes(database, ChangeFilter(article_id=article.id), limit=500)
    change = next(
        (r.change for r in changes if (r.change.from_version, r.change.to_version) == (int(source), int(target))), None
    )
    difference = as_html(old, new, unchanged=True)
    return _render(
        "diff.html",
        article=article,
        source=source,
        target=target,
        difference=difference,
        change=change,
        language=new.language,
    )


def changes_api(request: Request, database: Record, limit: int = 50) -> list[dict[str, Any]]:
    """The newest changes, as in the contract."""
    records = stream.list_changes(database, ChangeFilter(), limit=max(1, min(limit, 500)))
    return [change_json(record, request.app.state.public_url) for record in records]


def webhook_schema_api() -> JSONResponse:
    """The JSON Schema of what a webhook is sent."""
    return JSONResponse(webhook_schema(), media_type="application/schema+json")
