"""`troostwatch images export-codes`: the codes, for other programs."""

from __future__ import annotations

from pathlib import Path

import click

from troostwatch import bootstrap
from troostwatch.domain.reports import CodeRow
from troostwatch.interfaces.cli import options, output
from troostwatch.interfaces.cli.exporting import exporting
from troostwatch.interfaces.csv_lines import csv_line

CODE_KEYS = (
    "lot", "position", "type", "value", "confidence", "status", "readers", "bbox", "path", "url",
    "decided_by", "context", "evidence", "shared_with", "about_another_unit", "title", "content", "id",
)  # fmt: skip


@click.command("export-codes")
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
    with exporting(session, db_path, output_path) as (app, target):
        rows = app.reports().codes(approved_only=approved_only, include_rejected=include_rejected, lots=lots)
        if form == "csv":
            target.write(csv_line(CODE_KEYS) + "\n")
        for row in rows:
            values = _code_values(row, app)
            line = csv_line([*values.values()]) if form == "csv" else output.json_line(values)
            target.write(line + "\n")


def _code_values(row: CodeRow, app: bootstrap.Workspace) -> dict[str, object]:
    code = row.code
    path = app.pictures.place(row.path)
    values = (
        row.lot, row.position, code.type, code.value, code.confidence, code.status, list(code.readers),
        code.box.as_list() if code.box else None, str(path) if path else None, row.url,
        code.decided_by, code.context, list(code.evidence), list(row.shared_with), row.about_another_unit,
        row.title, row.content, row.code_id,
    )  # fmt: skip
    return dict(zip(CODE_KEYS, values, strict=True))
