"""Photographs on their way to disk: what is taken, what is refused, and what is left behind."""

from __future__ import annotations

import errno
import fcntl
import hashlib
import io
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import stamina
from fakes.clock import FakeSleep, FakeStop
from fakes.lot_site import Answer, LoopbackSite, loopback_site
from PIL import Image

from troostwatch.domain.errors import ImageError, TroostwatchError
from troostwatch.domain.images import AnalysisStatus, Content, DownloadStatus, Fetched, FetchFailed, LotImage, Stored
from troostwatch.infrastructure.http.client import ClientOptions
from troostwatch.infrastructure.photographs import downloader as module
from troostwatch.infrastructure.photographs.downloader import ImageDownloader, Limits
from troostwatch.infrastructure.photographs.store import FolderStore


@pytest.fixture(autouse=True)
def no_waiting() -> Iterator[None]:
    with stamina.set_testing(True, attempts=3):
        yield


def picture(kind: str = "JPEG", size: tuple[int, int] = (60, 40), seed: int = 1) -> bytes:
    noise = Image.frombytes(
        "L", size, (hashlib.sha256(bytes([seed])).digest() * size[0] * size[1])[: size[0] * size[1]]
    )
    file = io.BytesIO()
    noise.convert("RGB").save(file, kind)
    return file.getvalue()


PHOTO = picture()


def image(url: str, *, number: int = 1, position: int = 0, lot: str = "A1-1-2") -> LotImage:
    return LotImage(
        id=number,
        lot=lot,
        url=url,
        position=position,
        download_status=DownloadStatus.PENDING,
        download_attempts=0,
        local_path=None,
        sha256=None,
        analysis_status=AnalysisStatus.PENDING,
        analysis_attempts=0,
        review_reason=None,
        error_message=None,
    )


def downloader(folder: Path, *, concurrency: int = 2, **changes: int) -> ImageDownloader:
    limits = Limits(**{"most_bytes": 200_000, "most_pixels": 100_000} | changes)
    options = ClientOptions("Troostwatch/1 (test)", allow_private=True, attempts=3, per_host=concurrency)
    return ImageDownloader(FolderStore(folder), options, limits, concurrency=concurrency, sleep=FakeSleep())


def fetch(
    folder: Path, answer: Callable[[str], Answer], *paths: str, **limits: int
) -> tuple[list[Fetched | FetchFailed], LoopbackSite]:
    with loopback_site(answer) as site:
        waiting = [image(site.base + path, number=i, position=i) for i, path in enumerate(paths)]
        return list(downloader(folder, **limits).fetch_all(waiting, FakeStop())), site


def fetch_one(folder: Path, *answers: Answer, **limits: int) -> tuple[Fetched | FetchFailed, int]:
    """Return what became of a photograph, and how often it was asked for; the last answer repeats."""
    left = list(answers)
    (result,), site = fetch(folder, lambda path: left.pop(0) if len(left) > 1 else left[0], "/x", **limits)
    return result, site.requests["/x"]


