"""Pages that a person saved from a browser: HTML files, folders of them, and HAR exports."""

from __future__ import annotations

import base64
import binascii
import logging
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson

from troostwatch.domain.errors import SourceError, unforeseen
from troostwatch.domain.lots import FailedItem, ListingPage, LotDetailData
from troostwatch.infrastructure.files import open_regular
from troostwatch.infrastructure.web.pages import is_listing, is_lot, parse_props
from troostwatch.infrastructure.web.parsers.next_data import (
    decoded,
    items,
    mapping,
    page_props,
    props_of,
    text,
)

SavedItem = LotDetailData | ListingPage | FailedItem

PAGE_SUFFIXES = (".html", ".htm", ".html.gz", ".htm.gz")
HAR_SUFFIXES = (".har", ".har.gz")

_log = logging.getLogger(__name__)

_MOST_HAR_BYTES = 1_000_000_000
_GZIP = b"\x1f\x8b"


def read_saved(path: Path, *, most_bytes: int) -> Iterator[SavedItem]:
    """Yield what is in a file or folder, one page at a time; a file that cannot be read is a FailedItem.

    Raises SourceError for a folder that holds no file to read.
    """
    file = None
    for file in _files(path):
        try:
            if file.name.lower().endswith(HAR_SUFFIXES):
                yield from _har(file, most_bytes)
            else:
                yield _page(file, most_bytes)
        except (SourceError, OSError) as error:
            yield FailedItem(str(file), str(error), getattr(error, "hint", None))
        except Exception as error:  # noqa: BLE001 (the failure of this one, with its traceback in the log)
            _log.exception("%s: unforeseen error", file)
            yield FailedItem(str(file), unforeseen(error))
    if file is None:
        raise SourceError(
            f"the folder {path} holds no saved page",
            hint=f"save pages there from the browser; what ends in {', '.join(PAGE_SUFFIXES + HAR_SUFFIXES)} is read",
        )


def _files(path: Path) -> Iterator[Path]:
    """Yield the pages, ordered by name; what browsers save beside a page is left out."""
    if not path.is_dir():
        yield path
        return
    for entry in sorted(path.iterdir()):
        if entry.is_dir():
            if not _belongs_to_a_page(entry):
                yield from _files(entry)
        elif entry.name.lower().endswith(PAGE_SUFFIXES + HAR_SUFFIXES):
            yield entry


def _belongs_to_a_page(folder: Path) -> bool:
    """Tell whether a browser made it: 'Lot_files' ('_bestanden', '_Dateien' ...) beside 'Lot.html'."""
    stem = folder.name.rpartition("_")[0]
    return bool(stem) and any((folder.parent / f"{stem}{suffix}").is_file() for suffix in PAGE_SUFFIXES)


def _page(file: Path, most_bytes: int) -> LotDetailData | ListingPage:
    saved_at = datetime.fromtimestamp(file.stat().st_mtime, UTC)
    return parse_props(page_props(_plain(_content(file, most_bytes), most_bytes)), observed_at=saved_at)


def _content(file: Path, most_bytes: int) -> bytes:
    with open_regular(file) as stream:
        content = stream.read(most_bytes + 1)
    if len(content) > most_bytes:
        raise SourceError(f"the file is larger than {most_bytes:,} bytes")
    return content


def _plain(content: bytes, most_bytes: int) -> bytes:
    """Return the content, unpacked where it is gzip. Raises SourceError when damaged or too large."""
    if not content.startswith(_GZIP):
        return content
    unpacker = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
    try:
        plain = unpacker.decompress(content, most_bytes + 1)
    except zlib.error as error:
        raise SourceError(f"the gzip data is damaged: {error}") from error
    if len(plain) > most_bytes:
        raise SourceError(f"the page is larger than {most_bytes:,} bytes")
    if not unpacker.eof:
        raise SourceError("the gzip data is cut off")
    return plain


def _har(file: Path, most_bytes: int) -> Iterator[SavedItem]:
    try:
        data = orjson.loads(_plain(_content(file, _MOST_HAR_BYTES), _MOST_HAR_BYTES))
    except orjson.JSONDecodeError as error:
        raise SourceError(f"no HAR export: {error}") from error
    entries = items(mapping(mapping(data).get("log")).get("entries"))
    entries.reverse()  # so that pop() takes the first: a page that was read needs no memory any more
    found = False
    while entries:
        for item in _entry(file, mapping(entries.pop()), most_bytes):
            found = True
            yield item
    if not found:
        raise SourceError(
            "the HAR export holds no lot or auction page",
            hint="in the browser's network tab choose 'Save all as HAR with content' after opening the pages",
        )


def _entry(file: Path, entry: dict[str, Any], most_bytes: int) -> Iterator[SavedItem]:
    url = text(mapping(entry.get("request")).get("url")) or "?"
    response = mapping(entry.get("response"))
    content = mapping(response.get("content"))
    kind = (text(content.get("mimeType")) or "").lower()
    # A click inside the site brings the data of the next page alone, as JSON.
    click = "json" in kind and "/_next/data/" in url
    if response.get("status") not in (200, 304, None) or not (click or "html" in kind):
        return
    try:
        body = _plain(_body(content), most_bytes)
        if len(body) > most_bytes:
            raise SourceError(f"the page is larger than {most_bytes:,} bytes")
        if not click and b"__NEXT_DATA__" not in body:
            return
        props = props_of(decoded(body)) if click else page_props(body)
        # A browser also records pages that are neither lot nor auction: not what it was saved for.
        if is_lot(props) or is_listing(props):
            yield parse_props(props, observed_at=_started(entry))
    except SourceError as error:
        yield FailedItem(f"{file}: {url}", str(error), error.hint)
    except Exception as error:  # noqa: BLE001 (the failure of this one, with its traceback in the log)
        _log.exception("%s: %s: unforeseen error", file, url)
        yield FailedItem(f"{file}: {url}", unforeseen(error))


def _body(content: dict[str, Any]) -> bytes:
    body = content.get("text")
    if not isinstance(body, str):
        return b""
    raw = body.encode("utf-8", "replace")
    if text(content.get("encoding")) != "base64":
        return raw
    try:
        return base64.b64decode(raw)
    except binascii.Error as error:
        raise SourceError(f"the recorded answer is damaged: {error}") from error


def _started(entry: dict[str, Any]) -> datetime | None:
    try:
        started = datetime.fromisoformat(text(entry.get("startedDateTime")) or "")
    except ValueError:
        return None
    return started if started.tzinfo else started.replace(tzinfo=UTC)
