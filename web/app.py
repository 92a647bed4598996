"""The web application: pages, API, feeds of changes, differences to embed, health and metrics."""

from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from urllib.parse import urlsplit

from fastapi import APIRouter, Depends, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, PlainTextResponse
from fastapi.staticfiles import StaticFiles
from prometheus_client import CONTENT_TYPE_LATEST
from starlette.exceptions import HTTPException

from revisions.errors import AddendumError, QuestionError, StorageError
from storage.database import Database
from web.access import LOOPBACK, has_token, is_known_host
from web.api import build_api
from web.atom import build_atom
from web.embed import build_embeds
from web.etag import ETags
from web.metrics import expose
from web.openapi import describe
from web.pages import build_pages
from web.site import Site, render
from web.status import Condition

_HERE = Path(__file__).parent
_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors {who}"
)
_TITLES = {
    400: "That cannot be answered",
    401: "A token is needed",
    403: "Not allowed",
    404: "Not here",
    422: "That cannot be answered",
}
_FRAMED = "/embed/"
API_VERSION = "1"


def create_app(
    database: Database,
    public_url: str,
    token: str = "",
    condition: Condition | None = None,
    *,
    speakers: Sequence[str] = (),
    writer: Database | None = None,
    host: str = "",
) -> FastAPI:
    """The application over one record. With a token, everything but /healthz and schemas asks for it.

    `speakers`: those of the topic, to choose from. `writer`: the record itself, if `database` is a replica. `host`: the
    address served on, by which it is known beside that of `public_url`.
    """
    condition = condition or Condition(database)
    app = FastAPI(title="Addendum", version=API_VERSION, docs_url=None, redoc_url=None, openapi_url="/api/openapi.json")
    app.state.site = Site(database, public_url, speakers, writer)
    app.state.token = token
    app.state.hosts = LOOPBACK | {host, urlsplit(public_url).hostname or ""}
    app.middleware("http")(_headers)
    app.add_middleware(ETags)
    app.add_exception_handler(AddendumError, _problem)
    app.add_exception_handler(HTTPException, _problem)
    app.add_exception_handler(RequestValidationError, _problem)
    app.mount("/static", StaticFiles(directory=_HERE / "static"), name="static")
    guards = [Depends(is_known_host), Depends(has_token)]

    def metrics() -> Response:
        return Response(expose(database), media_type=CONTENT_TYPE_LATEST)

    router = APIRouter(include_in_schema=False)
    router.add_api_route("/healthz", condition.answer, response_class=JSONResponse)
    router.add_api_route("/metrics", metrics, dependencies=guards, response_class=PlainTextResponse)
    app.include_router(router)
    app.include_router(build_pages(guards))
    app.include_router(build_api(guards))
    app.include_router(build_atom(guards))
    app.include_router(build_embeds(guards))
    describe(app)
    return app


async def _headers(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
    """Article text can never run: nothing but our own stylesheet is allowed on a page."""
    response = await call_next(request)
    who = "*" if request.url.path.startswith(_FRAMED) else "'none'"
    response.headers["Content-Security-Policy"] = _POLICY.format(who=who)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


async def _problem(request: Request, error: Exception) -> Response:
    status, problem, headers = _told(error)
    if request.url.path.startswith(("/api/", "/oembed")):
        return JSONResponse({"error": problem}, status, headers)
    page = render(request, "problem.html", status, title=_TITLES.get(status, "That did not work"), problem=problem)
    page.headers.update(headers or {})
    return page


def _told(error: Exception) -> tuple[int, str, dict[str, str] | None]:
    """Status, what is wrong and headers."""
    if isinstance(error, RequestValidationError):
        return 422, "; ".join(f"{wrong['loc'][-1]}: {wrong['msg']}" for wrong in error.errors()), None
    if isinstance(error, HTTPException):
        return error.status_code, str(error.detail), dict(error.headers or {}) or None
    status = 400 if isinstance(error, QuestionError) else 503 if isinstance(error, StorageError) else 404
    return status, str(error), None
