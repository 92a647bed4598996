"""The API's OpenAPI document: what it is for, and that a token may be asked for."""

from collections.abc import Iterator
from typing import Any

from fastapi import FastAPI, Request
from fastapi.openapi.utils import get_openapi
from fastapi.responses import HTMLResponse

from web.site import render

_ABOUT = """What articles said, when they changed and who is quoted with what. Lists come a page at a time: the header
`Link` names the pages beside one. Every answer has an `ETag`. Where a token is configured it is sent as
`Authorization: Bearer …`, or as the password of HTTP Basic; without one nothing can be changed."""


def describe(app: FastAPI) -> None:
    def document() -> dict[str, Any]:
        if app.openapi_schema is None:
            found = get_openapi(title="Addendum", version=app.version, description=_ABOUT, routes=app.routes)
            schemes = {"bearer": {"type": "http", "scheme": "bearer"}, "basic": {"type": "http", "scheme": "basic"}}
            found.setdefault("components", {})["securitySchemes"] = schemes
            if app.state.token:
                found["security"] = [{"bearer": []}, {"basic": []}]
            app.openapi_schema = found
        return app.openapi_schema

    def docs(request: Request) -> HTMLResponse:
        return render(request, "docs.html", document=document(), operations=list(_operations(document())))

    app.openapi = document  # type: ignore[method-assign]
    app.add_api_route("/api/docs", docs, include_in_schema=False, response_class=HTMLResponse)


def _operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any], str]]:
    """Path, method, what is said of it, and the name of what it answers with."""
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            content = operation["responses"].get("200", {}).get("content", {})
            schema: dict[str, Any] = next((kind["schema"] for kind in content.values() if "schema" in kind), {})
            kind = schema.get("$ref") or schema.get("items", {}).get("$ref", "")
            plural = "a list of " if "items" in schema else ""
            yield path, method.upper(), operation, f"{plural}{kind.rsplit('/', 1)[-1]}" if kind else ""
