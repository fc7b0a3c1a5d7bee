"""`troostwatch images read`: any picture file, without a database."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from troostwatch import bootstrap
from troostwatch.domain.errors import ImageError
from troostwatch.domain.readings import OcrEngine
from troostwatch.interfaces.cli import errors, evidence, output


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--ocr-engine", type=click.Choice([e.value for e in OcrEngine]), help="Reader of text; else as configured."
)
@click.option(
    "--draw",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE.png",
    help="Write the picture with everything that was read drawn on it (one file only).",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object a picture on stdout, with all readings.")
@click.pass_obj
def read(
    session: bootstrap.Session,
    /,
    files: tuple[Path, ...],
    ocr_engine: str | None,
    draw: Path | None,
    as_json: bool,
) -> None:
    """Read picture files and name each code with its evidence; nothing is stored.

    In the drawing green, orange and red boxes are codes; thin lines are what was read: blue symbols, grey text, and
    purple bars that could not be decoded.

    \b
    troostwatch images read sticker.jpg
    troostwatch images read sticker.jpg --draw seen.png
    troostwatch images read *.jpg --json | jq .codes
    """
    if draw and len(files) > 1:
        raise click.UsageError("--draw takes one picture file")
    place = bootstrap.place_for_output(draw, session.protected(None, *files)) if draw else None
    failed = False
    for file in files:
        try:
            analysis = session.process.read_file(file, OcrEngine(ocr_engine) if ocr_engine else None, draw_to=place)
        except ImageError as error:
            output.talk(f"{file}: {error}", quiet=False)
            failed = True
            continue
        if as_json:
            click.echo(output.json_line({"file": str(file)} | asdict(analysis)))
            continue
        output.say(str(file))
        for line in evidence.lines(analysis.codes):
            output.say(f"  {line}")
        if analysis.unread_reason:
            output.say(f"  {analysis.unread_reason}")
        if not analysis.codes:
            output.say("  no codes")
    raise SystemExit(errors.ExitCode.SOME_FAILED if failed else errors.ExitCode.OK)
