"""The real client against a loopback server: every answer, also a broken or lying one, has a clear outcome."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from fakes.openai_server import Asked, FakeOpenai, Reply, codes, completion, error, served
from PIL import Image

from troostwatch.domain.codes import CodeType
from troostwatch.domain.errors import ImageError, MissingDependencyError, TroostwatchError
from troostwatch.domain.geometry import Box
from troostwatch.domain.images import Stored
from troostwatch.domain.second_opinion import Question, Verdict, View
from troostwatch.infrastructure.ai import openai_analyzer
from troostwatch.infrastructure.ai.openai_analyzer import OpenaiReader
from troostwatch.infrastructure.ai.openai_api import Connection, Prices
from troostwatch.infrastructure.photographs.store import FolderStore

NOWHERE = Connection("sk-test", "http://127.0.0.1:1/v1", "m", 1.0, 1)
LABEL = Box(400, 300, 800, 500)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    picture = Image.new("RGB", (1600, 1200), "white")
    picture.paste("navy", (400, 300, 800, 500))
    picture.save(tmp_path / "photo.jpg")
    return tmp_path


def stored(folder: Path) -> Stored:
    return Stored(hashlib.sha256((folder / "photo.jpg").read_bytes()).hexdigest(), "photo.jpg")


def reader(server: FakeOpenai, folder: Path, *, attempts: int = 1, timeout: float = 10) -> OpenaiReader:
    connection = Connection("sk-test", server.url, "gpt-4.1-mini", timeout, attempts)
    return OpenaiReader(connection, Prices(0.4, 1.6), FolderStore(folder).open, max_pixels=40_000_000)


def ask(folder: Path, answer: Callable[[int, Asked], Reply], **options: float) -> Question:
    with served(answer) as server:
        return reader(server, folder, **options).ask(stored(folder), View.PHOTOGRAPH, None)


def test_the_question_shows_the_label_and_asks_for_the_form(folder: Path) -> None:
    with served(lambda *_: codes(("serial_number", "PF206B5L"))) as server:
        reader(server, folder).ask(stored(folder), View.LABEL, LABEL)

    (asked,) = server.asked
    assert (asked.model, asked.key) == ("gpt-4.1-mini", "sk-test")
    assert asked.picture.size == (400, 200)
    assert asked.picture.getpixel((200, 100))[2] > 100 > asked.picture.getpixel((200, 100))[0]
    assert asked.request["response_format"]["json_schema"]["strict"] is True
    assert "exactly as printed" in asked.request["messages"][0]["content"]


def test_an_answer_names_codes_in_places_of_the_photograph_and_has_its_price(folder: Path) -> None:
    with served(lambda *_: codes(("serial_number", " PF206B5L "), ("ean", "4006381333931"))) as server:
        question = reader(server, folder).ask(stored(folder), View.LABEL, LABEL)

    assert question.verdict is Verdict.ANSWERED
    assert question.answer
    assert [(c.type, c.value) for c in question.answer.codes] == [
        (CodeType.SERIAL_NUMBER, "PF206B5L"), (CodeType.EAN, "4006381333931"),
    ]  # fmt: skip
    assert question.answer.codes[0].box == Box(400 + 40, 300 + 40, 400 + 240, 300 + 60)
    assert (question.input_tokens, question.output_tokens) == (1000, 50)
    assert question.cost_eur == pytest.approx(1000 * 0.4e-6 + 50 * 1.6e-6)
    assert (question.content, question.reader, question.prompt_version) == (stored(folder).sha256, "openai", "1")


@pytest.mark.parametrize("box", [(), (1, 2, 3), (600, 0, 100, 1000), (-5, 0, 10, 10), (0, 0, 5000, 10)])
def test_a_box_that_cannot_be_is_all_that_was_shown(folder: Path, box: tuple[int, ...]) -> None:
    question = ask(folder, lambda *_: codes(("ean", "4006381333931"), box=box))

    assert question.answer
    assert question.answer.codes[0].box == Box(0, 0, 1600, 1200)


@pytest.mark.parametrize(
    ("reply", "verdict", "message"),
    [
        (completion(None, refusal="I cannot help"), Verdict.REFUSED, "I cannot help"),
        (completion("", finish="content_filter"), Verdict.REFUSED, "content filter"),
        (completion('{"codes": [', finish="length"), Verdict.MALFORMED, "cut off"),
        (completion("sorry, no codes here"), Verdict.MALFORMED, "not of the form"),
        (completion('{"codes": "none", "enough": true}'), Verdict.MALFORMED, "codes"),
        (completion('{"codes": [{"type": "price", "value": "1", "caption": null, "box": []}], "enough": true}'),
         Verdict.MALFORMED, "codes.0.type"),
        (completion(None), Verdict.MALFORMED, "not of the form"),
        (Reply(b'{"choices": []}'), Verdict.MALFORMED, "choices"),
        (Reply(b"<html>proxy</html>", headers={"Content-Type": "text/html"}), Verdict.MALFORMED, "no completion"),
        (Reply(b"{broken"), Verdict.MALFORMED, "Invalid JSON"),
        (Reply(b"[1, 2]"), Verdict.MALFORMED, ""),
        (error(400), Verdict.FAILED, "told to say 400"),
        (error(500), Verdict.FAILED, "told to say 500"),
        (error(429), Verdict.FAILED, "asked too often"),
    ],
)  # fmt: skip
def test_what_is_no_answer_is_told_apart(folder: Path, reply: Reply, verdict: Verdict, message: str) -> None:
    question = ask(folder, lambda *_: reply)

    assert (question.verdict, question.answer) == (verdict, None)
    assert message in (question.message or "")


def test_a_malformed_answer_is_paid_all_the_same(folder: Path) -> None:
    assert ask(folder, lambda *_: completion("no JSON")).cost_eur > 0


def test_a_server_that_never_answers_is_left(folder: Path) -> None:
    question = ask(folder, lambda *_: Reply(b"", hang=True), timeout=0.2)

    assert (question.verdict, question.message) == (Verdict.FAILED, "no answer in time")


def test_a_server_that_is_not_there_is_told(folder: Path) -> None:
    question = OpenaiReader(NOWHERE, Prices(0, 0), FolderStore(folder).open, max_pixels=40_000_000).ask(
        stored(folder), View.PHOTOGRAPH, None
    )

    assert question.verdict is Verdict.FAILED
    assert "was not reached" in (question.message or "")


def test_a_busy_server_is_asked_again_when_it_wishes(folder: Path) -> None:
    busy = error(429, retry_after_ms="1")

    question = ask(folder, lambda number, _: codes(("ean", "4006381333931")) if number > 1 else busy, attempts=2)

    assert question.verdict is Verdict.ANSWERED


@pytest.mark.parametrize(
    ("reply", "kind", "message"),
    [
        (error(401), MissingDependencyError, "does not take the key"),
        (error(403), MissingDependencyError, "does not take the key"),
        (error(404), TroostwatchError, "knows no such model"),
        (error(429, "insufficient_quota"), TroostwatchError, "no credit is left"),
    ],
)
def test_what_would_befall_every_photograph_ends_the_run(
    folder: Path, reply: Reply, kind: type[Exception], message: str
) -> None:
    with pytest.raises(kind, match=message):
        ask(folder, lambda *_: reply)


def test_a_file_that_is_no_picture_fails_alone(folder: Path) -> None:
    (folder / "photo.jpg").write_bytes(b"no picture")

    with pytest.raises(ImageError):
        ask(folder, lambda *_: codes())


def test_a_prompt_that_changes_gets_a_new_version() -> None:
    prompt = openai_analyzer.prompt()
    digest = hashlib.sha256((prompt.task + repr(prompt.shown)).encode()).hexdigest()

    # Answers are kept by the version: whoever changes a word raises it, and notes the digest of it here.
    assert {"1": "f7888f42dd451db8"}[prompt.version] == digest[:16]


def with_usage(usage: object) -> Reply:
    body = json.loads(codes(("ean", "4006381333931")).body)
    body["usage"] = usage
    return Reply(json.dumps(body).encode())


@pytest.mark.parametrize("tokens", [-1, -(10**9), 10_000_001, 2**63, 1e300, float("nan"), "12", None, 1.5, [], True])
@pytest.mark.parametrize("of", ["prompt_tokens", "completion_tokens"])
def test_tokens_below_nothing_or_beyond_belief_are_booked_as_the_dearest_call(
    folder: Path, tokens: object, of: str
) -> None:
    question = ask(folder, lambda *_: with_usage({"prompt_tokens": 5, "completion_tokens": 5, of: tokens}))

    assert question.verdict is Verdict.MALFORMED
    assert question.cost_eur == pytest.approx(6000 * 0.4e-6 + 2000 * 1.6e-6)


def test_an_answer_without_a_price_is_taken_and_booked_as_the_dearest_call(folder: Path) -> None:
    question = ask(folder, lambda *_: with_usage(None))

    assert question.verdict is Verdict.ANSWERED
    assert question.cost_eur == pytest.approx(6000 * 0.4e-6 + 2000 * 1.6e-6)


@pytest.mark.parametrize(
    "body",
    [
        b'{"choices": "x"}', b'{"choices": [{"message": "x"}]}', b'{"choices": [{"message": {"refusal": 5}}]}',
        b'{"choices": [null]}', b'{"choices": [{"message": null}]}', b"null", b"", b"\xff\xfe",
        b"[" * 500_000, b'{"a":' * 500_000, b'{"choices": [{"message": {"content": "\\ud800"}}]}',
    ],
)  # fmt: skip
def test_no_body_of_an_answer_is_more_than_a_malformed_one(folder: Path, body: bytes) -> None:
    question = ask(folder, lambda *_: Reply(body))

    assert question.verdict is Verdict.MALFORMED
    assert question.cost_eur > 0


def test_an_answer_with_thousands_of_codes_is_not_judged(folder: Path) -> None:
    many = [("serial_number", f"AB{number:06}") for number in range(20_000)]

    assert ask(folder, lambda *_: codes(*many)).verdict is Verdict.MALFORMED


def test_an_endless_body_and_a_packed_one_are_left(folder: Path) -> None:
    large = ask(folder, lambda *_: Reply(b" " * 5_000_000))
    packed = ask(folder, lambda *_: Reply(gzip.compress(b" " * 50_000_000), headers={"Content-Encoding": "gzip"}))

    assert (large.verdict, packed.verdict) == (Verdict.FAILED, Verdict.FAILED)
    assert "more than 4,000,000 bytes" in (large.message or "")
    assert "not asked for" in (packed.message or "")


def refuse(parameter: str) -> Reply:
    told = {"message": f"Unsupported value: {parameter}", "type": "invalid_request_error", "param": parameter}
    return Reply(json.dumps({"error": told}).encode(), 400)


def test_a_model_that_refuses_the_temperature_is_asked_without_it_from_then_on(folder: Path) -> None:
    def answer(_number: int, asked: Asked) -> Reply:
        return refuse("temperature") if "temperature" in asked.request else codes(("ean", "4006381333931"))

    with served(answer) as server:
        model = reader(server, folder)
        verdicts = [model.ask(stored(folder), View.PHOTOGRAPH, None).verdict for _ in range(2)]

    assert verdicts == [Verdict.ANSWERED] * 2
    assert len(server.asked) == 3


def test_another_parameter_that_the_model_refuses_ends_the_run(folder: Path) -> None:
    with pytest.raises(TroostwatchError, match="does not take 'response_format'"):
        ask(folder, lambda *_: refuse("response_format"))


def test_a_picture_that_the_model_refuses_fails_alone(folder: Path) -> None:
    assert ask(folder, lambda *_: refuse("messages.[1].content")).verdict is Verdict.FAILED
