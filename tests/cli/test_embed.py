"""Photographs embedded, and lots found by what they look and mean like, as a user asks for it; the model is told."""

from __future__ import annotations

import hashlib
import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cli.conftest import Run
from fakes.embedder import FakeEmbedder, seen
from fakes.lot_site import Answer, loopback_site
from fakes.world import World, sha

from troostwatch import bootstrap
from troostwatch.app.models import Models
from troostwatch.domain.errors import ImageError, MissingDependencyError
from troostwatch.infrastructure.persistence.lock import stage_lock


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch) -> FakeEmbedder:
    """Put a told model in the place of the real one: the shared photograph shows a phone, the own one a laptop."""
    model = FakeEmbedder(pictures={sha("shared"): seen(phone=1.0), sha("own"): seen(laptop=1.0, phone=0.2)})
    monkeypatch.setattr(bootstrap.needs, "require_embedding", lambda: None)
    monkeypatch.setattr(Models, "embedder", lambda *_, **__: model)
    monkeypatch.setattr(Models, "of_space", lambda *_: model)
    return model


def found(run: Run, line: str) -> list[dict[str, Any]]:
    said = run(f"search --json {line}")
    assert said.code == 0, said.err
    return [json.loads(row) for row in said.out.splitlines()]


def names(rows: list[dict[str, Any]]) -> list[object]:
    return [row["display_id"] for row in rows]


def test_each_content_is_embedded_once_and_each_text_of_a_lot(world: World, run: Run, model: FakeEmbedder) -> None:
    first = run("images embed")
    second = run("images embed")

    assert first.code == second.code == 0
    assert first.err.startswith("2 photographs: 2 processed, 2 successful, 0 failed, 0 skipped; 2 texts of lots; ")
    assert second.err.startswith("2 photographs: 0 processed, 0 successful, 0 failed, 2 skipped; 0 texts of lots; ")


def test_another_model_makes_old_vectors_stale(world: World, run: Run, model: FakeEmbedder) -> None:
    run("images embed")
    model.space = replace(model.space, pretrained="another")
    again = run("images embed --limit 1")

    assert "1 processed, 1 successful" in again.err
    spaces = world.connection.execute("SELECT space_id, count(*) FROM image_embeddings GROUP BY 1").fetchall()
    assert [tuple(row) for row in spaces] == [(1, 1), (2, 1)]
    assert names(found(run, "phone --words-only")) == ["A1-1-2"]
    reasons = [r for row in found(run, "phone") for r in row["reasons"] if r["space"] == "picture"]
    assert len(reasons) == 2  # two lots show the one photograph of the new space; the old vector is not compared


def test_a_bad_photograph_is_a_failed_item_and_parked_in_the_end(world: World, run: Run, model: FakeEmbedder) -> None:
    model.pictures[sha("own")] = ImageError("no pixels")
    codes = [run("images embed").code for _ in range(4)]

    assert codes == [4, 4, 4, 0]  # after three attempts it is left alone
    assert run("images embed").err.startswith("2 photographs: 0 processed, 0 successful, 0 failed, 2 skipped")
    run("images reprocess-failed")
    model.pictures[sha("own")] = seen(laptop=1.0)
    assert "1 successful" in run("images embed").err


def test_verbose_tells_of_each_batch(world: World, run: Run, model: FakeEmbedder) -> None:
    lines = run("images embed --batch-size 1 --verbose").err.splitlines()

    assert [line.rpartition(" ")[0] for line in lines[:2]] == ["  1 of 2", "  2 of 2"]


def test_a_text_finds_photographs_and_texts_that_mean_it(world: World, run: Run, model: FakeEmbedder) -> None:
    run("images embed")

    rows = found(run, "phone")

    assert names(rows) == ["A1-1-2", "A1-1-1"]
    assert {reason["space"] for reason in rows[0]["reasons"]} == {"words", "picture", "meaning"}
    assert model.asked[-1] == "phone"
    assert names(found(run, "phone --words-only")) == ["A1-1-2"]


