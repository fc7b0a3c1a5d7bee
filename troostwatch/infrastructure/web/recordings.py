"""Recordings of a browser (HAR): what each answer in them is, and which of them tell of lots and auctions."""

from __future__ import annotations

import base64
import binascii
import json
import logging
import re
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote, urlsplit

import orjson

from troostwatch.domain.errors import SourceError, unforeseen
from troostwatch.domain.lots import AUCTION_DISPLAY_ID, LOT_DISPLAY_ID, FailedItem, ListingPage, LotDetailData
from troostwatch.domain.sites import DATA_PATH, PAGE_PATH
from troostwatch.infrastructure.web.pages import parse_props
from troostwatch.infrastructure.web.parsers.next_data import (
    Props,
    decoded,
    mapping,
    page_props,
    props_of,
    tells_of_a_listing,
    tells_of_a_lot,
    text,
)
from troostwatch.infrastructure.web.unpacking import is_gzip, unpacked

_log = logging.getLogger(__name__)

_LOT_AT_THE_END = re.compile(rf"(?:.*[-/])?({LOT_DISPLAY_ID.pattern})(?:\.json)?", re.DOTALL)
_CODE_AT_THE_END = re.compile(rf"(?:.*[-/])?(?:{LOT_DISPLAY_ID.pattern}|{AUCTION_DISPLAY_ID.pattern})/?", re.DOTALL)
_PASSED_ON = ("301", "302", "303", "307", "308")  # where they lead to is an answer of its own


def read_recording(name: str, raw: bytes, *, most_bytes: int) -> Iterator[LotDetailData | ListingPage | FailedItem]:
    """Yield the pages of a recording, then what failed: a lot that another answer told of did not fail.

    Every answer at the address of a lot or an auction is among them. Raises SourceError for what is no recording.
    """
    entries = mapping(mapping(_recording(raw)).get("log")).get("entries")
    entries = entries if isinstance(entries, list) else []
    entries.reverse()  # so that pop() takes the first: a page that was read needs no memory any more
    read: set[str] = set()
    failed: dict[str, tuple[str, FailedItem]] = {}
    found = False
    while entries:
        entry = mapping(entries.pop())
        url = text(mapping(entry.get("request")).get("url")) or "?"
        try:
            page: LotDetailData | ListingPage | FailedItem | None = _page(entry, url, most_bytes)
        except SourceError as error:
            page = FailedItem(f"{name}: {url}", str(error), error.hint)
        except Exception as error:  # noqa: BLE001 (the failure of this one, with its traceback in the log)
            _log.exception("%s: %s: unforeseen error", name, url)
            page = FailedItem(f"{name}: {url}", unforeseen(error))
        if page is None:
            continue
        found = True
        lot = _lot_of(url) if isinstance(page, FailedItem) else None
        if lot and isinstance(page, FailedItem):
            failed.setdefault(url, (lot, page))
            continue
        if isinstance(page, LotDetailData):
            read.add(page.display_id)
        yield page
    for lot, item in failed.values():
        if lot not in read:
            yield item
    if not found:
        raise SourceError(
            "the HAR export holds no lot or auction page",
            hint="in the browser's network tab choose 'Save all as HAR with content' after opening the pages",
        )


def _recording(raw: bytes) -> object:
    try:
        return orjson.loads(raw)
    except orjson.JSONDecodeError:
        try:
            # More tolerant: a mark in front, half a character in an answer that is none of ours.
            return json.loads(raw.decode("utf-8-sig", "surrogateescape"))
        except (ValueError, RecursionError) as error:
            raise SourceError(f"no HAR export: {error}") from error


def _page(entry: dict[str, Any], url: str, most_bytes: int) -> LotDetailData | ListingPage | None:
    """Return the page that an answer holds; None for one that was not to hold any. Raises SourceError."""
    wanted = _is_wanted(entry, url)
    body = _answer(mapping(entry.get("response")), most_bytes, wanted=wanted)
    if not wanted and (not body.strip() or ("/_next/data/" not in url and b"__NEXT_DATA__" not in body)):
        return None
    if not body.strip():
        raise SourceError(
            "the recording does not hold what the site answered",
            hint="record anew with the network tab open, and choose 'Save all as HAR with content'",
        )
    if len(body) > most_bytes:
        raise SourceError(f"the page is larger than {most_bytes:,} bytes")
    props = _props(body)
    # A browser also records pages that are neither lot nor auction: not what it was saved for.
    if wanted or tells_of_a_lot(props) or tells_of_a_listing(props):
        return parse_props(props, observed_at=_started(entry))
    return None


def _answer(response: dict[str, Any], most_bytes: int, *, wanted: bool) -> bytes:
    """Return the body of an answer, or nothing where it has none for us. Raises SourceError where it should."""
    status = text(str(response.get("status") or "")) or "200"
    if status not in ("200", "304"):
        if wanted:
            raise SourceError(f"the site answered with {status}")
        return b""
    content = mapping(response.get("content"))
    try:
        return _body(content, most_bytes)
    except SourceError:
        if wanted or "html" in (text(content.get("mimeType")) or "").lower():
            raise
        return b""  # a damaged picture


def _props(body: bytes) -> Props:
    return props_of(decoded(body)) if body.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{") else page_props(body)


def _is_wanted(entry: dict[str, Any], url: str) -> bool:
    """Tell whether a lot or an auction was asked for, as a page or as its data alone, and not passed on."""
    if (text(mapping(entry.get("request")).get("method")) or "GET").upper() != "GET":
        return False
    if str(mapping(entry.get("response")).get("status")) in _PASSED_ON:
        return False
    path = _path(url)
    if data := DATA_PATH.fullmatch(path):
        path = data["page"]
    return PAGE_PATH.fullmatch(path) is not None and _CODE_AT_THE_END.fullmatch(unquote(path)) is not None


def _lot_of(url: str) -> str | None:
    named = _LOT_AT_THE_END.fullmatch(unquote(_path(url)).rstrip("/"))
    return named[1] if named else None


def _path(url: str) -> str:
    try:
        return urlsplit(url).path
    except ValueError:
        return ""


def _body(content: dict[str, Any], most_bytes: int) -> bytes:
    """Return an answer as the site meant it, by what it is: marks of a recording are often wrong."""
    body = content.get("text")
    if not isinstance(body, str):
        return b""
    try:
        raw = body.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        raw = body.encode("utf-8", "replace")
    if _is_readable(raw):
        return raw
    try:
        raw = base64.b64decode(raw, validate=True)
    except binascii.Error as error:
        if text(content.get("encoding")) == "base64":
            raise SourceError(f"the recorded answer is damaged: {error}") from error
        return raw
    if is_gzip(raw):
        return unpacked(raw, most_bytes)
    return raw if _is_readable(raw) else _inflated(raw, most_bytes)


def _is_readable(raw: bytes) -> bool:
    return raw.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"<", b"{", b"")


def _inflated(raw: bytes, most_bytes: int) -> bytes:
    """Return what 'deflate' packed, with its header or, as many servers do, without; the bytes where it did not."""
    for bits in (zlib.MAX_WBITS, -zlib.MAX_WBITS):
        try:
            plain = zlib.decompressobj(wbits=bits).decompress(raw, most_bytes + 1)
        except zlib.error:
            continue
        if _is_readable(plain):
            return plain
    return raw


def _started(entry: dict[str, Any]) -> datetime | None:
    try:
        started = datetime.fromisoformat(text(entry.get("startedDateTime")) or "")
    except ValueError:
        return None
    return started if started.tzinfo else started.replace(tzinfo=UTC)
