"""The state of a database as Prometheus metrics, for the textfile collector of a node exporter."""

from __future__ import annotations

from collections.abc import Iterable

from prometheus_client import CollectorRegistry, Gauge, generate_latest

from troostwatch.domain.reports import Stats
from troostwatch.domain.runs import Run


def exposition(stats: Stats, runs: Iterable[Run]) -> str:
    """Return the metrics in the Prometheus text format. `runs` come newest first; the last of a stage counts."""
    registry = CollectorRegistry()
    for name, text, value in (
        ("auctions", "Auctions known", stats.auctions),
        ("lots", "Lots known", stats.lots),
        ("lots_never_read", "Lots known from a listing alone", stats.lots_never_read),
        ("contents", "Different pictures on disk", stats.contents),
        ("content_bytes", "Bytes of all different pictures", stats.bytes_on_disk),
        ("decisions", "Standing decisions of people", stats.decisions),
    ):
        Gauge(f"troostwatch_{name}", text, registry=registry).set(value)
    _by_label(registry, "photographs", "Photographs by state of their download", stats.photographs)
    _by_label(registry, "analyses", "Downloaded photographs by state of their analysis", stats.analyses)
    codes = Gauge("troostwatch_codes", "Codes by type and status", ["type", "status"], registry=registry)
    for kind, by_status in stats.codes.items():
        for status, number in by_status.items():
            codes.labels(kind, status).set(number)
    asked = Gauge("troostwatch_questions", "Questions to the second reader by outcome", ["outcome"], registry=registry)
    for verdict, number in stats.questions.verdicts.items():
        asked.labels(verdict).set(number)
    spent = Gauge("troostwatch_questions_cost_eur", "What the second reader has cost, in euros", registry=registry)
    spent.set(stats.questions.cost_eur)
    _last_runs(registry, runs)
    return generate_latest(registry).decode()


def _by_label(registry: CollectorRegistry, name: str, text: str, numbers: dict[str, int]) -> None:
    gauge = Gauge(f"troostwatch_{name}", text, ["status"], registry=registry)
    for status, number in numbers.items():
        gauge.labels(status).set(number)


def _last_runs(registry: CollectorRegistry, runs: Iterable[Run]) -> None:
    started = Gauge("troostwatch_run_started_seconds", "Start of the last run, Unix time", ["stage"], registry=registry)
    ended = Gauge(
        "troostwatch_run_finished_seconds",
        "End of the last finished run, Unix time",
        ["stage", "outcome"],
        registry=registry,
    )
    seen: set[str] = set()
    for run in runs:
        if run.stage not in seen:
            seen.add(run.stage)
            started.labels(run.stage).set(run.started_at.timestamp())
            if run.finished_at and run.outcome:
                ended.labels(run.stage, run.outcome).set(run.finished_at.timestamp())