def test_a_picture_in_a_file_or_at_an_address_finds_what_looks_like_it(
    world: World, run: Run, model: FakeEmbedder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("images embed")
    (tmp_path / "mine.jpg").write_bytes(b"a laptop")
    model.pictures[hashlib.sha256(b"a laptop").hexdigest()] = seen(laptop=1.0)

    from_file = found(run, "--image mine.jpg")
    monkeypatch.setenv("TROOSTWATCH_NETWORK__ALLOW_PRIVATE", "1")
    with loopback_site(lambda path: Answer(b"a laptop")) as site:
        from_address = found(run, f"--image {site.base}/photo")

    assert names(from_file) == ["A1-1-1", "A1-1-2"]
    assert from_file == from_address
    assert from_file[0]["reasons"][0]["because"] == "photograph 1, cosine 0.981"
    assert run("search --image lost.jpg").code == 2


def test_lots_like_one_are_found_by_photographs_and_texts_with_the_weights_of_its_category(
    world: World, run: Run, model: FakeEmbedder
) -> None:
    world.connection.execute("UPDATE lots SET category = 'Mode > Textiel' WHERE display_id = 'A1-1-2'")
    run("images embed")

    (row,) = found(run, "--like A1-1-2")

    assert row["display_id"] == "A1-1-1"
    assert row["reasons"][0]["because"] == "0.75 x pictures 1.000 + 0.25 x texts 0.000"
    assert row["score"] == pytest.approx(0.75, abs=1e-4)


@pytest.mark.parametrize("line", ["phone", "--like A1-1-1", "--image mine.jpg"])
def test_filters_hold_for_vectors_too(world: World, run: Run, model: FakeEmbedder, tmp_path: Path, line: str) -> None:
    run("images embed")
    (tmp_path / "mine.jpg").write_bytes(b"x")
    model.pictures[hashlib.sha256(b"x").hexdigest()] = seen(phone=1.0)

    assert names(found(run, f"{line} --closing-within 3h")) == ["A1-1-2"]


def test_what_is_not_embedded_is_told_and_words_are_answered(world: World, run: Run, model: FakeEmbedder) -> None:
    said = run("search laptop")

    assert said.code == 0
    assert "Laptop" in said.out
    assert "words and codes alone: no photograph is embedded" in said.err
    assert run("search --like A1-1-1").code == 3
    assert run("search --like A9-9-9").code == 2


def test_without_weights_words_are_answered_and_pictures_refused(
    world: World, run: Run, model: FakeEmbedder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("images embed")
    (tmp_path / "mine.jpg").write_bytes(b"x")

    def none(*_: object) -> FakeEmbedder:
        raise MissingDependencyError("no weights here", hint="get some")

    monkeypatch.setattr(Models, "of_space", none)

    said = run("search laptop")
    assert (said.code, said.err) == (0, "  words and codes alone: no weights here (get some)\n")
    assert run("search --image mine.jpg").code == 3
    assert run("search --like A1-1-1").code == 0  # needs vectors, no model


def test_without_the_extra_it_says_what_to_install(world: World, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "open_clip", None)
    monkeypatch.setitem(sys.modules, "torch", None)

    said = run("images embed")

    assert said.code == 3
    assert "open_clip and torch are not installed" in said.err
    assert "pip install '.[clip]'" in said.err
    for line in ("search laptop", "search --like A1-1-1", "search --image mine.jpg"):
        assert (
            "pip install '.[clip]' (several GB: it brings torch), then run 'troostwatch images embed'" in run(line).err
        )
    assert world.connection.execute("SELECT count(*) FROM runs WHERE stage = 'embed'").fetchone()[0] == 0


def test_a_second_run_at_once_is_refused(world: World, run: Run, model: FakeEmbedder) -> None:
    with stage_lock(Path("data/troostwatch.db"), "embed"):
        assert run("images embed").code == 5


def test_the_night_embeds_too_where_it_is_wanted(
    world: World, run: Run, model: FakeEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TROOSTWATCH_EMBEDDING__IN_BATCH", "1")
    world.connection.execute("INSERT INTO perceptual_hashes SELECT sha256, 1, NULL, NULL FROM contents")

    said = run("batch")

    assert said.code == 0
    assert "embed: 2 photographs: 2 processed, 2 successful" in said.out


def test_a_night_that_reaches_the_budget_while_it_embeds_ends_as_such_and_its_row_is_closed(
    world: World, run: Run, model: FakeEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TROOSTWATCH_EMBEDDING__IN_BATCH", "1")
    monkeypatch.setenv("OPENAI_API_KEY", "sk-never-used")
    monkeypatch.setenv("TROOSTWATCH_OPENAI__CALLS_PER_RUN", "0")
    world.connection.execute("INSERT INTO perceptual_hashes SELECT sha256, 1, NULL, NULL FROM contents")

    said = run("batch")

    assert said.code == 7, said.err
    ((outcome,),) = world.connection.execute("SELECT outcome FROM runs WHERE stage = 'batch'").fetchall()
    assert outcome == "over_budget"
