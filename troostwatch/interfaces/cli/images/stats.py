"""`troostwatch images stats`: where the photographs stand, in numbers."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from troostwatch import bootstrap
from troostwatch.domain.calibration import Bin
from troostwatch.domain.counting import counted
from troostwatch.domain.errors import UsageError
from troostwatch.domain.reports import Stats
from troostwatch.interfaces.cli import options, output


@click.command()
@options.db
@options.as_json
@click.option("--prometheus", is_flag=True, help="Metrics in the text format of Prometheus.")
@click.option(
    "--calibration",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE.png",
    help="Compare probabilities with what people decided, and write the picture of it.",
)
@click.pass_obj
def stats(
    session: bootstrap.Session, /, db_path: Path | None, as_json: bool, prometheus: bool, calibration: Path | None
) -> None:
    """Tell in numbers where the photographs stand and what was read.

    \b
    troostwatch images stats
    troostwatch images stats --json | jq .codes
    troostwatch images stats --prometheus > /var/lib/node_exporter/troostwatch.prom
    troostwatch images stats --calibration reliability.png
    """
    if sum(map(bool, (as_json, prometheus, calibration))) > 1:
        raise UsageError("--json, --prometheus and --calibration are forms of their own", hint="choose one of them")
    if calibration:
        place = bootstrap.place_for_output(calibration, session.protected(db_path))
        with session.open(db_path, create=False) as app:
            _print_calibration(app.reports().calibration(), app, place)
        return
    with session.open(db_path, create=False) as app:
        numbers = app.reports().stats()
        runs = app.reports().last_runs() if prometheus else app.reports().runs(limit=5)
    if prometheus:
        from troostwatch.interfaces import metrics

        click.echo(metrics.exposition(numbers, runs), nl=False)
        return
    if as_json:
        from dataclasses import asdict

        click.echo(output.json_line(asdict(numbers)))
        return
    _print_stats(numbers)
    if runs:
        output.table(
            "\nLast runs",
            ("stage", "started", "ended", "outcome", "message"),
            [(r.stage, r.started_at, r.finished_at, r.outcome or "running or killed", r.message) for r in runs],
        )


def _print_calibration(bins: Sequence[Bin], app: bootstrap.Workspace, place: bootstrap.Place) -> None:
    bootstrap.write(place, app.pictures.reliability(bins))
    output.table(
        "Codes that people decided about",
        ("confidence", "#right", "#of", "#share", "#said", "95 % interval"),
        [
            (
                f"{b.low:.2f}-{b.high:.2f}",
                b.right,
                b.total,
                f"{b.share:.2f}",
                f"{b.said:.2f}",
                f"{b.interval[0]:.2f}-{b.interval[1]:.2f}",
            )
            for b in bins
        ],
    )
    output.say(f"wrote {place.named}")


def _print_stats(stats: Stats) -> None:
    rows = [
        ("auctions", stats.auctions, ""),
        ("lots", stats.lots, f"{counted(stats.lots_never_read, 'page')} never read" if stats.lots_never_read else ""),
        ("photographs", sum(stats.photographs.values()), _spelled(stats.photographs)),
        ("different pictures", stats.contents, f"{stats.bytes_on_disk / 1e6:.1f} MB"),
        ("analyses", sum(stats.analyses.values()), _spelled(stats.analyses)),
        ("decisions by people", stats.decisions, ""),
    ]
    if stats.questions.calls:
        asked = stats.questions
        tokens = f"{asked.input_tokens} + {asked.output_tokens} tokens"
        detail = f"{_spelled(asked.verdicts)}; {tokens}, {asked.cost_eur:.4f} EUR"
        rows.append(("questions to OpenAI", asked.calls, detail))
    if stats.seconds_per_photograph is not None:
        detail = f"{_spelled(stats.backends)}; {stats.seconds_per_photograph:.2f} s a photograph (median)"
        rows.append(("read by", sum(stats.backends.values()), detail))
    output.table("Photographs", ("what", "#number", "of these"), rows)
    if stats.codes:
        columns = ("approved", "pending", "rejected")
        output.table(
            "\nCodes",
            ("type", *(f"#{c}" for c in columns)),
            [(kind, *(by.get(c, 0) for c in columns)) for kind, by in stats.codes.items()],
        )


def _spelled(counts: dict[str, int]) -> str:
    return ", ".join(f"{number} {name.replace('_', ' ')}" for name, number in counts.items())
