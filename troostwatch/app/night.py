"""The night: which stages `batch` runs, in which order, and by which settings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from troostwatch.app import requests
from troostwatch.domain.images import Downloaded
from troostwatch.domain.readings import Backend
from troostwatch.domain.runs import Stage
from troostwatch.services.requests import Selection

if TYPE_CHECKING:
    from troostwatch.app.workspace import Workspace
    from troostwatch.services.analysis import AnalysisReport
    from troostwatch.services.duplicates import HashReport
    from troostwatch.services.image_embedding import EmbeddingReport
    from troostwatch.services.ports import Stop
    from troostwatch.services.stages import BatchReport, Step


def run_night(workspace: Workspace, backend: Backend, stop: Stop) -> BatchReport:
    """Sync the configured sources, download, analyze, and what the settings add; each with its own lock and row.

    With the backend OpenAI the photographs are read here first, and OpenAI is asked about those read tonight.
    """
    settings, all_that_waits = workspace.settings, Selection()
    read: list[Downloaded] = []

    def analyze() -> AnalysisReport:
        report = workspace.analysis().analyze(requests.analysis(settings, backend=backend), stop=stop)
        read.extend(report.read)
        return report

    def hashes() -> HashReport:
        """Hash what is new, and make what search and lists look at as new as tonight's photographs."""
        report = workspace.finding.duplicates().hash_missing(stop=stop)
        workspace.finding.index().refresh()
        return report

    def embed() -> EmbeddingReport:
        size = settings.embedding.batch_size
        return workspace.finding.embed(requests.model(settings), all_that_waits, stop, batch_size=size)

    sources = settings.sync.sources
    steps: list[Step] = [
        (Stage.SYNC, lambda: workspace.sync().sync(sources, stop=stop, unattended=True)),
        (Stage.DOWNLOAD, lambda: workspace.downloads().download_pending(all_that_waits, stop=stop)),
        (Stage.ANALYZE, analyze),
        (Stage.PROMOTE, lambda: workspace.second_opinions().ask_about(read, stop=stop)),
        (Stage.HASH, hashes),
        (Stage.EMBED, embed),
        (Stage.RETRAIN, lambda: workspace.retraining().retrain()),
    ]
    wanted = {
        Stage.SYNC: bool(sources),
        Stage.PROMOTE: backend is Backend.OPENAI,
        Stage.EMBED: settings.embedding.in_batch,
        Stage.RETRAIN: settings.learning.in_batch,
    }
    return workspace.stages.night([step for step in steps if wanted.get(step[0], True)], stop=stop)
