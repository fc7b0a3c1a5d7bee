"""`/review`: one doubtful code with all that decides on it. Without JavaScript its forms do."""

from __future__ import annotations

import json
from typing import Annotated
from uuid import uuid4

from fastapi import APIRouter, HTTPException, Query, Request
from fastapi.responses import HTMLResponse
from starlette.concurrency import run_in_threadpool

from troostwatch import bootstrap
from troostwatch.domain.codes import CodeType
from troostwatch.domain.errors import TroostwatchError, UsageError
from troostwatch.interfaces.web import login, views
from troostwatch.interfaces.web.desk import Desk, desk_service
from troostwatch.services.review import Answer, Asked, ReviewService

router = APIRouter(include_in_schema=False)

_MOST = 2**53  # of the numbers of rows
_AHEAD = 4  # items that come with the page


@router.get("/review")
def review(request: Request, after: Annotated[str | None, Query(max_length=500)] = None) -> HTMLResponse:
    desk: Desk = request.app.state.desk
    with desk.workspace() as app:
        return _page(request, app, after)


@router.post("/review")
async def decide(request: Request) -> HTMLResponse:
    """Do what a form asks, and show the next item with what became of it."""
    form = await login.form_of(request)
    desk: Desk = request.app.state.desk
    if not desk.is_signed("form", form.get("csrf", "")):
        raise HTTPException(403, "this form is not of this desk, or older than it; go back and load the page again")
    return await run_in_threadpool(_decided, request, form)


def _decided(request: Request, form: dict[str, str]) -> HTMLResponse:
    desk: Desk = request.app.state.desk
    with desk.workspace() as app:
        try:
            said, refused = _do(app.review(by=views.reviewer(request)), form).text, False
        except TroostwatchError as error:
            said, refused = str(error), True
        return _page(request, app, form.get("after"), said=said, refused=refused)


def _do(service: ReviewService, form: dict[str, str]) -> Answer:
    action, asked = form.get("action"), Asked(form.get("seen") or None, form.get("request") or None)
    try:
        code, photo, decision = (_number(form.get(name, "")) for name in ("code", "photo", "decision"))
        kind = CodeType(form["type"]) if form.get("type") else None
    except ValueError as error:
        raise UsageError("the form was not filled as this desk fills it") from error
    if action == "approve":
        return service.approve(code, asked)
    if action == "reject":
        return service.reject(code, asked)
    if action == "correct":
        return service.correct(code, form.get("value", ""), kind, asked)
    if action == "dismiss":
        return service.dismiss(photo)
    if action == "undo":
        taken = service.take_back([decision])
        return Answer(None, "took it back" if taken else "it was taken back already")
    raise UsageError("the form asks for nothing that this desk does")


def _number(text: str) -> int:
    number = int(text or 0)
    if not 0 <= number <= _MOST:
        raise ValueError("no number of a row")
    return number


def _page(
    request: Request, app: bootstrap.Workspace, after: str | None, *, said: str = "", refused: bool = False
) -> HTMLResponse:
    service = desk_service(app)
    try:
        place = views.cursor_from(after)
    except (ValueError, TypeError) as error:
        raise HTTPException(404, "this desk wrote no such address") from error
    page = service.page(after=place, least=_AHEAD)
    items = [views.item_values(item) for item in page.items]
    state = {"items": items, "after": views.cursor_text(page.after), "left": service.left()}
    return views.page(
        request,
        "review.html",
        item=items[0] if items else None,
        state=json.dumps(state, ensure_ascii=True).replace("<", "\\u003c"),
        left=state["left"],
        after=after or "",
        following=_following(items, state["after"]),
        said=said,
        refused=refused,
        request_name=str(uuid4()),
    )


def _following(items: list[dict[str, object]], after: object) -> str | None:
    """Return where to go on without JavaScript: behind the lot of the first item."""
    return str(after) if items and after else None
