"""`troostwatch images`: the way of a photograph, from the site to a code one can act on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import TextIO

import click

from troostwatch import bootstrap
from troostwatch.domain import token_format
from troostwatch.domain.calibration import Bin
from troostwatch.domain.counting import counted
from troostwatch.domain.errors import UsageError
from troostwatch.domain.images import LotImage
from troostwatch.domain.readings import Backend, OcrEngine
from troostwatch.domain.reports import CodeRow, Stats
from troostwatch.domain.runs import Report, Stage, worst
from troostwatch.interfaces.cli import errors, evidence, labels, options, output, progress
from troostwatch.interfaces.cli.read import read
from troostwatch.interfaces.cli.review import review

CODE_KEYS = (
    "lot", "position", "type", "value", "confidence", "status", "readers", "bbox", "path", "url",
    "decided_by", "context", "evidence", "shared_with", "about_another_unit", "title", "content", "id",
)  # fmt: skip


@click.group(epilog=errors.EPILOG)
def images() -> None:
    """Download photographs, read the codes on them, review, export."""


images.add_command(read)
images.add_command(review)


@images.command()
@options.db
@options.limit
@options.lots
@options.closing_within
@click.option("--concurrency", type=click.IntRange(1, 64), help="Requests at once; else as configured.")
@click.pass_obj
def download(
    session: bootstrap.Session,
    /,
    db_path: Path | None,
    limit: int | None,
    lots: tuple[str, ...],
    closing_within: timedelta | None,
    concurrency: int | None,
) -> None:
    """Fetch the photographs that wait; lots about to close first.

    Safe to stop and to start again: what arrived is kept, the rest is asked for by the next run.

    \b
    troostwatch images download
    troostwatch images download --closing-within 24h --limit 500
    """
    with session.open(db_path, create=False) as app, progress.bar("download", quiet=session.quiet) as moving:
        app.reports().require(lots=lots)
        report = app.run(
            Stage.DOWNLOAD,
            lambda stop: app.images(concurrency=concurrency, progress=moving).download_pending_images(
                stop=stop, limit=limit, lots=lots, closing_within=closing_within
            ),
            bootstrap.listening(),
        )
    for problem in (*report.parked, *report.problems):
        output.talk(f"  {problem}", quiet=session.quiet)
    _finish(session, report)


@images.command()
@options.db
@click.option(
    "--backend",
    type=click.Choice([b.value for b in Backend]),
    default=Backend.LOCAL.value,
    show_default=True,
    help="Who reads.",
)
@click.option(
    "--ocr-engine", type=click.Choice([e.value for e in OcrEngine]), help="Reader of text; else as configured."
)
@click.option("--save-tokens/--no-save-tokens", default=None, help="Keep the words of the text for training.")
@click.option("--confidence-threshold", type=click.FloatRange(0, 1), help="Below it a person is asked.")
@click.option("--auto-approve-threshold", type=click.FloatRange(0, 1), help="From here on the rule approves.")
@click.option("--jobs", "-j", type=click.IntRange(1, 64), help="Reading processes; 1 reads in this one.")
@options.limit
@options.lots
@options.closing_within
@click.option("--since-version", type=int, help="Read again what a reading older than this version read.")
@click.option("--verbose", "-v", is_flag=True, help="Name the codes of each photograph and what speaks for them.")
@click.pass_obj
def analyze(
    session: bootstrap.Session,
    /,
    db_path: Path | None,
    backend: Backend,
    ocr_engine: OcrEngine | None,
    save_tokens: bool | None,
    confidence_threshold: float | None,
    auto_approve_threshold: float | None,
    jobs: int | None,
    limit: int | None,
    lots: tuple[str, ...],
    closing_within: timedelta | None,
    since_version: int | None,
    verbose: bool,
) -> None:
    """Read codes from downloaded photographs; queue the doubtful ones for review.

    The same picture in two lots is read once. Decisions of people are never touched.

    With '--backend ml' the label service reads, with the token classifier as one more witness; where it does not
    answer, photographs are read here, and that is what is recorded.

    With '--backend openai' the photographs are read here first, then OpenAI is asked about each of them, within the
    budget of the settings; what only OpenAI saw is not approved by rule unless a check digit or the maker's form
    confirms it. Its key is OPENAI_API_KEY in the environment.

    \b
    troostwatch images analyze
    troostwatch images analyze --closing-within 24h --jobs 4
    troostwatch images analyze --ocr-engine tesseract --lot A1-39499-11
    troostwatch images analyze --lot A1-39499-11 --verbose
    """
    bootstrap.needs.require(Backend(backend))
    stop = bootstrap.listening()
    with session.open(db_path, create=False) as app, progress.bar("analyze", quiet=session.quiet) as moving:
        app.reports().require(lots=lots)
        report = app.run(
            Stage.ANALYZE,
            lambda stop: app.images(progress=moving).analyze_pending_images(
                Backend(backend),
                stop=stop,
                limit=limit,
                lots=lots,
                closing_within=closing_within,
                save_tokens=app.settings.analysis.save_tokens if save_tokens is None else save_tokens,
                confidence_threshold=confidence_threshold,
                auto_approve_threshold=auto_approve_threshold,
                ocr_engine=OcrEngine(ocr_engine) if ocr_engine else None,
                tell=evidence.of_photograph if verbose and not session.quiet else None,
                jobs=jobs,
                since_version=since_version,
            ),
            stop,
        )
        _tell_failures(session, report.failures)
        if Backend(backend) is Backend.OPENAI:
            output.talk(report.summary(), quiet=session.quiet)
            second = app.run(Stage.PROMOTE, lambda stop: app.second_opinions().ask_about(report.read, stop=stop), stop)
            _tell_failures(session, second.failures)
            output.talk(second.summary(), quiet=session.quiet)
            raise SystemExit(errors.of_outcome(worst([report.outcome, second.outcome])))
    _finish(session, report)


def _tell_failures(session: bootstrap.Session, failures: Iterable[tuple[LotImage, str]]) -> None:
    for image, message in failures:
        output.talk(f"  {image.lot} photograph {image.position}: {message}", quiet=session.quiet)


def _finish(session: bootstrap.Session, report: Report) -> None:
    output.talk(report.summary(), quiet=session.quiet)
    raise SystemExit(errors.of_outcome(report.outcome))


@images.command()
@options.db
@click.option("--batch-size", type=click.IntRange(1, 4096), help="Photographs at once; else as configured.")
@options.limit
@options.lots
@options.auction
@click.option("--model", metavar="NAME", help="Of open_clip, or a .json of its kind; else as configured.")
@click.option("--pretrained", metavar="TAG", help="Weights by their name on the hub; else as configured.")
@click.option(
    "--weights", type=click.Path(dir_okay=False, path_type=Path), help="A file of weights instead; needs no network."
)
@click.option("--device", type=click.Choice(["auto", "cpu", "cuda"]), help="Where the model runs; else as configured.")
@click.option("--verbose", is_flag=True, help="A line for each batch.")
@click.pass_obj
def embed(
    session: bootstrap.Session,
    /,
    db_path: Path | None,
    batch_size: int | None,
    limit: int | None,
    lots: tuple[str, ...],
    auction: str | None,
    model: str | None,
    pretrained: str | None,
    weights: Path | None,
    device: str | None,
    verbose: bool,
) -> None:
    """Give photographs, and texts of lots, vectors by which 'search' finds what looks or means alike.

    Each content is embedded once; vectors of another model are made again. What is finished is kept, batch by batch.
    Needs the extra 'clip' (exit code 3 without it).

    \b
    troostwatch images embed
    troostwatch images embed --batch-size 100 --verbose
    troostwatch images embed --weights ViT-B-32.safetensors
    """
    chosen = bootstrap.EmbeddingChoice(model, pretrained, weights, device)
    with session.open(db_path, create=False) as app, progress.bar("embed", quiet=session.quiet) as moving:
        app.reports().require(lots=lots)
        if auction:
            lots += tuple(lot.display_id for lot in app.reports().lots(auction=auction))
        bootstrap.needs.require_embedding()
        report = app.run(
            Stage.EMBED,
            lambda stop: app.embed(
                chosen,
                stop,
                batch_size=batch_size,
                limit=limit,
                lots=lots,
                progress=progress.told if verbose and not session.quiet else moving,
            ),
            bootstrap.listening(),
        )
    for failure in report.failures:
        output.talk(f"  {failure}", quiet=session.quiet)
    _finish(session, report)


@images.command("reprocess-failed")
@options.db
@options.limit
@click.pass_obj
def reprocess_failed(session: bootstrap.Session, /, db_path: Path | None, limit: int | None) -> None:
    """Bring failed downloads and failed readings back to their queues.

    \b
    troostwatch images reprocess-failed --limit 100
    troostwatch images reprocess-failed && troostwatch images download && troostwatch images analyze
    """
    with session.open(db_path, create=False) as app:
        downloads, analyses = app.images().reprocess_failed(limit)
    output.talk(
        f"{counted(downloads, 'download')} and {counted(analyses, 'analysis', 'analyses')} wait again",
        quiet=session.quiet,
    )


@contextmanager
def _exporting(
    session: bootstrap.Session, db_path: Path | None, output_path: Path | None
) -> Iterator[tuple[bootstrap.Workspace, TextIO]]:
    """Open the database, and what a command of it writes its results to."""
    with (
        session.open(db_path, create=False) as app,
        output.destination(output_path, session.protected(db_path)) as target,
    ):
        yield app, target


@images.command("export-codes")
@options.db
@click.option("--format", "form", type=click.Choice(["jsonl", "csv"]), default="jsonl", show_default=True)
@options.output
@click.option("--approved-only", is_flag=True, help="Only codes that the rule or a person approved.")
@click.option("--include-rejected", is_flag=True, help="Also codes that a person rejected.")
@options.lots
@click.pass_obj
def export_codes(
    session: bootstrap.Session,
    /,
    db_path: Path | None,
    form: str,
    output_path: Path | None,
    approved_only: bool,
    include_rejected: bool,
    lots: tuple[str, ...],
) -> None:
    """Write the codes, one object a line: lot, position, type, value, confidence, status, evidence ...

    A photograph that several lots show gives its codes to each of them. 'about_another_unit' marks a serial,
    MAC or IMEI on such a photograph: it says nothing about the unit of this lot.

    In CSV a list is joined by '; ', and a text that a spreadsheet would run as a formula (it begins with =, +, -,
    @, a tab or a carriage return) has an apostrophe before it. JSON lines hold everything as it was read.

    \b
    troostwatch images export-codes -o codes.jsonl
    troostwatch images export-codes --format csv --approved-only --lot A1-39499-11
    """
    with _exporting(session, db_path, output_path) as (app, target):
        rows = app.reports().codes(approved_only=approved_only, include_rejected=include_rejected, lots=lots)
        if form == "csv":
            target.write(output.csv_line(CODE_KEYS) + "\n")
        for row in rows:
            values = _code_values(row, app)
            line = output.csv_line([*values.values()]) if form == "csv" else output.json_line(values)
            target.write(line + "\n")


def _code_values(row: CodeRow, app: bootstrap.Workspace) -> dict[str, object]:
    code = row.code
    path = app.photograph(row.path)
    values = (
        row.lot, row.position, code.type, code.value, code.confidence, code.status, list(code.readers),
        code.box.as_list() if code.box else None, str(path) if path else None, row.url,
        code.decided_by, code.context, list(code.evidence), list(row.shared_with), row.about_another_unit,
        row.title, row.content, row.code_id,
    )  # fmt: skip
    return dict(zip(CODE_KEYS, values, strict=True))


@images.command("export-tokens")
@options.db
@options.output
@click.option("--include-reviewed", is_flag=True, help="Labelled ones alone, decided by people too.")
@click.pass_obj
def export_tokens(
    session: bootstrap.Session, /, db_path: Path | None, output_path: Path | None, include_reviewed: bool
) -> None:
    """Write the words of each photograph with their labels: JSON lines, or one JSON array into a FILE.json.

    Label by hand by adding to "labels": {"5": "ean"} says that word 5 (from 0) is an EAN, "none" that it is no
    part of a code; then read the file back with 'images import-labels'.

    \b
    troostwatch images export-tokens -o tokens.jsonl
    troostwatch images export-tokens --include-reviewed -o training.jsonl
    """
    with _exporting(session, db_path, output_path) as (app, target):
        count = app.export_tokens(target, include_reviewed=include_reviewed, array=token_format.is_array(output_path))
    output.talk(f"{counted(count, 'photograph')} exported", quiet=session.quiet)


@images.command("import-labels")
@options.db
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.pass_obj
def import_labels(session: bootstrap.Session, /, db_path: Path | None, file: Path) -> None:
    """Read back a file of 'export-tokens' in which a person labelled words.

    Labels that the program had written itself and that you let stand are not stored as yours.

    \b
    troostwatch images import-labels tokens.jsonl
    """
    with session.open(db_path, create=False) as app:
        report = app.labels().import_rows(labels.read(file))
    for problem in report.problems:
        output.talk(f"  {problem}", quiet=session.quiet)
    output.talk(report.summary(), quiet=session.quiet)
    raise SystemExit(errors.ExitCode.SOME_FAILED if report.problems else errors.ExitCode.OK)


@images.command()
@options.db
@click.option(
    "--also",
    "more",
    multiple=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A file of labelled words to learn from too; may be repeated.",
)
@click.option("--force", is_flag=True, help="Write the model even where it is no better.")
@click.pass_obj
def retrain(session: bootstrap.Session, /, db_path: Path | None, more: tuple[Path, ...], force: bool) -> None:
    """Train the token classifier from the decisions in the database.

    Nothing is done when nothing changed since the model in place was trained, and that model stays when the
    new one is no better, or is no better than the rules.

    \b
    troostwatch images retrain
    troostwatch images retrain --also synthetic.jsonl
    """
    with session.open(db_path, create=False) as app:
        report = app.run(
            Stage.RETRAIN,
            lambda _: app.retraining(force=force).retrain(session.process.labelled_words(more) if more else ()),
            bootstrap.listening(),
        )
    if report.details():
        click.echo(report.details())
    _finish(session, report)


@images.command()
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
        from troostwatch.interfaces.cli import metrics

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
    app.draw_reliability(bins, place)
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
