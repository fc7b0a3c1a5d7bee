"""`troostwatch images analyze`: read what waits."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import click

from troostwatch import bootstrap
from troostwatch.domain.readings import Backend, OcrEngine
from troostwatch.domain.runs import Stage, worst
from troostwatch.interfaces.cli import errors, evidence, options, output, progress
from troostwatch.interfaces.cli.telling import finish, tell_failures
from troostwatch.services.requests import Selection


@click.command()
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
    request = bootstrap.requests.analysis(
        session.settings,
        backend=Backend(backend),
        engine=OcrEngine(ocr_engine) if ocr_engine else None,
        jobs=jobs,
        review_below=confidence_threshold,
        approve_from=auto_approve_threshold,
        save_tokens=save_tokens,
        since_version=since_version,
        selection=Selection(limit, lots, closing_within),
    )
    tell = evidence.of_photograph if verbose and not session.quiet else None
    with session.open(db_path, create=False) as app, progress.bar("analyze", quiet=session.quiet) as moving:
        app.reports().require(lots=lots)
        report = app.stages.run(
            Stage.ANALYZE, lambda: app.analysis(progress=moving).analyze(request, stop=stop, tell=tell)
        )
        tell_failures(session, report.failures)
        if request.backend is Backend.OPENAI:
            output.talk(report.summary(), quiet=session.quiet)
            second = app.stages.run(Stage.PROMOTE, lambda: app.second_opinions().ask_about(report.read, stop=stop))
            tell_failures(session, second.failures)
            output.talk(second.summary(), quiet=session.quiet)
            raise SystemExit(errors.of_outcome(worst([report.outcome, second.outcome])))
    finish(session, report)
