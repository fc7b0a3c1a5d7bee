"""The label service over HTTP: what it answers, and how it refuses."""

from __future__ import annotations

import io
import json
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest
from fakes.label_service import RunningService, label_service, wait_until_ready
from fakes.lot_site import Answer, loopback_site
from fakes.sticker_photographs import taken
from fakes.words import stickers
from PIL import Image
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline

from troostwatch.domain.readings import OcrEngine
from troostwatch.infrastructure.ai.image_analyzer import analyzer
from troostwatch.infrastructure.learning import data, model_file, training
from troostwatch.label_service import main, ocr_engine
from troostwatch.label_service.ocr_engine import EngineOptions, parse_label_ml
from troostwatch.label_service.schemas import LabelAnswer

PHOTO, TRUTH = taken()
FORM = {"content-type": "multipart/form-data"}
PNG = b"\x89PNG\r\n\x1a\n"


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningService]:
    with label_service(tmp_path_factory.mktemp("models"), max_bytes=2_000_000, max_pixels=4_000_000) as running:
        yield running


@pytest.fixture
def blocked(monkeypatch: pytest.MonkeyPatch) -> Iterator[Block]:
    block = Block()
    monkeypatch.setattr(main, "parse_label_ml", block)
    yield block
    block.over.set()


class Block:
    """Reads nothing until it is told to, and tells when it was begun."""

    def __init__(self) -> None:
        self.begun = threading.Semaphore(0)
        self.over = threading.Event()

    def __call__(self, photo: bytes, options: EngineOptions) -> ocr_engine.Parsed:
        self.begun.release()
        assert self.over.wait(20)
        return ocr_engine.Parsed(analyzer(OcrEngine.TESSERACT, 4_000_000).analyze(photo), 1600, 1200)


def send(url: str, photo: bytes = PHOTO, **options: Any) -> httpx.Response:
    return httpx.post(f"{url}/parse-label", files={"file": ("photo.jpg", photo)}, timeout=30, **options)


def picture(size: tuple[int, int], kind: str = "PNG") -> bytes:
    file = io.BytesIO()
    Image.new("RGB", size, "white").save(file, kind)
    return file.getvalue()


@pytest.fixture
def model(tmp_path: Path) -> Path:
    path = tmp_path / "label_classifier.pkl"
    words = data.dataset(stickers(8))
    fitted = training.fit(Pipeline([("model", LogisticRegression(max_iter=500))]), words)
    model_file.save(path, fitted, {"model": "test", "classes": sorted(set(words.y.tolist()))})
    return path


def test_it_reads_what_images_analyze_reads_and_shows_the_evidence(service: RunningService) -> None:
    answer = send(service.url).json()

    codes = {(code["type"], code["value"]) for code in answer["codes"]}
    here = analyzer(OcrEngine.TESSERACT, 4_000_000).analyze(PHOTO)
    assert codes == {(code.type, code.value) for code in here.codes}
    assert {(code.type, code.value) for code in TRUTH.codes if code.in_symbol} & codes
    first = answer["codes"][0]
    assert first["evidence"]
    assert len(first["box"]) == 4
    assert answer["text"].splitlines() == [line["text"] for line in answer["lines"]]
    assert (answer["width"], answer["height"]) == (1600, 1200)
    assert answer["versions"]["readers"].keys() == {"barcode", "tesseract"}
    assert answer["timing"]["read_seconds"] > 0
    assert (answer["readings"], answer["tokens"]) == (None, None)


def test_with_details_the_evidence_comes_too(service: RunningService) -> None:
    answer = send(service.url, params={"details": "true"}).json()

    assert {reading["kind"] for reading in answer["readings"]} >= {"symbol", "text"}
    assert answer["tokens"][0].keys() == {"text", "bbox", "confidence", "line", "block"}


def test_without_a_model_it_reads_by_rules_and_says_so(service: RunningService) -> None:
    assert httpx.get(f"{service.url}/health").json() | {"service": ""} == {
        "status": "ok", "model": "none", "reason": None, "service": "",
    }  # fmt: skip
    ready = wait_until_ready(service.url)
    assert (ready["ready"], ready["model"]) == (True, None)
    assert ready["features"] > 50


def test_a_model_is_one_more_witness(model: Path) -> None:
    with label_service(model.parent) as running:
        ready = wait_until_ready(running.url)
        answer = send(running.url, params={"details": "true"}).json()

        assert httpx.get(f"{running.url}/health").json()["model"] == "loaded"
    assert ready["model"].startswith("test-")
    assert answer["versions"]["readers"]["classifier"] == ready["model"]


