"""What machines ask: is the desk alive, can it work, what are its numbers; and the login."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse, RedirectResponse, Response
from prometheus_client import CONTENT_TYPE_LATEST

from troostwatch.domain.errors import TroostwatchError
from troostwatch.interfaces import metrics
from troostwatch.interfaces.web import login, views
from troostwatch.interfaces.web.desk import Desk

router = APIRouter(include_in_schema=False)


@router.get("/health")
def health() -> dict[str, str]:
    """Say that the process answers."""
    return {"status": "ok"}


@router.get("/ready")
def ready(request: Request) -> Response:
    """Say whether the database can be asked; 503 where not."""
    desk: Desk = request.app.state.desk
    try:
        with desk.workspace():
            pass
    except TroostwatchError as error:
        return PlainTextResponse(f"not ready: {error}\n", 503, {"retry-after": "5"})
    return PlainTextResponse("ready\n")


@router.get("/metrics")
def numbers(request: Request) -> Response:
    desk: Desk = request.app.state.desk
    with desk.workspace() as app:
        text = metrics.exposition(app.reports().stats(), app.reports().last_runs())
    return Response(text, media_type=CONTENT_TYPE_LATEST)


@router.get("/login")
def ask(request: Request) -> Response:
    return views.page(request, "login.html", wrong=False)


@router.post("/login")
async def enter(request: Request) -> Response:
    desk: Desk = request.app.state.desk
    form = await login.form_of(request)
    if not desk.is_token(form.get("token", "")):
        return views.page(request, "login.html", status=401, wrong=True)
    answer = RedirectResponse("/", 303)
    answer.set_cookie(login.COOKIE, login.cookie_for(desk, form.get("name", "")), httponly=True, samesite="strict")
    return answer


@router.post("/logout")
def leave() -> Response:
    answer = RedirectResponse("/login", 303)
    answer.delete_cookie(login.COOKIE)
    return answer
