"""`/search`: words, a part of a code, a picture, lots like a lot."""

from __future__ import annotations

import base64
import tempfile
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, File, Form, HTTPException, Query, Request, UploadFile
from fastapi.responses import HTMLResponse

from troostwatch import bootstrap
from troostwatch.domain.errors import TroostwatchError
from troostwatch.domain.search import Question, SearchAnswer, match, part_of_code, perhaps_codes, words_of
from troostwatch.interfaces.web import views
from troostwatch.interfaces.web.desk import Desk, desk_service

router = APIRouter(include_in_schema=False)
_LIMIT = 20


@router.get("/search")
def search(
    request: Request,
    q: Annotated[str, Query(max_length=300)] = "",
    code: Annotated[str, Query(max_length=100)] = "",
    like: Annotated[str, Query(max_length=40)] = "",
) -> HTMLResponse:
    """Find lots by what the address holds; no model is loaded for it."""
    asked = {"q": q.strip(), "code": code.strip(), "like": like.strip().upper()}
    if not any(asked.values()):
        return views.page(request, "search.html", asked=asked, answer=None, picture=None, problem=None)
    return _answer(request, asked, None)


@router.post("/search")
def search_by_picture(
    request: Request, csrf: Annotated[str, Form(max_length=200)], picture: Annotated[UploadFile, File()]
) -> HTMLResponse:
    """Find lots whose photographs look like the one that was sent; loads the model that embeds."""
    desk: Desk = request.app.state.desk
    if not desk.is_signed("form", csrf):
        raise HTTPException(403, "this form is not of this desk, or older than it; go back and load the page again")
    data = picture.file.read(desk.process.settings.download.max_bytes + 1)
    if len(data) > desk.process.settings.download.max_bytes:
        raise HTTPException(413, "the picture is too large")
    return _answer(request, {"q": "", "code": "", "like": ""}, data)


def _answer(request: Request, asked: dict[str, str], data: bytes | None) -> HTMLResponse:
    desk: Desk = request.app.state.desk
    answer, problem, thumbnails, framed = SearchAnswer(), None, {}, {}
    with desk.workspace() as app, tempfile.TemporaryDirectory() as folder:
        image = None
        if data is not None:
            image = Path(folder) / "picture"
            image.write_bytes(data)
        try:
            question = Question(
                asked["q"] or None, asked["code"] or None, str(image) if image else None, asked["like"] or None,
                limit=_LIMIT, words_only=True,
            )  # fmt: skip
            answer = app.search().find(question)
            names = [hit.lot.display_id for hit in answer.hits]
            thumbnails = {facts.display_id: facts for facts in desk_service(app).facts(names)}
            framed = _framed(app, names, asked)
        except TroostwatchError as error:
            problem = f"{error}" + (f" ({error.hint})" if error.hint else "")
    shown = f"data:image/jpeg;base64,{base64.b64encode(_small(desk, data)).decode()}" if data and not problem else None
    return views.page(
        request, "search.html", asked=asked, answer=answer, facts=thumbnails, framed=framed, picture=shown,
        problem=problem, status=422 if problem and data is not None else 200,
    )  # fmt: skip


def _framed(app: bootstrap.Workspace, lots: list[str], asked: dict[str, str]) -> dict[str, str]:
    """Return lot -> address of the piece of a photograph that shows the code which was looked for."""
    parts = [part_of_code(asked["code"])] if asked["code"] else perhaps_codes(words_of(asked["q"]))
    found: dict[str, str] = {}
    for row in app.reports().codes(lots=lots) if lots and parts else ():
        if row.code.box and any(match(row.code, part) for part in parts):
            found.setdefault(row.lot, views.crop_address(row.content, row.code, 0))
    return found


def _small(desk: Desk, data: bytes) -> bytes:
    return bootstrap.small(data, side=240, max_pixels=desk.process.settings.download.max_pixels)
