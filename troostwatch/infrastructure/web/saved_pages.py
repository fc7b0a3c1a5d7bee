"""Pages that a person saved from a browser: HTML files, folders of them, and HAR exports."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from troostwatch.domain.errors import SourceError, unforeseen
from troostwatch.domain.lots import FailedItem, ListingPage, LotDetailData
from troostwatch.infrastructure.files import open_regular
from troostwatch.infrastructure.web.pages import parse_props
from troostwatch.infrastructure.web.parsers.next_data import page_props
from troostwatch.infrastructure.web.recordings import read_recording
from troostwatch.infrastructure.web.unpacking import unpacked

SavedItem = LotDetailData | ListingPage | FailedItem

PAGE_SUFFIXES = (".html", ".htm", ".html.gz", ".htm.gz")
HAR_SUFFIXES = (".har", ".har.gz")

# What people save for a page, and what is not read; other files in a folder are none of ours.
_WITHOUT_DATA = (".mhtml", ".mht", ".webarchive", ".maff")
_OTHER_SUFFIXES = (*_WITHOUT_DATA, ".xhtml", ".html.txt", ".htm.txt", ".har.txt", ".har.zip", ".html.zip")
_SAVE_ANEW = f"save pages as 'HTML only'; read is what ends in {', '.join(PAGE_SUFFIXES + HAR_SUFFIXES)}"

_log = logging.getLogger(__name__)

_MOST_HAR_BYTES = 1_000_000_000


def read_saved(path: Path, *, most_bytes: int) -> Iterator[SavedItem]:
    """Yield what is in a file or folder, one page at a time; a file that cannot be read is a FailedItem.

    Raises SourceError for a folder that holds no file to read.
    """
    file = None
    for file in _files(path):
        try:
            if file.name.lower().endswith(HAR_SUFFIXES):
                raw = unpacked(_content(file, _MOST_HAR_BYTES), _MOST_HAR_BYTES)
                yield from read_recording(str(file), raw, most_bytes=most_bytes)
            elif not file.name.lower().endswith(PAGE_SUFFIXES) and path.is_dir():
                yield FailedItem(str(file), _passed_over(file), _SAVE_ANEW)
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
        elif entry.name.lower().endswith(PAGE_SUFFIXES + HAR_SUFFIXES + _OTHER_SUFFIXES):
            yield entry


def _passed_over(file: Path) -> str:
    if file.name.lower().endswith(_WITHOUT_DATA):
        return "passed over: it holds what the page looked like, not its data"
    return "passed over: its name does not end as that of a saved page or recording does"


def _belongs_to_a_page(folder: Path) -> bool:
    """Tell whether a browser made it: 'Lot_files' ('_bestanden', '_Dateien' ...) beside 'Lot.html'."""
    stem = folder.name.rpartition("_")[0]
    return bool(stem) and any((folder.parent / f"{stem}{suffix}").is_file() for suffix in PAGE_SUFFIXES)


def _page(file: Path, most_bytes: int) -> LotDetailData | ListingPage:
    saved_at = datetime.fromtimestamp(file.stat().st_mtime, UTC)
    return parse_props(page_props(unpacked(_content(file, most_bytes), most_bytes)), observed_at=saved_at)


def _content(file: Path, most_bytes: int) -> bytes:
    with open_regular(file) as stream:
        content = stream.read(most_bytes + 1)
    if len(content) > most_bytes:
        raise SourceError(f"the file is larger than {most_bytes:,} bytes")
    return content
