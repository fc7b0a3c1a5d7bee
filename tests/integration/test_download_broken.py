"""Files that break programs, served as photographs: each is taken or refused, and none ends the run."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import pytest
import stamina
from fakes.clock import FakeStop
from fakes.lot_site import CAPTURED, Answer, loopback_site

from troostwatch.domain.images import SUFFIXES, AnalysisStatus, DownloadStatus, Fetched, LotImage
from troostwatch.infrastructure.http.client import ClientOptions
from troostwatch.infrastructure.photographs.downloader import ImageDownloader, Limits
from troostwatch.infrastructure.photographs.store import FolderStore

BROKEN = CAPTURED.parent / "broken"

pytestmark = pytest.mark.skipif(not BROKEN.is_dir(), reason="the broken files do not lie beside this checkout")


@pytest.fixture(autouse=True)
def no_waiting() -> Iterator[None]:
    with stamina.set_testing(True, attempts=1):
        yield


def test_every_broken_file_is_taken_or_refused_and_none_ends_the_run(tmp_path: Path) -> None:
    names = sorted(path.name for path in BROKEN.iterdir())
    options = ClientOptions("Troostwatch/1 (test)", allow_private=True, attempts=1, per_host=4)
    downloader = ImageDownloader(FolderStore(tmp_path), options, Limits(25_000_000, 40_000_000), concurrency=4)
    with loopback_site(lambda path: Answer((BROKEN / unquote(path[1:])).read_bytes())) as site:
        waiting = [
            LotImage(
                id=number,
                lot="A1-1-1",
                url=f"{site.base}/{name}",
                position=number,
                download_status=DownloadStatus.PENDING,
                download_attempts=0,
                local_path=None,
                sha256=None,
                analysis_status=AnalysisStatus.PENDING,
                analysis_attempts=0,
                review_reason=None,
                error_message=None,
            )
            for number, name in enumerate(names)
        ]
        results = list(downloader.fetch_all(waiting, FakeStop()))

    taken = {names[r.image_id] for r in results if isinstance(r, Fetched)}
    assert len(results) == len(names)
    assert {"hopper.webp", "rgb.jpg", "hopper_bad_exif.jpg"} <= taken
    assert not taken & {"truncated_jpeg.jpg", "truncated_image.png", "decompression_bomb.gif", "zero_width.gif"}
    assert {Path(r.local_path).suffix for r in results if isinstance(r, Fetched)} <= set(SUFFIXES.values())
    assert len([path for path in tmp_path.rglob("*") if path.is_file()]) == len(taken)
