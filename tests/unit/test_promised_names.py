"""Names that other programs and earlier documents rely on: they work as written, from the places that were named."""

from __future__ import annotations

import importlib
import json
from pathlib import Path

import pytest
from fakes.world import World, analysis, code

from troostwatch.app.process import Process
from troostwatch.app.workspace import Workspace
from troostwatch.config import Settings
from troostwatch.domain.errors import MissingDependencyError

# Where a name was before it moved it can still be had; what a module was for, it is still for.
PROMISED = [
    ("troostwatch", "read", "open"),
    ("troostwatch.api", "read", "open", "Workspace"),
    ("troostwatch.embeddings", "generate_embedding", "generate_image_embedding", "combine_embeddings"),
    ("troostwatch.services", "ImageAnalysisService"),
    ("troostwatch.services.image_analysis", "ImageAnalysisService"),
    ("troostwatch.services.sync.sync", "SyncService"),
    ("troostwatch.infrastructure.db", "LotImageRepository", "ExtractedCodeRepository", "OcrTokenRepository"),
    ("troostwatch.infrastructure.db.images", "LotImageRepository", "ExtractedCodeRepository", "OcrTokenRepository"),
    ("troostwatch.infrastructure.db.schema.migrations", "CURRENT_SCHEMA_VERSION", "migrate"),
    ("troostwatch.infrastructure.persistence.images", "ImageDownloader"),
    ("troostwatch.infrastructure.persistence.inventory", "FolderInventory"),
    ("troostwatch.infrastructure.ai.image_analyzer", "analyzer", "analyze_photograph"),
    ("troostwatch.infrastructure.ai.label_api_client", "LabelAPIClient"),
    ("troostwatch.infrastructure.ai.image_embedder", "ClipEmbedder"),
    ("troostwatch.infrastructure.web.parsers.lot_detail", "parse_lot_page"),
    ("troostwatch.interfaces.cli.images", "images"),
    ("troostwatch.label_service.main", "create_app"),
    ("label_ocr_api.app.main",),
]


@pytest.mark.parametrize("promised", PROMISED, ids=lambda promised: promised[0])
def test_what_was_promised_can_be_imported(promised: tuple[str, ...]) -> None:
    name, *members = promised
    module = importlib.import_module(name)
    assert [member for member in members if not hasattr(module, member)] == []


def test_the_whole_way_in_one_service_needs_no_more_than_a_limit(tmp_path: Path) -> None:
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
