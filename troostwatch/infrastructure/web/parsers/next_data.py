"""The data that a page of the site carries in its __NEXT_DATA__ script; hostile, as all from outside."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote, urlsplit

import orjson

from troostwatch.domain.errors import SourceError

Props = dict[str, Any]

_MARK = b"__NEXT_DATA__"
_LARGEST_INTEGER = 2**63 - 1  # what the database can hold
_LONGEST_URL = 2048
_DEEPEST = 100
MOST_ENTRIES = 1000  # of a list on one page: lots, photographs, attributes


def page_props(html: bytes) -> Props:
    """Return `props.pageProps` of a page. Raises SourceError when the page carries none."""
    raw = next(_scripts(html), None)
    if raw is None:
        raise SourceError(
            "the page holds no lot or auction data (no __NEXT_DATA__)",
            hint="save the page itself ('HTML only' or 'complete'), not a print or a picture of it",
        )
    return props_of(decoded(raw))


def props_of(data: object) -> Props:
    """Return `pageProps` of decoded data: of a page, or of what the site sends when one clicks on."""
    outer = mapping(mapping(data).get("props")) or mapping(data)
    props = outer.get("pageProps")
    if not isinstance(props, dict):
        raise SourceError("the page's data has no pageProps")
    return props


def _scripts(html: bytes) -> Iterator[bytes]:
    # bytes.find takes half a millisecond on a page of 900 KB; a parser of HTML takes three to ten times that.
    at = html.find(_MARK)
    while at >= 0:
        tag = html.rfind(b"<", max(0, at - 300), at)
        inside = html[max(tag, 0) : at]
        if inside[:7].lower() == b"<script" and b">" not in inside:
            start = html.find(b">", at) + 1
            end = html.find(b"</script", start) if start else -1
            if end < 0:
                return  # nothing that comes later ends either
            yield html[start:end]
        at = html.find(_MARK, at + len(_MARK))


def decoded(raw: bytes) -> object:
    """Return the JSON value. Raises SourceError when it is damaged, or deeper than any page of the site."""
    try:
        value = orjson.loads(raw)
    except orjson.JSONDecodeError:
        try:
            # Slower and more tolerant: takes half a surrogate pair, as in a title cut in the middle of an emoji.
            value = json.loads(raw.decode("utf-8", "replace"))
        except (ValueError, RecursionError) as error:
            raise SourceError(f"the page's data is damaged: {error}") from error
    if _is_deeper(value, _DEEPEST):
        raise SourceError(f"the page's data is nested more than {_DEEPEST} deep")
    return value


def _is_deeper(value: object, most: int) -> bool:
    level = [value]
    for _ in range(most):
        level = [inner for outer in level if isinstance(outer, dict | list)
                 for inner in (outer.values() if isinstance(outer, dict) else outer)]  # fmt: skip
        if not level:
            return False
    return True


def mapping(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def items(value: object) -> list[Any]:
    """Return the entries of a list, up to a number that no page of the site comes near."""
    return value[:MOST_ENTRIES] if isinstance(value, list) else []


def text(value: object) -> str | None:
    """Return a text without surrounding blanks; None for anything else and for nothing."""
    if not isinstance(value, str):
        return None
    # Half a surrogate pair cannot be stored, a NUL ends texts in many places.
    return value.encode("utf-8", "replace").decode().replace("\x00", "").strip() or None


def number(value: object) -> int | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    # Also turns away NaN and the infinities.
    return int(value) if abs(value) <= _LARGEST_INTEGER - 1024 else None


def moment(value: object, *, per_second: int = 1) -> datetime | None:
    """Return the time of an epoch number; None for anything that is no time of this century."""
    ticks = number(value)
    if ticks is None or not 0 < ticks // per_second < 4_102_444_800:
        return None
    return datetime.fromtimestamp(ticks / per_second, UTC)


def server_time(props: Props) -> datetime | None:
    return moment(props.get("serverTime"), per_second=1000)


def slug(value: object) -> str | None:
    """Return a slug with its percent-encoding undone, also where the site encoded it twice."""
    found = text(value)
    for _ in range(3):
        if found is None or unquote(found) == found:
            break
        found = text(unquote(found))
    return found


def web_url(value: object) -> str | None:
    """Return an http(s) address; None for anything else."""
    found = text(value)
    if found and found.startswith("//"):
        found = f"https:{found}"
    if found is None or len(found) > _LONGEST_URL or not found.isprintable():
        return None
    try:
        parts = urlsplit(found)
        named = bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        return None
    return found if named and parts.scheme in ("http", "https") else None


def origin(value: object) -> str | None:
    """Return scheme and host of an address."""
    found = web_url(value)
    return "{0.scheme}://{0.netloc}".format(urlsplit(found)) if found else None
