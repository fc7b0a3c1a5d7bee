"""The night: which stages `batch` runs, in which order, and by which settings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from troostwatch.app.process import EmbeddingChoice
from troostwatch.domain.images import Downloaded
from troostwatch.domain.readings import Backend
from troostwatch.domain.runs import Stage

if TYPE_CHECKING:
    from troostwatch.app.workspace import Workspace
    from troostwatch.services.image_analysis import AnalysisReport
    from troostwatch.services.ports import Stop
    from troostwatch.services.stages import BatchReport, Step


def run_night(workspace: Workspace, backend: Backend, stop: Stop) -> BatchReport:
    """Sync the configured sources, download, analyze, and what the settings add; each with its own lock and row.

    With the backend OpenAI the photographs are read here first, and OpenAI is asked about those read tonight.
    """
    settings, images = workspace.settings, workspace.images()
    read: list[Downloaded] = []

    def analyze() -> AnalysisReport:
        report = images.analyze_pending_images(backend, stop=stop, save_tokens=settings.analysis.save_tokens)
        read.extend(report.read)
        return report

    sources = settings.sync.sources
    steps: list[Step] = [
        (Stage.SYNC, lambda: workspace.sync().sync(sources, stop=stop, unattended=True)),
        (Stage.DOWNLOAD, lambda: images.download_pending_images(stop=stop)),
        (Stage.ANALYZE, analyze),
        (Stage.PROMOTE, lambda: workspace.second_opinions().ask_about(read, stop=stop)),
        (Stage.HASH, lambda: workspace.duplicates().hash_missing(stop=stop)),
        (Stage.EMBED, lambda: workspace.embed(EmbeddingChoice(), stop)),
        (Stage.RETRAIN, lambda: workspace.retraining().retrain()),
    ]
    wanted = {
        Stage.SYNC: bool(sources),
        Stage.PROMOTE: backend is Backend.OPENAI,
        Stage.EMBED: settings.embedding.in_batch,
        Stage.RETRAIN: settings.learning.in_batch,
    }
    return workspace.stages.night([step for step in steps if wanted.get(step[0], True)], stop=stop)
