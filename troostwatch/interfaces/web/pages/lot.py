"""`/lots/{display_id}`: what a lot really is, and which photograph says so."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, HTTPException, Path, Request
from fastapi.responses import HTMLResponse

from troostwatch.domain.duplicates import Sameness, elsewhere
from troostwatch.domain.errors import UsageError
from troostwatch.interfaces.links import safe_link
from troostwatch.interfaces.web import views
from troostwatch.interfaces.web.desk import Desk, desk_service
from troostwatch.services.duplicates import Duplicates

router = APIRouter(include_in_schema=False)


@router.get("/lots/{display_id}")
def lot(request: Request, display_id: Annotated[str, Path(max_length=40)]) -> HTMLResponse:
    name = display_id.upper()
    desk: Desk = request.app.state.desk
    with desk.workspace() as app:
        try:
            service, view = desk_service(app), app.reports().lot(name)
        except UsageError as error:
            raise HTTPException(404, str(error)) from error
        shared = app.finding.duplicates().find(lots=[name])
        here = [image for image in view.photographs if image.sha256]
        contents = [image.sha256 for image in here if image.sha256]
        codes = {content: service.codes_of(content) for content in contents}
        sizes = {content: service.size_of(content) for content in contents}
        description, history = service.description(name), service.history(contents)
    return views.page(
        request, "lot.html", view=view, lot=view.summary, here=here, codes=codes, sizes=sizes,
        elsewhere=_elsewhere(name, shared), description=description, history=history,
        positions={image.sha256: image.position for image in here}, link=safe_link(view.summary.url),
    )  # fmt: skip


def _elsewhere(lot: str, shared: Duplicates) -> list[tuple[str, str]]:
    """Return (lot, sentence) of what others have of this one: its photographs, and its codes with their bids."""
    lines = []
    for group in shared.photographs:
        own = [place.position for place in group.places if place.lot == lot]
        nearly = "nearly " if group.sameness is Sameness.NEARLY else ""
        others = sorted({place.lot for place in group.places if place.lot != lot})
        if own and others:
            at = ", ".join(map(str, own))
            lines += [(other, f"photograph {at} is {nearly}the same as one of {other}") for other in others]
    for code in shared.codes:
        others = sorted({place.lot for place in code.places if place.lot != lot})
        lines.append((others[0] if others else lot, elsewhere(code, lot)))
    return lines
