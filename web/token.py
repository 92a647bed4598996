"""Who may look: everybody on loopback, elsewhere those with the token."""

import secrets
from base64 import b64decode

from fastapi import HTTPException, Request


def has_token(request: Request) -> None:
    """`Authorization: Bearer …`, or the token as the password of HTTP Basic, which browsers ask for by themselves."""
    if not is_trusted(request):
        raise HTTPException(401, "a token is needed", headers={"WWW-Authenticate": 'Basic realm="Addendum"'})


def is_trusted(request: Request) -> bool:
    """Is no token asked for, or was it given?"""
    token = request.app.state.token
    return not token or _given(request, token)


def _given(request: Request, token: str) -> bool:
    scheme, _, value = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "basic":
        try:
            value = b64decode(value).decode().partition(":")[2]
        except ValueError:
            return False
    return secrets.compare_digest(value.encode(), token.encode())
