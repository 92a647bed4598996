"""Who may look, and who may change something.

Everybody on loopback may look, elsewhere those with the token. Only those with the token may change something, and on
a page only through a form of ours: a browser sends the password it keeps with every request, whoever led it there.
"""

import hmac
import secrets
from base64 import b64decode
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Form, HTTPException, Request

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


def has_token(request: Request) -> None:
    """`Authorization: Bearer …`, or the token as the password of HTTP Basic, which browsers ask for by themselves."""
    if not is_trusted(request):
        raise HTTPException(401, "a token is needed", headers={"WWW-Authenticate": 'Basic realm="Addendum"'})


def is_trusted(request: Request) -> bool:
    """Is no token asked for, or was it given?"""
    token = request.app.state.token
    return not token or _given(request, token)


def _given(request: Request, token: str) -> bool:
    scheme, value = _authorization(request)
    if scheme == "basic":
        try:
            value = b64decode(value).decode().partition(":")[2]
        except ValueError:
            return False
    return secrets.compare_digest(value.encode(), token.encode())


def _authorization(request: Request) -> tuple[str, str]:
    scheme, _, value = request.headers.get("authorization", "").partition(" ")
    return scheme.lower(), value


def _needs_token_set(request: Request) -> str:
    token: str = request.app.state.token
    if not token:
        raise HTTPException(403, "without a token nothing can be changed here; set web.token, or use the command line")
    return token


def may_change(request: Request) -> None:
    """For programs: the token as `Authorization: Bearer`, which no page of somebody else can make a browser send."""
    token = _needs_token_set(request)
    scheme, _ = _authorization(request)
    if scheme != "bearer" or not _given(request, token):
        raise HTTPException(401, "a Bearer token is needed", headers={"WWW-Authenticate": "Bearer"})


def form_token(request: Request) -> str:
    """What our forms carry, which nobody else can know."""
    token: str = request.app.state.token
    return hmac.new(token.encode(), b"addendum form", "sha256").hexdigest() if token else ""


def is_our_form(request: Request, form: Annotated[str, Form()] = "") -> None:
    """For people: a form of one of our own pages (OWASP, "Cross-Site Request Forgery Prevention")."""
    _needs_token_set(request)
    origin = request.headers.get("origin")
    site = request.headers.get("sec-fetch-site", "same-origin")
    ours = {request.url.netloc, urlsplit(request.app.state.site.public_url).netloc}
    is_foreign = site not in ("same-origin", "none") or (origin and urlsplit(origin).netloc not in ours)
    if is_foreign or not secrets.compare_digest(form.encode(), form_token(request).encode()):
        raise HTTPException(403, "this was not sent from a page of Addendum; go back, load the page again and retry")


def share_key(request: Request, path: str) -> str:
    """Opens one embedded difference to those who have no token."""
    token: str = request.app.state.token
    return hmac.new(token.encode(), f"share {path}".encode(), "sha256").hexdigest()[:32] if token else ""


def may_see_shared(request: Request, key: str = "") -> None:
    """With the token, or the key that goes with the address."""
    path = request.url.path.removesuffix(".png")
    if not is_trusted(request) and not secrets.compare_digest(key.encode(), share_key(request, path).encode()):
        has_token(request)


def is_known_host(request: Request) -> None:
    """Without a token only by our own names: a foreign name that leads here is somebody's trick (DNS rebinding)."""
    state = request.app.state
    if not state.token and (request.url.hostname or "") not in state.hosts:
        raise HTTPException(
            421, "Addendum is not known by this name; set web.public_url to the address it is reached at"
        )
