"""The label service as a reader: what it answers comes in, and what it does not answer is read here, and told so."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import stamina
from fakes.label_service import label_service, wait_until_ready
from fakes.sticker_photographs import taken
from fakes.stickers import symbol, text
from hypothesis import given
from hypothesis import strategies as st

from troostwatch.domain.codes import CodeType
from troostwatch.domain.errors import ImageError, TroostwatchError
from troostwatch.domain.images import AnalysisStatus, Downloaded, DownloadStatus, LotImage
from troostwatch.domain.reading_format import reading_from, reading_values
from troostwatch.domain.readings import Analysis, Backend, OcrEngine, Reading, ReadingKind, RunnerUp
from troostwatch.infrastructure.ai.image_analyzer import analyzer
from troostwatch.infrastructure.ai.label_api_client import LabelApiAnalyzer, LabelAPIClient, ServiceAwayError

PHOTO, _ = taken()
HERE = Analysis(Backend.LOCAL, {"barcode": "1"}, (), (), ())
HEALTH = (200, {"status": "ok", "model": "loaded"})


def photographs(count: int) -> list[Downloaded]:
    one = LotImage(1, "A1-1-1", "https://a.example", 0, DownloadStatus.DOWNLOADED, 1, "x.jpg", "a" * 64,
                   AnalysisStatus.PENDING, 0, None, None)  # fmt: skip
    return [Downloaded("a" * 64, "x.jpg", replace(one, id=number, position=number)) for number in range(count)]


@dataclass
class FakeLocal:
    read: list[int] = field(default_factory=list)

    def analyze_all(self, photographs: Iterable[Downloaded]) -> Iterator[tuple[Downloaded, Analysis | ImageError]]:
        for photograph in photographs:
            self.read.append(photograph.image.id)
            yield photograph, HERE


Told = tuple[int, object]


@contextmanager
def answering(parse: Callable[[int], Told], health: Told = HEALTH) -> Iterator[str]:
    """Serve a label service that answers as it is told."""
    count = iter(range(1, 10_000))

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *args: object) -> None:
            pass

        def do_GET(self) -> None:
            self._send(health)

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self._send(parse(next(count)))

        def _send(self, told: Told) -> None:
            body = told[1] if isinstance(told[1], bytes) else json.dumps(told[1]).encode()
            self.send_response(told[0])
            self.send_header("Retry-After", "0")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def client(url: str, *, token: str | None = None, attempts: int = 1) -> LabelAPIClient:
    return LabelAPIClient(url, token=token, timeout_seconds=20, attempts=attempts)


def parse(url: str, photo: bytes = PHOTO, **options: Any) -> Analysis:
    with closing(client(url, **options)) as asking:
        return asking.parse(photo)


def read_all(url: str, local: FakeLocal, count: int = 4) -> dict[int, Analysis | ImageError]:
    reader = LabelApiAnalyzer(client(url), lambda _: PHOTO, lambda: local, concurrency=1)
    return {one.image.id: result for one, result in reader.analyze_all(photographs(count))}


def answer(*readings: Reading) -> dict[str, object]:
    return {
        "readings": [reading_values(r) for r in readings], "tokens": [], "width": 1600, "height": 1200,
        "versions": {"service": "9", "readers": {"barcode": "3", "classifier": "m"}}, "timing": {"read_seconds": 0.5},
        "codes": [{"type": "ean", "value": "0000000000000", "confidence": 1.0}],
    }  # fmt: skip


def test_the_service_reads_as_we_do_and_is_recorded(tmp_path: Path) -> None:
    with label_service(tmp_path, token="secret") as running:
        wait_until_ready(running.url)
        analysis = parse(running.url, token="secret")

    here = analyzer(OcrEngine.TESSERACT, 40_000_000).analyze(PHOTO)
    assert analysis.codes == here.codes
    assert (analysis.readings, analysis.tokens) == (here.readings, here.tokens)
    assert analysis.backend is Backend.ML
    assert analysis.readers.keys() == {"label-api", *here.readers}


def test_a_photograph_that_the_service_cannot_read_is_the_photographs_fault(tmp_path: Path) -> None:
    with label_service(tmp_path) as running, pytest.raises(ImageError, match="no photograph of a kind") as error:
        parse(running.url, b"no picture")

    assert error.value.permanent


def test_codes_are_judged_here_from_what_was_read() -> None:
    with answering(lambda _: (200, answer(text("Serial No.: PF206B5L")))) as url:
        analysis = parse(url)

    assert [(code.type, code.value) for code in analysis.codes] == [(CodeType.SERIAL_NUMBER, "PF206B5L")]
    assert analysis.readers == {"label-api": "9", "barcode": "3", "classifier": "m"}


@pytest.mark.parametrize(
    "told",
    [
        (200, b"<html>"), (200, [1]), (200, {}), (200, answer() | {"readings": None}), (200, answer() | {"width": "x"}),
        (200, answer() | {"readings": [{"kind": "symbol"}]}), (500, {}), (504, {"detail": "slow"}), (404, {}),
        (413, {}),
    ],
)  # fmt: skip
def test_an_answer_that_is_none_is_a_service_that_is_away(told: Told) -> None:
    with answering(lambda _: told) as url, pytest.raises(ServiceAwayError):
        parse(url)


def test_a_busy_service_is_asked_again() -> None:
    busy = (503, {"detail": "too many wait"})
    with stamina.set_testing(False), answering(lambda n: busy if n < 3 else (200, answer())) as url:
        assert parse(url, attempts=3).backend is Backend.ML


def test_a_wrong_token_ends_the_run_with_advice() -> None:
    with answering(lambda _: (401, {"detail": "no"})) as url, pytest.raises(TroostwatchError, match="refuses") as error:
        parse(url)

    assert "LABEL_API_TOKEN" in str(error.value.hint)


@pytest.mark.parametrize("health", [(500, {}), (200, {"status": "down"}), (200, b"hello"), None])
def test_where_the_service_is_away_all_is_read_here_with_a_warning(
    health: Told | None, caplog: pytest.LogCaptureFixture
) -> None:
    local = FakeLocal()
    caplog.set_level(logging.WARNING, logger="troostwatch")
    if health:
        with answering(lambda _: (200, answer()), health) as url:
            results = read_all(url, local)
    else:
        results = read_all("http://127.0.0.1:1", local)

    assert local.read == [0, 1, 2, 3]
    assert {result.backend for result in results.values()} == {Backend.LOCAL}
    assert "reading here instead" in caplog.text


@pytest.mark.parametrize(
    ("told", "warning"),
    [
        (
            {"model": "refused", "reason": "m.pkl was changed"},
            "the label service reads by rules alone: m.pkl was changed",
        ),
        ({"model": "none", "reason": None}, "the label service has no model: it reads by rules alone"),
    ],
)
def test_why_the_service_reads_by_rules_alone_is_told(
    told: dict[str, object], warning: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING, logger="troostwatch")
    with answering(lambda _: (200, answer()), (200, {"status": "ok"} | told)) as url:
        read_all(url, FakeLocal())

    assert caplog.messages == [warning]


def test_one_photograph_without_an_answer_is_read_here_and_the_others_there() -> None:
    local = FakeLocal()
    with answering(lambda n: (500, {}) if n == 2 else (200, answer())) as url:
        results = read_all(url, local)

    assert local.read == [1]
    assert {number: result.backend for number, result in results.items()} == {
        0: "ml", 1: "local", 2: "ml", 3: "ml",
    }  # fmt: skip


def test_a_service_that_dies_is_left_alone_and_nothing_is_lost() -> None:
    local = FakeLocal()
    asked: list[int] = []

    def dying(number: int) -> Told:
        asked.append(number)
        return (200, answer()) if number == 1 else (500, {})

    with answering(dying) as url:
        results = read_all(url, local, 10)

    assert sorted(results) == list(range(10))
    assert local.read == [1, 2, 3, 4, 5, 6, 7, 8, 9]
    assert len(asked) == 4


SEEN = [symbol("AB123456"), Reading("openai", ReadingKind.OPINION, "X1", text("x").quad, says=CodeType.EAN)]
READINGS = st.builds(
    Reading,
    st.text(min_size=1, max_size=9),
    st.just(ReadingKind.TEXT),
    st.text(max_size=30),
    st.just(text("x").quad),
    st.none() | st.floats(0, 1),
    again=st.none() | st.text(max_size=9),
) | st.sampled_from(
    [
        symbol("AB123456"),
        Reading("openai", ReadingKind.OPINION, "X1", text("x").quad, says=CodeType.EAN),
        replace(text("X1", reader="tesseract"), characters=(0.9, 0.4), runners_up=(RunnerUp(1, "I", 0.3),)),
    ]
)


@given(READINGS)
def test_a_reading_travels_as_it_is(reading: Reading) -> None:
    assert reading_from(json.loads(json.dumps(reading_values(reading)))) == reading


@pytest.mark.parametrize(
    "change",
    [{"kind": "guess"}, {"confidence": 2}, {"quad": [[0, 0]]}, {"quad": [[0, 0], [1, 0], [1, 1], [float("inf"), 1]]},
     {"says": "ean"}, {"kind": "opinion"}, {"kind": "symbol"}, {"says": "price", "kind": "opinion"},
     {"characters": [0.5, 0.5]}, {"characters": [7]}, {"runners_up": [[4, "O", 0.1]]}, {"witness": "oracle"}],
)  # fmt: skip
def test_what_does_not_hold_together_is_no_reading(change: dict[str, object]) -> None:
    with pytest.raises((KeyError, TypeError, ValueError)):
        reading_from(reading_values(text("x")) | change)
