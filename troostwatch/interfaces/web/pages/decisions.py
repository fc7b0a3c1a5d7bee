"""The JSON routes of the review: what waits, and what a person says about it."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Query, Request

from troostwatch import bootstrap
from troostwatch.domain.codes import CodeType
from troostwatch.domain.decisions import Verdict
from troostwatch.domain.errors import UsageError
from troostwatch.domain.geometry import Box
from troostwatch.interfaces.web import schemas, views
from troostwatch.interfaces.web.desk import Desk, desk_service
from troostwatch.services.review import Answer, Asked, checked

_PROBLEMS: dict[int | str, dict[str, Any]] = {
    status: {"model": schemas.Problem} for status in (400, 401, 403, 404, 409, 413, 421, 422, 503)
}
router = APIRouter(prefix="/api", responses=_PROBLEMS)


@router.get("/queue")
def queue(
    request: Request,
    after: Annotated[str | None, Query(max_length=500)] = None,
    least: Annotated[int, Query(ge=1, le=50)] = 8,
) -> dict[str, Any]:
    """Return items of the queue behind a place in it, where the next ones begin, and how many wait."""
    desk: Desk = request.app.state.desk
    try:
        place = views.cursor_from(after)
    except (ValueError, TypeError) as error:
        raise HTTPException(422, "after: this desk wrote no such place") from error
    with desk.workspace() as app:
        service = desk_service(app)
        page = service.page(after=place, least=least)
        items = [views.item_values(item) for item in page.items]
        return {"items": items, "after": views.cursor_text(page.after), "left": service.left()}


@router.post("/decisions")
def decide(request: Request, asked: schemas.DecisionIn) -> schemas.Stored:
    """Store a decision about a code, unless it is no longer what was seen (409)."""
    desk: Desk = request.app.state.desk
    how = Asked(asked.seen, asked.request)
    if asked.verdict == "corrected" and asked.value is None:
        raise HTTPException(422, "value: a correction needs one")
    with desk.workspace() as app:
        review = app.review(by=views.reviewer(request))
        if asked.verdict == "approved":
            answer = review.approve(asked.code, how)
        elif asked.verdict == "rejected":
            answer = review.reject(asked.code, how)
        else:
            answer = review.correct(asked.code, asked.value or "", asked.type, how)
        return _stored(app, [answer])


@router.post("/decisions/together")
def decide_together(request: Request, asked: schemas.TogetherIn) -> schemas.Stored:
    """Approve or reject several codes as one; 409 and nothing stored where one is no longer what was seen."""
    desk: Desk = request.app.state.desk
    with desk.workspace() as app:
        review = app.review(by=views.reviewer(request))
        return _stored(app, review.decide_all(Verdict(asked.verdict), asked.codes, request=asked.request))


@router.get("/together")
def together(
    request: Request,
    lot: Annotated[str | None, Query(max_length=40)] = None,
    like: Annotated[int | None, Query(ge=1, le=2**53)] = None,
) -> list[dict[str, Any]]:
    """Return the undecided codes of a lot, or those like a code in type and value: what one decision may be about."""
    desk: Desk = request.app.state.desk
    with desk.workspace() as app:
        service = desk_service(app)
        rows = service.pending_of_lot(lot.upper()) if lot else service.pending_like(like) if like else []
    return [{"id": n, "type": code.type, "value": code.value, "seen": seen} for n, code, seen in rows]


@router.post("/undo")
def undo(request: Request, asked: schemas.UndoIn) -> schemas.Stored:
    """Take these decisions back; those that do not stand any more are left as they are."""
    desk: Desk = request.app.state.desk
    with desk.workspace() as app:
        taken = app.review().take_back(asked.decisions)
        return schemas.Stored(text=f"took {len(taken)} back", decisions=taken, left=desk_service(app).left())


@router.post("/codes")
def add(request: Request, asked: schemas.AddIn) -> schemas.Stored:
    """Store a code that nobody reported."""
    desk: Desk = request.app.state.desk
    box = None
    if asked.box:
        x0, y0, x1, y1 = asked.box
        box = Box(min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))
    with desk.workspace() as app:
        review = app.review(by=views.reviewer(request))
        return _stored(app, [review.add(asked.photo, asked.type, asked.value, box, Asked(request=asked.request))])


@router.post("/photographs")
def mark(request: Request, asked: schemas.MarkIn) -> schemas.Stored:
    """Say that nothing more is to be read on a photograph, or take that back."""
    desk: Desk = request.app.state.desk
    with desk.workspace() as app:
        review = app.review(by=views.reviewer(request))
        return _stored(app, [review.dismiss(asked.photo) if asked.dismissed else review.reopen(asked.photo)])


@router.post("/check")
def check(asked: schemas.CheckIn) -> schemas.Checked:
    """Tell whether a value can be one of its type, and how it would be kept. Changes nothing."""
    try:
        return schemas.Checked(ok=True, value=checked(CodeType(asked.type), asked.value))
    except UsageError as error:
        return schemas.Checked(ok=False, value=asked.value, problem=str(error))


def _stored(app: bootstrap.Workspace, answers: list[Answer]) -> schemas.Stored:
    numbers = [answer.decision_id for answer in answers if answer.decision_id is not None]
    return schemas.Stored(text=answers[0].text, decisions=numbers, left=desk_service(app).left())
