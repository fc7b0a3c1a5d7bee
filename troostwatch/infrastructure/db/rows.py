"""How values that several tables hold stand in a row."""

from __future__ import annotations

import json

from troostwatch.domain.geometry import Box


def box_json(box: Box | None) -> str | None:
    return json.dumps(box.as_list()) if box else None


def box_from(text: str | None) -> Box | None:
    return Box(*json.loads(text)) if text else None
