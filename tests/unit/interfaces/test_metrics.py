"""The state of a database, as a Prometheus server reads it."""

from __future__ import annotations

from datetime import UTC, datetime

from prometheus_client.parser import text_string_to_metric_families

from troostwatch.domain.reports import QuestionTotals, Stats
from troostwatch.domain.runs import Outcome, Run, Stage
from troostwatch.interfaces.metrics import exposition

STATS = Stats(
    auctions=1,
    lots=21,
    lots_never_read=2,
    photographs={"downloaded": 59, "gone": 9},
    contents=52,
    analyses={"analyzed": 57, "needs_review": 2},
    codes={"ean": {"approved": 8, "pending": 1}},
    decisions=3,
    backends={"local": 52},
    seconds_per_photograph=0.5,
    questions=QuestionTotals({"answered": 2}, 1000, 50, 0.5),
    bytes_on_disk=7_000_000,
)


def at(hour: int) -> datetime:
    return datetime(2025, 11, 29, hour, tzinfo=UTC)


def test_a_prometheus_server_reads_every_number() -> None:
    runs = [
        Run(3, Stage.SYNC, at(3), None, None, {}, None),
        Run(2, Stage.SYNC, at(2), at(2), Outcome.DONE, {}, None),
        Run(1, Stage.ANALYZE, at(1), at(2), Outcome.SOME_FAILED, {}, None),
    ]

    families = text_string_to_metric_families(exposition(STATS, runs))

    samples = {(s.name, *sorted(s.labels.values())): s.value for f in families for s in f.samples}
    assert samples["troostwatch_lots",] == 21
    assert samples["troostwatch_photographs", "gone"] == 9
    assert samples["troostwatch_codes", "approved", "ean"] == 8
    assert samples["troostwatch_run_started_seconds", "sync"] == at(3).timestamp()
    assert samples["troostwatch_run_finished_seconds", "analyze", "some_failed"] == at(2).timestamp()
    assert ("troostwatch_run_finished_seconds", "done", "sync") not in samples
