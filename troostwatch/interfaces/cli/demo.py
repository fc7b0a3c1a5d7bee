"""`troostwatch demo`: the whole way on an auction of its own, and what was found against what was drawn."""

from __future__ import annotations

import json
import shlex
import shutil
import sys
import sysconfig
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TypeVar

import click

from troostwatch import bootstrap, config
from troostwatch.domain.codes import CodeType, squeeze
from troostwatch.domain.comparison import Comparison, Key, ReadCode, TrueCode, compare
from troostwatch.domain.decisions import Verdict
from troostwatch.domain.errors import TroostwatchError
from troostwatch.domain.reports import CodeRow
from troostwatch.interfaces.cli import errors, main, output
from troostwatch.interfaces.cli.errors import ExitCode
from troostwatch.services.demo import Advice, DrawnAuction, advise

_LOTS = 12
_HARDSHIP = 0.45  # of the photographs: 0 careful, 1 hopeless; this leaves something for a person to decide
_DECISIONS = 4  # taken for the user; the rest of the queue is theirs
_ALMOST_SURE = 0.94  # a more careful threshold than the default, so that there is something to see in review
_AS_READ = "codes-before-review.jsonl"
_FINAL = "codes.jsonl"

Listed = TypeVar("Listed", TrueCode, ReadCode)


@click.command(epilog=errors.EPILOG)
@click.option(
    "--folder",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("troostwatch-demo"),
    show_default=True,
    help="Where the demo lives; an earlier demo there is replaced.",
)
@click.option("--seed", type=click.IntRange(min=0), default=1, show_default=True, help="Another one, another auction.")
def demo(folder: Path, seed: int) -> None:
    """Draw a small auction, serve it on this machine, and take it the whole way.

    Runs the commands that you would type, shows them, and compares what was read with what was drawn. Leaves a
    database, the photographs, the exported files and a picture to explore. Asks nobody but this machine.

    \b
    troostwatch demo
    troostwatch demo --folder /tmp/demo --seed 7
    """
    with config.environment_set_aside(), bootstrap.demo_folder(folder):
        click.echo(f"Drawing an auction of {_LOTS} lots; it takes some seconds ...")
        with bootstrap.drawn_auction(seed, lots=_LOTS, hardship=_HARDSHIP) as auction:
            _introduce(auction, seed)
            _write_settings(folder, auction)
            _take_the_way(folder, auction)
        before = compare(auction.codes, _read(folder / _AS_READ))
        after = compare(auction.codes, _read(folder / _FINAL))
        _print_comparison(before, after)
        picture = _draw_best(folder, before.found)
        _say_goodbye(folder, picture)


def _introduce(auction: DrawnAuction, seed: int) -> None:
    due = sum(1 for code in auction.codes if code.required)
    click.echo(
        f"'{auction.name}' (seed {seed}):\n"
        f"{auction.lots} lots show {auction.photographs} photographs with {due} codes on them. As on a real site,\n"
        "lots share photographs, one file is cut off and one address answers 404.\n"
        f"Served at {auction.site} while this demo runs. From here on, what you would type:"
    )


def _write_settings(folder: Path, auction: DrawnAuction) -> None:
    settings = {
        "paths": {"database": "troostwatch.db", "images": "images"},
        "network": {"allow_private": True, "attempts": 2},
        "sync": {"sources": [auction.url], "sites": {"A1": auction.site}, "delay_seconds": 0, "jitter_seconds": 0},
        "analysis": {"confidence_threshold": _ALMOST_SURE},
    }
    with output.destination(folder / config.CONFIG_NAME, bootstrap.Protected()) as file:
        file.write(json.dumps(settings, indent=2) + "\n")


def _take_the_way(folder: Path, auction: DrawnAuction) -> None:
    _run(folder, "sync", auction.url)
    if _run(folder, "images", "download") is ExitCode.SOME_FAILED:
        click.echo("(exit code 4, done but some items failed: the file that was cut off, as drawn)")
    _run(folder, "images", "analyze")
    _run(folder, "images", "export-codes", "-o", str(folder / _AS_READ))
    _run(folder, "images", "review", "--limit", str(_DECISIONS))
    _review(folder, auction)
    _run(folder, "images", "export-codes", "-o", str(folder / _FINAL))
    _run(folder, "images", "export-tokens", "--include-reviewed", "-o", str(folder / "tokens.jsonl"))
    _run(folder, "images", "stats")


def _run(folder: Path, *words: str) -> ExitCode:
    """Run a command line as a user would type it. Raises TroostwatchError when it came to no good end."""
    line = ["--config", str(folder / config.CONFIG_NAME), *words]
    click.echo(f"\n$ {shlex.join(['troostwatch', *line])}")
    code = ExitCode(main.run(line))
    if code is ExitCode.INTERRUPTED:
        raise SystemExit(code)
    if code not in (ExitCode.OK, ExitCode.SOME_FAILED):
        raise TroostwatchError(f"the demo ended early: '{shlex.join(words)}' ended with exit code {code}")
    return code


