"""The data that a page of the site carries in its __NEXT_DATA__ script; hostile, as all from outside."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html import unescape as html_unescape
from typing import Any
from urllib.parse import unquote, urlsplit

import orjson

from troostwatch.domain.errors import SourceError

Props = dict[str, Any]

_MARK = b"__NEXT_DATA__"
_LONGEST_URL = 2048
_DEEPEST = 100
MOST_ENTRIES = 1000  # of a list on one page: lots, photographs, attributes


_ELSEWHERE = (b"self.__next_f", b"window.__", b"__NUXT__", b'type="application/json"')
_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([A-Za-z0-9_:.-]{1,40})", re.IGNORECASE)
CHANGED_HINT = "the site changed: look for a newer version of Troostwatch, or report it; another copy does not help"


def page_props(html: bytes) -> Props:
    """Return `props.pageProps` of a page. Raises SourceError when the page carries none.

    Where a page carries several, the one that tells of a lot or a listing counts.
    """
    first: Props | None = None
    fault: SourceError | None = None
    for raw in _scripts(html):
        try:
            props = props_of(decoded(_in_utf8(raw, html)))
        except SourceError as error:
            fault = fault or error
            continue
        if tells_of_a_lot(props) or tells_of_a_listing(props):
            return props
        first = first if first is not None else props
    if first is not None:
        return first
    if fault:
        raise fault
    if any(mark in html for mark in _ELSEWHERE):
        raise SourceError("the site gives the data of this page in another form, which is not known", hint=CHANGED_HINT)
    raise SourceError(
        "the page holds no lot or auction data (no __NEXT_DATA__)",
        hint="save the page itself ('HTML only' or 'complete'), not a print or a picture of it",
    )


def tells_of_a_lot(props: Props) -> bool:
    return isinstance(props.get("lot"), dict)


def tells_of_a_listing(props: Props) -> bool:
    return isinstance(props.get("auction"), dict) and isinstance(props.get("lots"), dict)


def _in_utf8(raw: bytes, html: bytes) -> bytes:
    """Return the data in UTF-8: as it is, or from the encoding that the page names."""
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError as error:
        named = _CHARSET.search(html[:10_000])
        try:
            return raw.decode(named[1].decode() if named else "utf-8").encode()
        except (LookupError, UnicodeError):
            raise SourceError("the page is not in UTF-8, and not in an encoding that it names") from error
    return raw


def props_of(data: object) -> Props:
    """Return `pageProps` of decoded data: of a page, or of what the site sends when one clicks on."""
    outer = mapping(mapping(data).get("props")) or mapping(data)
    props = outer.get("pageProps")
    if not isinstance(props, dict):
        raise SourceError("the page's data has no pageProps", hint=CHANGED_HINT)
    return _unwrapped(props)


def _unwrapped(props: Props) -> Props:
    """Return the props of a lot also where the site puts them one level deeper.

    Only for the very lot of the page's own address: a card of another one shows a part of its photographs.
    """
    if tells_of_a_lot(props) or tells_of_a_listing(props):
        return props
    address = (text(props.get("canonicalUrl")) or "").rstrip("/")
    for inner in props.values():
        code = text(mapping(mapping(inner).get("lot")).get("displayId"))
        if code and address.endswith(f"-{code}"):
            return props | mapping(inner)
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
            value = _leniently(raw)
        except (ValueError, RecursionError) as error:
            raise SourceError(f"the page's data is damaged: {error}") from error
    if _is_deeper(value, _DEEPEST):
        raise SourceError(f"the page's data is nested more than {_DEEPEST} deep")
    return value


def _leniently(raw: bytes) -> object:
    """Return what is JSON to a slower and more tolerant reader, or once its quotes are no longer escaped."""
    words = raw.decode("utf-8-sig")
    try:
        return json.loads(words)  # takes half a surrogate pair, as in a title cut in the middle of an emoji
    except ValueError:
        if "&quot;" not in words and "&#34;" not in words:
            raise
        return json.loads(html_unescape(words))


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
