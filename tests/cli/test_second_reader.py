"""OpenAI as a second reader, with the lines that a user types, against a server on loopback."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from cli.conftest import Run
from fakes.openai_server import FakeOpenai, codes, completion, error, served
from fakes.world import World, white_picture


@pytest.fixture
def openai(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeOpenai]:
    """Serve answers that confirm the doubtful code; the photograph of it lies where the database says."""
    world.fill(tmp_path / "data" / "images", white_picture)
    with served(lambda *_: codes(("serial_number", "CD123456"))) as server:
        monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")
        monkeypatch.setenv("OPENAI_BASE_URL", server.url)
        monkeypatch.setenv("TROOSTWATCH_OPENAI__ATTEMPTS", "1")
        yield server


def test_the_doubtful_photograph_is_asked_about_once_and_the_cost_is_told(
    run: Run, world: World, openai: FakeOpenai
) -> None:
    first = run("images review --promote-to-openai")
    again = run("images review --promote-to-openai")

    assert first.code == 0, first.err
    assert "1 photograph asked about, 0 known; 1 code named; " in first.err
    assert "1 call, 0.0005 EUR" in first.err
    assert again.err == "no photograph waits for a second opinion\n"
    assert len(openai.asked) == 1
    assert openai.asked[0].key == "sk-secret"
    stats = run("images stats").out
    assert "questions to OpenAI" in stats
    assert "1 answered; 1000 + 50 tokens, 0.0005 EUR" in stats
    assert json.loads(run("images stats --json").out)["questions"]["cost_eur"] == pytest.approx(0.00048)
    assert 'troostwatch_questions{outcome="answered"} 1.0' in run("images stats --prometheus").out


def test_what_only_the_model_saw_waits_for_a_person(run: Run, world: World, openai: FakeOpenai) -> None:
    run("images review --promote-to-openai")

    ((_, status),) = {value: status for (_, value), (status, _) in world.codes().items() if value == "CD123456"}.items()
    assert status == "pending"


def test_a_budget_that_is_reached_ends_with_7(run: Run, openai: FakeOpenai, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TROOSTWATCH_OPENAI__CALLS_PER_RUN", "0")

    said = run("images review --promote-to-openai")

    assert said.code == 7
    assert "the budget is reached" in said.err
    assert openai.asked == []
    assert "over_budget" in run("images stats").out


@pytest.mark.parametrize(
    ("reply", "code", "message"),
    [
        (completion(None, refusal="no"), 0, "1 refused, 0 failed"),
        (completion("nonsense"), 4, "A1-1-1 photograph 1: not of the form asked for"),
        (error(500), 4, "A1-1-1 photograph 1: "),
        (error(401), 3, "OpenAI does not take the key"),
        (error(429, "insufficient_quota"), 1, "no credit is left"),
    ],
)
def test_each_bad_answer_has_its_exit_code(
    run: Run, openai: FakeOpenai, reply: object, code: int, message: str
) -> None:
    openai.answer = lambda *_: reply  # type: ignore[assignment]

    said = run("images review --promote-to-openai")

    assert (said.code, message in said.err) == (code, True), said.err
    assert "sk-secret" not in said.err + said.out + run("config show").out


def test_a_missing_key_ends_before_anything_is_read(
    run: Run, world: World, openai: FakeOpenai, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OPENAI_API_KEY")

    for line in ("images review --promote-to-openai", "images analyze --backend openai"):
        said = run(line)
        assert said.code == 3
        assert "OPENAI_API_KEY" in said.err
    assert openai.asked == []


def test_analyze_with_openai_reads_here_first_and_asks_about_what_it_read(
    run: Run, world: World, openai: FakeOpenai, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    world.lot("A1-1-3")
    world.photograph("A1-1-3", 0, "new")
    world.fill(tmp_path / "data" / "images", white_picture)
    monkeypatch.setenv("TROOSTWATCH_ANALYSIS__OCR_ENGINE", "tesseract")

    said = run("images analyze --backend openai --jobs 1")

    assert said.code == 0, said.err
    assert said.err.splitlines()[0].startswith("1 photograph analyzed")
    assert "1 photograph asked about" in said.err.splitlines()[1]
    assert {stage for (stage,) in world.connection.execute("SELECT stage FROM runs")} == {"analyze", "promote"}
    assert ("openai",) in [tuple(r) for r in world.connection.execute("SELECT backend FROM analyses")]
