"""`/`: what a person wants to know first."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from troostwatch.domain.errors import UsageError
from troostwatch.interfaces.web import views
from troostwatch.interfaces.web.desk import Desk, desk_service

router = APIRouter(include_in_schema=False)


@router.get("/")
def home(request: Request) -> HTMLResponse:
    desk: Desk = request.app.state.desk
    with desk.workspace() as app:
        day = desk_service(app).day()
    return views.page(request, "home.html", day=day)


@router.get("/calibration.png")
def calibration(request: Request) -> Response:
    """Draw how probabilities kept their word; 404 where nobody decided yet."""
    desk: Desk = request.app.state.desk
    with desk.workspace() as app:
        try:
            picture = app.pictures.reliability(app.reports().calibration())
        except UsageError:
            return Response(status_code=404)
    return Response(picture, media_type="image/png")