@pytest.mark.parametrize("how", ["tampered", "truncated", "foreign", "another", "worse"])
def test_a_model_that_is_not_to_be_trusted_is_refused_with_a_reason_and_rules_read_on(model: Path, how: str) -> None:
    whole = model.read_bytes()
    pinned = None
    match how:
        case "tampered":
            model.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
        case "truncated":
            model.write_bytes(whole[:100])
        case "foreign":
            model_file.manifest_path(model).unlink()
        case "another":
            pinned = "0" * 64
        case "worse":
            manifest = json.loads(model_file.manifest_path(model).read_text())
            measured = {"model": {"macro_f1": 0.81}, "rules": {"macro_f1": 0.88}}
            model_file.manifest_path(model).write_text(json.dumps(manifest | {"metrics": measured}))
    with label_service(model.parent, model_sha256=pinned) as running:
        health = httpx.get(f"{running.url}/health")
        ready = httpx.get(f"{running.url}/ready")
        answer = send(running.url)

    assert (health.status_code, health.json()["model"]) == (200, "refused")
    assert "label_classifier.pkl" in health.json()["reason"]
    assert (ready.status_code, ready.json()["ready"]) == (503, False)
    assert (answer.status_code, "classifier" in answer.json()["versions"]["readers"]) == (200, False)


@pytest.mark.parametrize(
    ("photo", "status", "reason"),
    [
        (b"", 422, "the file is empty"),
        (b"hello", 415, "no photograph of a kind we take"),
        (b"%PDF-1.7\n", 415, "no photograph of a kind we take"),
        (PNG + b"broken", 415, "no photograph"),
        (PHOTO[:20_000], 422, "does not decode"),
        (picture((3000, 2000)), 413, "3000 x 2000 pixels are more than 4,000,000"),
        (b"\xff\xd8\xff" + bytes(2_050_000), 413, "larger than 2,000,000 bytes"),
        (bytes(2_500_000), 413, "larger than"),
    ],
)
def test_bad_photographs_are_refused_with_their_reason(
    service: RunningService, photo: bytes, status: int, reason: str
) -> None:
    answer = send(service.url, photo)

    assert answer.status_code == status
    assert reason in answer.json()["detail"]


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (lambda url: httpx.post(f"{url}/parse-label"), 422),
        (lambda url: httpx.post(f"{url}/parse-label", content=b"x", headers=FORM), 422),
        (lambda url: httpx.post(f"{url}/parse-label", data={"file": "text"}), 422),
        (lambda url: send(url, params={"details": "maybe"}), 422),
        (lambda url: httpx.post(f"{url}/parse-label/url", json={"image_url": "https://a.example/x.jpg"}), 403),
        (lambda url: httpx.post(f"{url}/parse-label/url", json={"image_url": 5}), 422),
        (lambda url: httpx.post(f"{url}/parse-label/url", content=b"{"), 422),
        (lambda url: httpx.get(f"{url}/parse-label"), 405),
        (lambda url: httpx.get(f"{url}/nowhere"), 404),
        (lambda url: httpx.get(f"{url}/health", headers={"host": "evil.example"}), 400),
        (lambda url: send(url, headers={"origin": "https://evil.example"}), 403),
    ],
)  # fmt: skip
def test_bad_requests_are_never_the_services_fault(
    service: RunningService, request_: Callable[[str], httpx.Response], status: int
) -> None:
    assert request_(service.url).status_code == status


def test_a_body_without_a_length_is_cut_off_where_it_becomes_too_large(service: RunningService) -> None:
    def endless() -> Iterator[bytes]:
        head = b'--b\r\nContent-Disposition: form-data; name="file"; filename="x"\r\n\r\n'
        yield head
        for _ in range(64):
            yield bytes(65_536)

    headers = {"content-type": "multipart/form-data; boundary=b"}
    answer = httpx.post(f"{service.url}/parse-label", content=endless(), headers=headers)

    assert answer.status_code == 413


def test_a_token_is_asked_for_where_one_is_set(tmp_path: Path) -> None:
    with label_service(tmp_path, token="secret") as running:
        answers = [
            send(running.url, b"x", headers=headers)
            for headers in ({}, {"authorization": "Bearer wrong"}, {"authorization": "Bearer secret"})
        ]

        assert [answer.status_code for answer in answers] == [401, 401, 415]
        assert answers[0].headers["www-authenticate"] == "Bearer"
        assert httpx.get(f"{running.url}/health").status_code == 200


def ask_url(running: RunningService, url: str) -> httpx.Response:
    return httpx.post(f"{running.url}/parse-label/url", json={"image_url": url}, timeout=30)


