"""Health: ok, degraded and why, or failing. And the small application of a process that serves no pages."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from fastapi import Depends, FastAPI, Request
from fastapi.responses import JSONResponse, PlainTextResponse, Response
from prometheus_client import CONTENT_TYPE_LATEST
from sqlalchemy.exc import SQLAlchemyError

from revisions.errors import AddendumError
from storage import queries
from storage.condition import troubles
from storage.database import Database
from web.access import has_token, is_trusted
from web.metrics import expose

KEEP = 5.0  # seconds for which what was found is believed


class Condition:
    """How the service fares. `more`: troubles that the record does not show."""

    def __init__(
        self,
        database: Database,
        replica: Database | None = None,
        more: Callable[[], list[str]] = list,
        *,
        of_service: bool = True,
    ) -> None:
        """Without `of_service` only whether this process can read the record."""
        self._database = database
        self._replica = replica
        self._more = more
        self._of_service = of_service
        self._found: list[str] = []
        self._at = -KEEP

    def answer(self, request: Request) -> JSONResponse:
        """200 while the record can be read: {"status": "ok" | "degraded", "reasons": […], sizes}; else 503.

        Where a token is configured, the reasons are for those who have it.
        """
        status, found = self._look()
        if not is_trusted(request):
            found = {name: value for name, value in found.items() if not name.startswith("reason")}
        return JSONResponse(found, status)

    def _look(self) -> tuple[int, dict[str, Any]]:
        try:
            if not self._of_service:
                self._database.revision()
                return 200, {"status": "ok", "reasons": []}
            counted = queries.count_record(self._replica or self._database)
            reasons = [*self._troubles(), *self._more()]
        except (AddendumError, SQLAlchemyError) as error:
            reason = str(error).splitlines()[0]
            return 503, {"status": "failing", "reason": reason, "reasons": [reason]}
        return 200, {"status": "degraded" if reasons else "ok", "reasons": reasons, **counted}

    def _troubles(self) -> list[str]:
        if time.monotonic() - self._at > KEEP:
            self._found = troubles(self._database, datetime.now(UTC), self._replica)
            self._at = time.monotonic()
        return self._found


def create_status_app(condition: Condition, token: str, record: Database | None = None) -> FastAPI:
    """/healthz and /metrics. `record`: where the metrics tell of the whole record, too."""
    app = FastAPI(title="Addendum", docs_url=None, redoc_url=None, openapi_url=None)
    app.state.token = token

    def metrics() -> Response:
        return Response(expose(record), media_type=CONTENT_TYPE_LATEST)

    app.add_api_route("/healthz", condition.answer, methods=["GET"], response_class=JSONResponse)
    guarded: list[Any] = [Depends(has_token)]
    app.add_api_route("/metrics", metrics, dependencies=guarded, response_class=PlainTextResponse)
    return app
