"""The names of the roadmap work as it writes them, from the places that it names."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from fakes.world import World, analysis, code

from troostwatch.app.process import Process
from troostwatch.app.workspace import Workspace
from troostwatch.config import Settings
from troostwatch.domain.errors import MissingDependencyError
from troostwatch.infrastructure.db import ExtractedCodeRepository, LotImageRepository, OcrTokenRepository
from troostwatch.services import ImageAnalysisService


def test_the_service_and_the_repositories_are_where_the_roadmap_says() -> None:
    assert ImageAnalysisService.__module__ == "troostwatch.services.image_analysis"
    for repository in (ExtractedCodeRepository, LotImageRepository, OcrTokenRepository):
        assert repository.__module__.startswith("troostwatch.infrastructure.db")


def test_its_calls_need_no_more_than_the_roadmap_gives_them(tmp_path: Path) -> None:
    world = World.at(tmp_path / "t.db")
    world.lot("A1-1-1")
    world.photograph("A1-1-1", 0, "a")
    world.shows("a", analysis(code("AB123456", 0.5)))
    world.analyze()
    world.connection.close()

    with Workspace.open(Process(Settings()), tmp_path / "t.db") as workspace:
        service = workspace.images()
        assert service.download_pending_images(10).downloaded == 0
        assert service.analyze_pending_images(limit=10).analyzed == 0
        assert service.export_token_data(tmp_path / "training_data.json") == 1
        assert service.reprocess_failed(100) == (0, 0)
        with pytest.raises(MissingDependencyError):
            service.promote_to_openai(5)

    assert len(json.loads((tmp_path / "training_data.json").read_text(encoding="utf-8"))) == 1