def test_a_photograph_is_fetched_where_that_is_allowed(tmp_path: Path) -> None:
    pages = {
        "/photo.jpg": Answer(PHOTO), "/large": Answer(bytes(3_000_000)), "/gone": Answer(b"", 404),
        "/away": Answer(b"", 302, {"Location": "/photo.jpg"}), "/file": Answer(b"", 302, {"Location": "file:///etc/x"}),
    }  # fmt: skip
    with (
        loopback_site(lambda path: pages[path]) as site,
        label_service(tmp_path, allow_urls=True, allow_private=True, max_bytes=2_000_000) as running,
    ):
        answers = {path: ask_url(running, site.base + path) for path in pages}

    assert {path: answer.status_code for path, answer in answers.items()} == {
        "/photo.jpg": 200, "/away": 200, "/large": 413, "/gone": 422, "/file": 422,
    }  # fmt: skip
    assert answers["/photo.jpg"].json()["codes"]
    assert "it answers 404" in answers["/gone"].json()["detail"]


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:1/x", "http://[::1]/x", "http://169.254.169.254/latest", "http://10.0.0.1/", "file:///etc/x",
            "http://0x7f000001/", "http://[::ffff:127.0.0.1]/", "gopher://x.example/", "not an address"],
)  # fmt: skip
def test_addresses_that_are_not_public_are_refused_and_nothing_is_told_of_them(tmp_path: Path, url: str) -> None:
    with label_service(tmp_path, allow_urls=True) as running:
        answer = ask_url(running, url)

    assert answer.status_code == 422
    assert "127.0.0.1" not in answer.json()["detail"]


def test_a_site_that_never_answers_is_left(tmp_path: Path) -> None:
    over = threading.Event()

    def hang(_: str) -> Answer:
        over.wait(20)
        return Answer(b"")

    with (
        loopback_site(hang) as site,
        label_service(tmp_path, allow_urls=True, allow_private=True, fetch_seconds=0.2) as running,
    ):
        answer = ask_url(running, site.base + "/x")
        over.set()

    assert answer.status_code == 504


def test_what_takes_too_long_is_ended_and_the_next_photograph_is_read(tmp_path: Path, blocked: Block) -> None:
    with label_service(tmp_path, timeout_seconds=0.2) as running:
        wait_until_ready(running.url)
        slow = send(running.url)
        blocked.over.set()
        next_one = send(running.url)

    assert (slow.status_code, slow.json()["detail"]) == (504, "reading took longer than 0.2 s")
    assert next_one.status_code in (200, 504)


def test_overload_is_refused_at_once_with_advice_and_what_waits_is_answered(tmp_path: Path, blocked: Block) -> None:
    with label_service(tmp_path, queue=1) as running, ThreadPoolExecutor(2) as clients:
        wait_until_ready(running.url)
        first = clients.submit(send, running.url)
        assert blocked.begun.acquire(timeout=20)
        second = clients.submit(send, running.url)
        while "label_ocr_waiting 1.0" not in httpx.get(f"{running.url}/metrics").text:
            pass
        refused = send(running.url)
        blocked.over.set()

        assert refused.status_code == 503
        assert int(refused.headers["retry-after"]) >= 1
        assert [first.result().status_code, second.result().status_code] == [200, 200]


def test_asked_to_end_it_answers_what_it_has_begun(tmp_path: Path, blocked: Block) -> None:
    with ThreadPoolExecutor(1) as client:
        with label_service(tmp_path) as running:
            wait_until_ready(running.url)
            begun = client.submit(send, running.url)
            assert blocked.begun.acquire(timeout=20)
            running.should_exit = True
            blocked.over.set()

        assert begun.result().status_code == 200


def test_metrics_count_requests_and_codes_and_no_invented_paths(service: RunningService) -> None:
    send(service.url)
    httpx.get(f"{service.url}/invented/by/a/stranger")

    told = httpx.get(f"{service.url}/metrics").text

    assert 'label_ocr_requests_total{path="/parse-label",status="200"}' in told
    assert "label_ocr_codes_total{" in told
    assert "invented" not in told
    assert 'path="other",status="404"' in told


def test_the_openapi_document_is_complete(service: RunningService) -> None:
    document = httpx.get(f"{service.url}/openapi.json").json()

    assert document["paths"].keys() == {"/health", "/ready", "/parse-label", "/parse-label/url", "/metrics"}
    for path in ("/parse-label", "/parse-label/url"):
        responses = document["paths"][path]["post"]["responses"]
        assert responses.keys() >= {"200", "401", "413", "415", "422", "503", "504"}
    schemas = document["components"]["schemas"]
    assert schemas["LabelAnswer"]["examples"]
    LabelAnswer.model_validate(schemas["LabelAnswer"]["examples"][0])


def test_parse_label_ml_reads_bytes_without_a_server() -> None:
    parsed = parse_label_ml(PHOTO, EngineOptions(OcrEngine.TESSERACT, 4_000_000, None))

    assert (parsed.width, parsed.height) == (1600, 1200)
    assert parsed.analysis.codes
