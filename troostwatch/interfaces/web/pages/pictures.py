"""Photographs, whole in sizes and in pieces, by the digest of their content: what is under an address never changes."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, HTTPException, Path, Request
from fastapi.responses import Response

from troostwatch import bootstrap
from troostwatch.domain.geometry import Box
from troostwatch.domain.images import Stored
from troostwatch.interfaces.web.desk import SIZES, Desk, desk_service

router = APIRouter(include_in_schema=False)

_Digest = Annotated[str, Path(pattern="^[0-9a-f]{64}$")]
_FOREVER = {"cache-control": "private, max-age=31536000, immutable"}


@router.get("/pictures/{sha256}/{size}.jpg")
def picture(request: Request, sha256: _Digest, size: str) -> Response:
    desk: Desk = request.app.state.desk
    if size not in SIZES:
        raise HTTPException(404, f"there is no size {size!r}; there are {', '.join(SIZES)}")
    with desk.workspace() as app:
        data = desk.picture(app, _found(app, sha256), size)
    return Response(data, media_type="image/jpeg", headers=_FOREVER)


@router.get("/crops/{sha256}/{x0}-{y0}-{x1}-{y1}-{turns}.png")
def crop(request: Request, sha256: _Digest, x0: int, y0: int, x1: int, y1: int, turns: int) -> Response:
    """Answer with the surroundings of a box, turned left by so many quarters."""
    desk: Desk = request.app.state.desk
    if not (0 <= x0 < x1 <= 100_000 and 0 <= y0 < y1 <= 100_000 and 0 <= turns < 4):
        raise HTTPException(404, "that is no box")
    with desk.workspace() as app:
        photograph, box = _found(app, sha256), Box(x0, y0, x1, y1)
        width, height = desk_service(app).size_of(sha256)
        if x0 >= width or y0 >= height:
            raise HTTPException(404, "that is beside the photograph")
        name = f"{sha256}/{x0}-{y0}-{x1}-{y1}-{turns}/1"
        data = desk.cache.get(name, lambda: app.pictures.crop(photograph, box, turns=turns))
    return Response(data, media_type="image/png", headers=_FOREVER)


def _found(app: bootstrap.Workspace, sha256: str) -> Stored:
    photograph = desk_service(app).photograph(sha256)
    if photograph is None:
        raise HTTPException(404, "no photograph of that content is here")
    return photograph
