"""Who comes from elsewhere shows the token once, and is known by a cookie until the desk is started anew."""

from __future__ import annotations

from urllib.parse import parse_qs

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from troostwatch.interfaces.web.desk import Desk

COOKIE = "troostwatch_desk"
_OPEN = ("/login", "/health", "/ready", "/static/")
_LONGEST_NAME = 100
_MOST_FIELDS = 50


class Login:
    """ASGI middleware: where there is a token nobody goes further without it.

    A program sends it as 'Authorization: Bearer …', a person types it on the login page, with a name if they wish.
    """

    def __init__(self, app: ASGIApp, *, desk: Desk) -> None:
        self._app = app
        self._desk = desk

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or self._desk.token is None or scope["path"].startswith(_OPEN):
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        given = request.headers.get("authorization", "")
        if self._desk.is_token(given.removeprefix("Bearer ")) or name_of(self._desk, request) is not None:
            await self._app(scope, receive, send)
            return
        refused: Response = JSONResponse({"detail": "the token of this desk is needed"}, 401)
        if request.method == "GET" and not scope["path"].startswith(("/api/", "/pictures/", "/crops/", "/metrics")):
            refused = RedirectResponse("/login", 303)
        await refused(scope, receive, send)


def cookie_for(desk: Desk, name: str) -> str:
    plain = name.strip()[:_LONGEST_NAME].encode().hex()
    return f"{plain}.{desk.signed('login ' + plain)}"


def name_of(desk: Desk, request: Request) -> str | None:
    """Return the name that somebody gave at the login, '' if none; None for who did not log in."""
    plain, _, signature = request.cookies.get(COOKIE, "").partition(".")
    if not signature or not desk.is_signed("login " + plain, signature):
        return None
    return bytes.fromhex(plain).decode()


async def form_of(request: Request) -> dict[str, str]:
    """Return the fields of a form that was sent as a plain form, each once."""
    body = (await request.body()).decode("utf-8", "replace")
    try:
        fields = parse_qs(body, keep_blank_values=True, max_num_fields=_MOST_FIELDS)
    except ValueError as error:
        raise HTTPException(422, "no form of this desk has so many fields") from error
    return {name: values[-1] for name, values in fields.items()}
