"""`troostwatch images stats --calibration`: probabilities beside what people decided."""

from __future__ import annotations

from pathlib import Path

from cli.conftest import Run
from fakes.world import World
from PIL import Image


def test_the_picture_and_the_table_tell_how_probabilities_kept_their_word(
    world: World, run: Run, tmp_path: Path
) -> None:
    world.review().approve(world.code_id("CD123456"))
    target = tmp_path / "reliability.png"

    said = run(f"images stats --calibration {target}")

    assert said.code == 0
    assert "0.50-0.60" in said.out
    assert str(target) in said.out + said.err
    with Image.open(target) as picture:
        assert picture.format == "PNG"
        assert len(picture.convert("RGB").getcolors()) > 20


def test_without_decisions_it_says_what_to_do(world: World, run: Run, tmp_path: Path) -> None:
    said = run(f"images stats --calibration {tmp_path / 'x.png'}")

    assert said.code == 2
    assert "nobody has decided" in said.err
    assert "images review --all" in said.err
    assert not (tmp_path / "x.png").exists()
