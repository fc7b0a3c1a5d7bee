"""How things look on a page: words, times, prices, and one item of the queue as plain values."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from datetime import datetime, timedelta

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment

from troostwatch import bootstrap
from troostwatch.domain.alternatives import Alternative, differing
from troostwatch.domain.codes import Code, shown_probability
from troostwatch.domain.decisions import seen
from troostwatch.domain.lot_list import Cursor
from troostwatch.domain.readings import Reading, ReadingKind
from troostwatch.interfaces.visible import visible
from troostwatch.interfaces.web import login
from troostwatch.interfaces.web.desk import Desk
from troostwatch.services.desk import DeskItem

_MARGIN = 0.6  # of a code's box, shown around it


def moment(time: datetime | None) -> str:
    return f"{time.astimezone():%Y-%m-%d %H:%M}" if time else "-"


def until(time: datetime | None) -> str:
    """Return how long it is until then, in the unit that matters."""
    if time is None:
        return "no closing time"
    left = time - bootstrap.clock.now()
    if left < timedelta(0):
        return "closed"
    for unit, name in ((timedelta(days=1), "d"), (timedelta(hours=1), "h"), (timedelta(minutes=1), "min")):
        if left >= 2 * unit or name == "min":
            return f"closes in {left // unit} {name}"
    return "closes now"


def money(cents: int | None, currency: str | None) -> str:
    return "-" if cents is None else f"{cents / 100:.2f} {currency or ''}".strip()


def cursor_text(cursor: Cursor | None) -> str | None:
    if cursor is None:
        return None
    plain = json.dumps([cursor.lot_id, cursor.key, cursor.rank])
    return base64.urlsafe_b64encode(plain.encode()).decode().rstrip("=")


def cursor_from(text: str | None) -> Cursor | None:
    """Return the place that an address names. Raises ValueError for one that we did not write."""
    if not text:
        return None
    lot_id, key, rank = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    if not (isinstance(lot_id, int) and isinstance(rank, int) and isinstance(key, str | int | None)):
        raise ValueError("no place in a list")
    if any(isinstance(n, int) and abs(n) >= 2**63 for n in (lot_id, key)):
        raise ValueError("no place in a list")
    str(key).encode()  # half a character is none that a database holds
    return Cursor(lot_id, key, rank)


def item_values(each: DeskItem) -> dict[str, object]:
    """Return all that the review page shows of one item, as JSON has it."""
    item, code = each.item, each.item.code
    return {
        "id": item.code_id,
        "photo": item.image_id,
        "content": item.content,
        "lot": item.lots[0],
        "lots": list(item.lots),
        "position": item.position,
        "title": visible(item.title or ""),
        "closes_at": item.closes_at.isoformat() if item.closes_at else None,
        "closes": until(item.closes_at),
        "reason": visible(item.reason),
        "type": code.type if code else None,
        "value": visible(code.value) if code else None,
        "caption": visible(code.context or "") if code else "",
        "probability": shown_probability(code.confidence) if code else None,
        "evidence": [visible(sentence) for sentence in code.evidence] if code else [],
        "readers": list(code.readers) if code else [],
        "seen": each.seen,
        "size": list(each.size),
        "box": code.box.as_list() if code and code.box else None,
        "crop": crop_address(item.content, code, each.turns) if code and code.box else None,
        "marks": list(differing(code.value, each.rivals[0].value)) if code and each.rivals else [],
        "turns": each.turns,
        "rivals": [_rival(rival) for rival in each.rivals],
        "codes": [_code(number, other) for number, other in each.codes],
        "readings": [_reading(reading) for reading in each.readings],
        "strip": [{"content": i.sha256, "position": i.position} for i in each.strip],
    }


def _rival(rival: Alternative) -> dict[str, object]:
    return {"value": visible(rival.value), "by": visible(rival.by), "differs": list(rival.differs)}


def _code(number: int, code: Code) -> dict[str, object]:
    box = code.box.as_list() if code.box else None
    return {"id": number, "type": code.type, "value": visible(code.value), "status": code.status, "box": box,
            "seen": seen(code)}  # fmt: skip


def _reading(reading: Reading) -> dict[str, object]:
    corners = [round(number) for corner in reading.quad.corners for number in corner]
    text = "bars that could not be read" if reading.kind is ReadingKind.UNDECODED else reading.text
    return {"text": visible(text), "by": reading.symbology or reading.reader, "kind": reading.kind, "quad": corners}


def crop_address(content: str, code: Code, turns: int) -> str:
    assert code.box is not None
    return f"/crops/{content}/{'-'.join(map(str, [*code.box.as_list(), turns]))}.png"


def page(
    request: Request, template: str, *, status: int = 200, headers: Mapping[str, str] | None = None, **values: object
) -> HTMLResponse:
    """Return a page; each knows who looks at it and where they are."""
    desk: Desk = request.app.state.desk
    environment: Environment = request.app.state.templates
    common = {
        "path": request.url.path,
        "csrf": desk.signed("form"),
        "reviewer": reviewer(request),
        "guarded": desk.token is not None,
    }
    text = environment.get_template(template).render(common | {"status": status} | values)
    return HTMLResponse(text, status, dict(headers or {}))


def reviewer(request: Request) -> str | None:
    """Return the name under which decisions of this person are kept, where one was given."""
    desk: Desk = request.app.state.desk
    return login.name_of(desk, request) or desk.process.settings.web.reviewer