def files(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


@pytest.mark.parametrize(
    ("kind", "suffix"), [("JPEG", "jpg"), ("PNG", "png"), ("WEBP", "webp"), ("GIF", "gif"), ("BMP", "bmp")]
)
def test_a_photograph_lies_at_its_position_with_its_digest(tmp_path: Path, kind: str, suffix: str) -> None:
    body = picture(kind)
    digest = hashlib.sha256(body).hexdigest()

    result, _ = fetch_one(tmp_path, Answer(body))

    assert result == Fetched(0, f"A1-1-2/0-{digest[:16]}.{suffix}", Content(digest, len(body), 60, 40, kind))
    assert files(tmp_path) == [result.local_path]
    assert (tmp_path / result.local_path).read_bytes() == body


def test_the_largest_size_is_asked_for(tmp_path: Path) -> None:
    _, site = fetch(tmp_path, lambda path: Answer(PHOTO), "/file?imageSize=1024x768")

    assert list(site.requests) == ["/file"]


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        (Answer(b"<html>blocked</html>", headers={"Content-Type": "text/html"}), "web page"),
        (Answer(b"\xef\xbb\xbf\n <!DOCTYPE html>"), "web page"),
        (Answer(PHOTO[: len(PHOTO) // 2]), "does not decode"),
        (Answer(PHOTO[: len(PHOTO) // 2], promise=len(PHOTO)), "bytes|closed"),
        (Answer(b""), "empty"),
        (Answer(status=503), "503"),
        (Answer(status=429), "429"),
    ],
)
def test_what_may_come_right_is_asked_again_and_then_left_to_the_next_run(
    tmp_path: Path, bad: Answer, message: str
) -> None:
    assert isinstance(fetch_one(tmp_path, bad, Answer(PHOTO))[0], Fetched)

    result, asked = fetch_one(tmp_path / "again", bad)

    assert isinstance(result, FetchFailed)
    assert not result.permanent
    assert asked == 3
    assert re.search(message, result.message)
    assert files(tmp_path / "again") == []


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        (Answer(b"II*\x00" + bytes(100)), "no photograph of a kind we take"),
        (Answer(b"%PDF-1.7", headers={"Content-Type": "application/pdf"}), "the server says application/pdf"),
        (Answer(picture("PNG", (400, 300))), "400 x 300 pixels are more than 100,000"),
        (Answer(PHOTO + bytes(300_000)), "larger than 200,000 bytes"),
        (Answer(status=403), "403"),
    ],
)
def test_what_will_never_come_right_is_asked_once(tmp_path: Path, bad: Answer, message: str) -> None:
    result, asked = fetch_one(tmp_path, bad)

    assert isinstance(result, FetchFailed)
    assert (result.permanent, result.gone, asked) == (True, False, 1)
    assert message in result.message
    assert files(tmp_path) == []


@pytest.mark.parametrize("status", [404, 410])
def test_a_photograph_that_is_no_longer_there_is_gone(tmp_path: Path, status: int) -> None:
    result, _ = fetch_one(tmp_path, Answer(status=status))

    assert isinstance(result, FetchFailed)
    assert result.gone


def test_a_picture_that_would_fill_the_memory_is_refused_before_it_is_decoded(tmp_path: Path) -> None:
    file = io.BytesIO()
    Image.new("1", (30_000, 30_000)).save(file, "PNG")

    result, _ = fetch_one(tmp_path, Answer(file.getvalue()), most_bytes=10**6)

    assert isinstance(result, FetchFailed)
    assert "pixels" in result.message


def test_the_wish_of_the_server_comes_with_the_failure(tmp_path: Path) -> None:
    result, asked = fetch_one(tmp_path, Answer(status=503, headers={"Retry-After": "3600"}))

    assert isinstance(result, FetchFailed)
    assert (result.retry_after, asked) == (3600.0, 1)


def test_one_failure_does_not_keep_the_others_from_arriving(tmp_path: Path) -> None:
    def answer(path: str) -> Answer:
        return Answer(status=404) if path == "/1" else Answer(picture(seed=int(path[1:])))

    results, _ = fetch(tmp_path, answer, *(f"/{i}" for i in range(7)), concurrency=3)

    assert sorted(r.image_id for r in results if isinstance(r, Fetched)) == [0, 2, 3, 4, 5, 6]
    assert len(files(tmp_path)) == 6


def test_a_stop_lets_those_under_way_arrive_and_starts_no_other(tmp_path: Path) -> None:
    with loopback_site(lambda path: Answer(PHOTO)) as site:
        waiting = [image(f"{site.base}/{i}", number=i, position=i) for i in range(9)]

        results = list(downloader(tmp_path).fetch_all(waiting, FakeStop(after=2)))

    assert len(results) == 2
    assert len(files(tmp_path)) == 2


def test_a_caller_that_goes_away_leaves_no_half_file(tmp_path: Path) -> None:
    with loopback_site(lambda path: Answer(PHOTO)) as site:
        waiting = [image(f"{site.base}/{i}", number=i, position=i) for i in range(9)]
        results = downloader(tmp_path).fetch_all(waiting, FakeStop())
        next(results)
        results.close()  # type: ignore[attr-defined]

    assert not list(tmp_path.rglob("*.part"))


def test_what_a_killed_run_left_is_removed_and_nothing_else(tmp_path: Path) -> None:
    folder = tmp_path / "A1-1-2"
    folder.mkdir()
    left, used, other = folder / ".troostwatch-x.part", folder / ".troostwatch-y.part", folder / "notes.part"
    for path in (left, used, other):
        path.touch()

    with used.open("rb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        list(downloader(tmp_path).fetch_all([], FakeStop()))

    assert files(tmp_path) == ["A1-1-2/.troostwatch-y.part", "A1-1-2/notes.part"]


def test_a_private_address_is_refused_unless_it_is_allowed(tmp_path: Path) -> None:
    options = ClientOptions("Troostwatch/1 (test)", attempts=1)
    guarded = ImageDownloader(FolderStore(tmp_path), options, Limits(1000, 1000), concurrency=1)

    (result,) = guarded.fetch_all([image("http://127.0.0.1:9/x")], FakeStop())

    assert isinstance(result, FetchFailed)
    assert "no public address" in result.message
    assert result.permanent


def test_a_lot_that_is_no_lot_cannot_lead_out_of_the_folder(tmp_path: Path) -> None:
    with loopback_site(lambda path: Answer(PHOTO)) as site:
        (result,) = downloader(tmp_path).fetch_all([image(site.base, lot="../../evil")], FakeStop())

    assert isinstance(result, FetchFailed)
    assert not (tmp_path.parent.parent / "evil").exists()


@pytest.fixture
def known(tmp_path: Path) -> tuple[Stored, Content]:
    result, _ = fetch_one(tmp_path, Answer(PHOTO))
    assert isinstance(result, Fetched)
    return Stored(result.content.sha256, result.local_path), result.content


def test_another_lots_photograph_is_shared_by_a_link(tmp_path: Path, known: tuple[Stored, Content]) -> None:
    photograph, content = known

    shared = downloader(tmp_path).share(photograph, image("x", number=5, position=3, lot="A1-1-9"), content)

    assert shared == Fetched(5, f"A1-1-9/3-{content.sha256[:16]}.jpg", content)
    assert (tmp_path / shared.local_path).samefile(tmp_path / photograph.path)
    assert len(files(tmp_path)) == 2


def test_where_links_are_not_possible_it_is_copied(
    tmp_path: Path, known: tuple[Stored, Content], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*args: object) -> None:
        raise PermissionError("no links here")

    monkeypatch.setattr(os, "link", refuse)

    shared = downloader(tmp_path).share(known[0], image("x", lot="A1-1-9"), known[1])

    assert (tmp_path / shared.local_path).read_bytes() == PHOTO
    assert len(files(tmp_path)) == 2


def test_sharing_twice_or_over_a_left_over_is_no_harm(tmp_path: Path, known: tuple[Stored, Content]) -> None:
    waiting = image("x", lot="A1-1-9")
    path = tmp_path / downloader(tmp_path).share(known[0], waiting, known[1]).local_path
    downloader(tmp_path).share(known[0], waiting, known[1])
    path.unlink()
    path.write_bytes(b"something else")

    downloader(tmp_path).share(known[0], waiting, known[1])

    assert path.read_bytes() == PHOTO
    assert len(files(tmp_path)) == 2


@pytest.mark.parametrize("harm", [Path.unlink, lambda path: path.write_bytes(b"changed")])
def test_a_file_that_is_lost_or_changed_is_not_shared(
    tmp_path: Path, known: tuple[Stored, Content], harm: Callable[[Path], object]
) -> None:
    harm(tmp_path / known[0].path)

    with pytest.raises(ImageError):
        downloader(tmp_path).share(known[0], image("x", lot="A1-1-9"), known[1])


def test_a_folder_that_cannot_be_made_ends_the_run_and_is_no_failure_of_a_photograph(tmp_path: Path) -> None:
    folder = tmp_path / "images"
    folder.write_text("a file stands in the way")

    with pytest.raises(TroostwatchError, match=f"cannot write {folder}") as caught:
        fetch(folder, lambda path: Answer(PHOTO), *(f"/{i}" for i in range(9)))

    assert not isinstance(caught.value, ImageError)
    assert "paths.images" in str(caught.value.hint)


def test_a_full_disk_ends_the_run_with_what_to_do_and_leaves_no_half_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    (tmp_path / "A1-1-2").mkdir()
    monkeypatch.setattr(os, "fsync", full)

    with pytest.raises(TroostwatchError, match=f"cannot write {tmp_path}: No space left on device") as caught:
        fetch(tmp_path, lambda path: Answer(PHOTO), "/1", "/2")

    assert "free some space" in str(caught.value.hint)
    assert files(tmp_path) == []


def test_a_fault_of_the_disk_while_sharing_ends_the_run(tmp_path: Path, known: tuple[Stored, Content]) -> None:
    (tmp_path / "A1-1-9").write_text("a file stands in the way")

    with pytest.raises(TroostwatchError, match="cannot write") as caught:
        downloader(tmp_path).share(known[0], image("x", lot="A1-1-9"), known[1])

    assert not isinstance(caught.value, ImageError)


@pytest.mark.parametrize(
    "location",
    ["mailto:a@b", "javascript:alert(1)", "data:,x", "http://xn--a.example\xc4\xb0/", "http://[", "//[::1", ""],
)
def test_a_redirect_that_leads_nowhere_is_a_failed_attempt_of_one_photograph(tmp_path: Path, location: str) -> None:
    def answer(path: str) -> Answer:
        return Answer(b"", status=302, headers={"Location": location}) if path == "/bad" else Answer(PHOTO)

    with loopback_site(answer) as site:
        waiting = [image(f"{site.base}/bad"), image(f"{site.base}/good", number=2)]
        results = {r.image_id: r for r in downloader(tmp_path).fetch_all(waiting, FakeStop())}

    assert isinstance(results[1], FetchFailed)
    assert isinstance(results[2], Fetched)


def test_what_nobody_foresaw_is_a_failed_attempt_of_one_photograph(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def stumble(*_: object, **__: object) -> None:
        raise ZeroDivisionError("in a library")

    monkeypatch.setattr(module, "opened", stumble)

    result, _ = fetch_one(tmp_path, Answer(PHOTO))

    assert isinstance(result, FetchFailed)
    assert result.message == "unforeseen ZeroDivisionError: in a library"
    assert not result.permanent
    assert "Traceback" in caplog.text
    assert not list(tmp_path.rglob("*.part"))
