"""The photographs that a lot page lists, in the forms in which it lists them."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlsplit

from troostwatch.domain.lots import LotPhotograph, full_size
from troostwatch.domain.sites import (
    OTHER_ENDINGS,
    OTHER_KINDS,
    PHOTOGRAPH_ADDRESSES,
    PHOTOGRAPH_LISTS,
    PICTURE_KINDS,
)
from troostwatch.infrastructure.web.parsers.fields import Fields, as_number, as_url
from troostwatch.infrastructure.web.parsers.next_data import MOST_ENTRIES, mapping, text


def photographs_of(lot: Fields, site: str | None) -> tuple[tuple[LotPhotograph, ...] | None, bool]:
    """Return the photographs in their order, and whether every entry of the list was understood.

    None instead of photographs means that the page does not mention any list of them that we can read.
    """
    lists = []
    complete = True
    for key in PHOTOGRAPH_LISTS:
        value = lot.values.get(key)
        if isinstance(value, list):
            lists.append(value)
        elif value is not None:
            lot.note("photographs", value)
            complete = False
    if not lists:
        return None, complete
    entries: list[object] = next((entries for entries in lists if entries), [])
    found: dict[str, LotPhotograph] = {}
    orders: dict[str, int | None] = {}
    complete = complete and len(entries) <= MOST_ENTRIES
    for entry in entries[:MOST_ENTRIES]:
        if _is_something_else(entry):
            continue
        given = _address(entry)
        url = as_url(given, site)
        if url is None:
            lot.note("photographs", entry)
            complete = False
            continue
        url = full_size(url)
        completed = isinstance(given, str) and not given.strip().startswith(("http", "//"))
        found.setdefault(url, LotPhotograph(url, 0, text(mapping(entry).get("alt")), completed))
        orders.setdefault(url, as_number(mapping(entry).get("order")))
    if entries and not found and not complete:
        return None, False  # a list that we cannot read says nothing about what vanished
    positions = _positions(list(orders.values()))
    photographs = [
        LotPhotograph(shown.url, position, shown.alt, shown.completed)
        for shown, position in zip(found.values(), positions, strict=True)
    ]
    return tuple(sorted(photographs, key=lambda photograph: photograph.position)), complete


def _address(entry: object) -> object:
    """Return the address of an entry: itself a text, one of its fields, or that of the picture inside."""
    if not isinstance(entry, dict):
        return entry
    for key in PHOTOGRAPH_ADDRESSES:
        if text(entry.get(key)):
            return entry[key]
    inner = next((entry[key] for key in ("image", "photo", "picture", "file") if entry.get(key)), None)
    return next((inner[key] for key in PHOTOGRAPH_ADDRESSES if text(inner.get(key))), None) if isinstance(
        inner, dict
    ) else inner  # fmt: skip


def _is_something_else(entry: object) -> bool:
    """Tell whether it is plainly no photograph: a film, a document."""
    shown = mapping(entry)
    kind = " ".join(text(shown.get(key)) or "" for key in ("type", "kind", "mimeType", "__typename")).lower()
    if any(word in kind for word in PICTURE_KINDS):
        return False
    if any(word in kind for word in OTHER_KINDS):
        return True
    address = text(_address(entry)) or ""
    try:
        return urlsplit(address).path.lower().endswith(OTHER_ENDINGS)
    except ValueError:
        return False


def _positions(orders: Sequence[int | None]) -> list[int]:
    """Return the page's own numbers where they are sound, else the place in the list."""
    sound = [order for order in orders if order is not None and 0 <= order < 100_000]
    return sound if len(set(sound)) == len(orders) else list(range(len(orders)))
