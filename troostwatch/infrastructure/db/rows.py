"""How values that several tables hold stand in a row."""

from __future__ import annotations

import json
import sqlite3

from troostwatch.domain.geometry import Box
from troostwatch.domain.lots import PageAddress


def box_json(box: Box | None) -> str | None:
    return json.dumps(box.as_list()) if box else None


def box_from(text: str | None) -> Box | None:
    return Box(*json.loads(text)) if text else None


def page_url(row: sqlite3.Row) -> str | None:
    """Return the address of a lot's page from its columns `display_id`, `site` and `slug`, where they are known."""
    return PageAddress(row["display_id"], row["site"], row["slug"]).url if row["site"] and row["slug"] else None
