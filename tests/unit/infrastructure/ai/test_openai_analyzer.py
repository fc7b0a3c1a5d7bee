"""The real client against a loopback server: every answer, also a broken or lying one, has a clear outcome."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest
from fakes.openai_server import Asked, FakeOpenai, Reply, codes, completion, error, served
from PIL import Image

from troostwatch.domain.codes import CodeType
from troostwatch.domain.errors import ImageError, MissingDependencyError, TroostwatchError
from troostwatch.domain.geometry import Box
from troostwatch.domain.second_opinion import Question, Verdict, View
from troostwatch.infrastructure.ai import openai_analyzer
from troostwatch.infrastructure.ai.openai_analyzer import Connection, OpenaiReader, Prices

CONTENT = "a" * 64
LABEL = Box(400, 300, 800, 500)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    picture = Image.new("RGB", (1600, 1200), "white")
    picture.paste("navy", (400, 300, 800, 500))
    picture.save(tmp_path / "photo.jpg")
    return tmp_path


def reader(server: FakeOpenai, folder: Path, *, attempts: int = 1, timeout: float = 10) -> OpenaiReader:
    connection = Connection("sk-test", server.url, "gpt-4.1-mini", timeout, attempts)
    return OpenaiReader(connection, Prices(0.4, 1.6), folder, max_pixels=40_000_000)


def ask(folder: Path, answer: Callable[[int, Asked], Reply], **options: float) -> Question:
    with served(answer) as server:
        return reader(server, folder, **options).ask("photo.jpg", CONTENT, View.PHOTOGRAPH, None)


def test_the_question_shows_the_label_and_asks_for_the_form(folder: Path) -> None:
    with served(lambda *_: codes(("serial_number", "PF206B5L"))) as server:
        reader(server, folder).ask("photo.jpg", CONTENT, View.LABEL, LABEL)

    (asked,) = server.asked
    assert (asked.model, asked.key) == ("gpt-4.1-mini", "sk-test")
    assert asked.picture.size == (400, 200)
    assert asked.picture.getpixel((200, 100))[2] > 100 > asked.picture.getpixel((200, 100))[0]
    assert asked.request["response_format"]["json_schema"]["strict"] is True
    assert "exactly as printed" in asked.request["messages"][0]["content"]


def test_an_answer_names_codes_in_places_of_the_photograph_and_has_its_price(folder: Path) -> None:
    with served(lambda *_: codes(("serial_number", " PF206B5L "), ("ean", "4006381333931"))) as server:
        question = reader(server, folder).ask("photo.jpg", CONTENT, View.LABEL, LABEL)

    assert question.verdict is Verdict.ANSWERED
    assert question.answer
    assert [(c.type, c.value) for c in question.answer.codes] == [
        (CodeType.SERIAL_NUMBER, "PF206B5L"), (CodeType.EAN, "4006381333931"),
    ]  # fmt: skip
    assert question.answer.codes[0].box == Box(400 + 40, 300 + 40, 400 + 240, 300 + 60)
    assert (question.input_tokens, question.output_tokens) == (1000, 50)
    assert question.cost_eur == pytest.approx(1000 * 0.4e-6 + 50 * 1.6e-6)
    assert (question.content, question.reader, question.prompt_version) == (CONTENT, "openai", "1")


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
        (Reply(b'{"choices": []}'), Verdict.MALFORMED, "without a message"),
        (Reply(b"<html>proxy</html>", headers={"Content-Type": "text/html"}), Verdict.MALFORMED, "no completion"),
        (Reply(b"{broken"), Verdict.MALFORMED, "no JSON"),
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
    connection = Connection("sk-test", "http://127.0.0.1:1/v1", "m", 1.0, 1)

    question = OpenaiReader(connection, Prices(0, 0), folder, max_pixels=40_000_000).ask(
        "photo.jpg", CONTENT, View.PHOTOGRAPH, None
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