def _review(folder: Path, auction: DrawnAuction) -> None:
    """Decide about the head of the queue, as someone who has the stickers before them."""
    settings = config.load(folder / config.CONFIG_NAME)
    session = bootstrap.session(settings, verbosity=0, quiet=True)
    with session.open(None, create=False) as app:
        queue = app.review().queue(limit=_DECISIONS)
    if advice := advise(queue, auction.codes):
        click.echo("\nYou would look at each place. The demo knows what it drew, and answers for you:")
        _run(folder, "images", "review", *(word for answer in advice for word in _words(answer)))


def _words(answer: Advice) -> tuple[str, str]:
    if answer.verdict is Verdict.APPROVED:
        return "--approve", str(answer.code_id)
    if answer.verdict is Verdict.REJECTED:
        return "--reject", str(answer.code_id)
    return "--correct", f"{answer.code_id}={answer.type}:{answer.value}"


def _read(file: Path) -> list[ReadCode]:
    rows = map(json.loads, file.read_text(encoding="utf-8").splitlines())
    return [ReadCode(r["lot"], r["position"], CodeType(r["type"]), r["value"], r["confidence"]) for r in rows]


def _print_comparison(before: Comparison, after: Comparison) -> None:
    rows: list[tuple[object, ...]] = []
    for kind in (*CodeType, None):
        read, decided = before.of(kind), after.of(kind)
        if read.drawn or read.wrong or decided.wrong:
            numbers = (read.drawn, read.found, read.missed, read.wrong, decided.missed, decided.wrong)
            rows.append((kind or "all", *numbers))
    columns = ("type", "#drawn", "#found", "#missed", "#wrong", "#missed after review", "#wrong after review")
    output.table("\nWhat was read, against what was drawn (each photograph as often as lots show it)", columns, rows)
    _list("Missed:", before.missed, after.missed)
    _list("Wrong:", before.wrong, after.wrong)


def _list(title: str, before: Sequence[Listed], after: Sequence[Listed]) -> None:
    if not before:
        return
    click.echo(f"\n{title}")
    for code in sorted(before, key=lambda c: (c.lot, c.position, c.type)):
        sure = f" ({code.confidence:.2f})" if isinstance(code, ReadCode) else ""
        mended = "" if code in after else ", put right in review"
        click.echo(f"  {code.lot} photograph {code.position}: {code.type} {code.value}{sure}{mended}")


def _draw_best(folder: Path, found: Iterable[TrueCode]) -> Path | None:
    """Draw the photograph on which most was found."""
    right = {(code.url, key) for code in found for key in code.keys}
    settings = config.load(folder / config.CONFIG_NAME)
    session = bootstrap.session(settings, verbosity=0, quiet=True)
    with session.open(None, create=False) as app:
        pictures: dict[tuple[str, int], list[CodeRow]] = defaultdict(list)
        for row in app.reports().codes():
            pictures[row.lot, row.position].append(row)
        best = max(pictures.values(), key=lambda rows: _worth(rows, right), default=[])
        if not best:
            return None
        place = bootstrap.place_for_output(folder / "found.png", session.protected(None))
        drawn = app.pictures.with_codes(best[0].photograph, [row.code for row in best], place.suffix)
        bootstrap.write(place, drawn)
        return place.named


def _worth(rows: Sequence[CodeRow], right: set[tuple[str, Key]]) -> int:
    known = [(row.url, (row.code.type, squeeze(row.code.value))) in right for row in rows]
    return sum(1 if yes else -1 for yes in known)


def _say_goodbye(folder: Path, picture: Path | None) -> None:
    if picture:
        click.echo(f"\n{picture} shows one of the photographs with what was found on it.")
    click.echo(
        "\nThe auction site ended with this demo: 'sync' and 'images download' would find\n"
        "nobody there. Database, photographs and exported files are yours to explore.\n"
        f"(Settings are in config.json: below {_ALMOST_SURE} the demo asks a person, by default you are\n"
        f"asked below {config.Analysis().confidence_threshold}.)\n"
    )
    program = _program()
    for line in (
        f"cd {shlex.quote(str(folder))}",
        f"{program} lots list",
        f"{program} lots show A1-90001-3",
        f"{program} serve --open",
        f"{program} db verify",
        "sqlite3 -box troostwatch.db 'SELECT code_type, value, confidence, status FROM extracted_codes'",
    ):
        click.echo(f"  {line}")


def _program() -> str:
    """Return how this user calls us from another folder: by name where the shell finds it, else by its place."""
    place = Path(sysconfig.get_path("scripts")) / "troostwatch"
    known = shutil.which("troostwatch")
    if known and Path(known).absolute() == place:
        return "troostwatch"
    return shlex.quote(str(place)) if place.exists() else f"{shlex.quote(sys.executable)} -m troostwatch"
