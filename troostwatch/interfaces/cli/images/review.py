"""`troostwatch images review`: doubtful codes before a person, and the person's answers."""

from __future__ import annotations

import os
import re
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

import click

from troostwatch import bootstrap
from troostwatch.domain.codes import CodeType, shown_probability
from troostwatch.domain.errors import ImageError, UsageError
from troostwatch.domain.queue import QueueItem
from troostwatch.domain.runs import Report, Stage
from troostwatch.interfaces.cli import errors, options, output, progress
from troostwatch.services.requests import Selection
from troostwatch.services.review import Answer, ReviewService

_KEYS = "[a]pprove [r]eject [c]orrect [s]kip [n]othing to read [o]pen [u]ndo last [q]uit"


_TYPE_LIKE = re.compile(r"[a-z][a-z_]{2,}")


class Correction(click.ParamType[tuple[int, CodeType | None, str]]):
    """ID=VALUE, or ID=TYPE:VALUE where the type was wrong too."""

    name = "id=value"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[int, CodeType | None, str]:
        if isinstance(value, tuple):
            return value
        number, sign, right = str(value).partition("=")
        if not sign or not number.strip().isdigit() or not right.strip():
            self.fail(f"{value!r} is not ID=VALUE or ID=TYPE:VALUE", param, ctx)
        try:
            kind, right = typed(right)
        except ValueError as error:
            self.fail(str(error), param, ctx)
        return int(number), kind, right


def typed(text: str) -> tuple[CodeType | None, str]:
    """Return the type that stands before a value ('ean:4006…'), if any, and the value.

    Raises ValueError for a word before a colon that looks like a type and is none.
    """
    kind, colon, rest = text.partition(":")
    if colon and kind in [*CodeType]:
        return CodeType(kind), rest
    if colon and _TYPE_LIKE.fullmatch(kind):
        raise ValueError(f"there is no type {kind!r}; the types are {', '.join(CodeType)}")
    return None, text


@click.command(epilog=errors.EPILOG)
@options.db
@options.limit
@options.lots
@options.as_json
@click.option("--approve", type=int, multiple=True, metavar="ID", help="The code is right.")
@click.option("--reject", type=int, multiple=True, metavar="ID", help="The code is wrong; it does not come back.")
@click.option("--correct", type=Correction(), multiple=True, metavar="ID=[TYPE:]VALUE", help="It reads VALUE.")
@click.option("--undo", type=int, multiple=True, metavar="ID", help="Take the decision about a code back.")
@click.option("--add", type=Correction(), multiple=True, metavar="PHOTO=TYPE:VALUE", help="A code nobody reported.")
@click.option("--dismiss", type=int, multiple=True, metavar="PHOTO", help="Nothing more is to be read there.")
@click.option("--reopen", type=int, multiple=True, metavar="PHOTO", help="Take --dismiss back.")
@click.option("--all", "all_pending", is_flag=True, help="Also codes too sure to ask about and not approved.")
@click.option("--promote-to-openai", is_flag=True, help="Ask OpenAI vision about the doubtful photographs.")
@click.option("--interactive", "-i", is_flag=True, help="One after the other, one key for each decision.")
@click.pass_obj
def review(
    session: bootstrap.Session,
    /,
    db_path: Path | None,
    limit: int | None,
    lots: tuple[str, ...],
    as_json: bool,
    approve: tuple[int, ...],
    reject: tuple[int, ...],
    correct: tuple[tuple[int, CodeType | None, str], ...],
    undo: tuple[int, ...],
    add: tuple[tuple[int, CodeType | None, str], ...],
    dismiss: tuple[int, ...],
    reopen: tuple[int, ...],
    all_pending: bool,
    promote_to_openai: bool,
    interactive: bool,
) -> None:
    """Show what is doubtful, lots closing soonest first, and take decisions.

    A decision is kept for good: reading the photograph again does not touch it.

    '--promote-to-openai' asks OpenAI vision about the photographs that need review, before the list is shown. No
    photograph is paid for twice; the budget stands in the settings, the key is OPENAI_API_KEY in the environment.

    \b
    troostwatch images review
    troostwatch images review --approve 17 --reject 18 --correct 19=PF20ABCD
    troostwatch images review --correct 20=model_number:20AB-000CDE --undo 17
    troostwatch images review --add 5=serial_number:PF20ABCD --dismiss 6
    troostwatch images review --all --interactive
    troostwatch images review --promote-to-openai --limit 20
    """
    with session.open(db_path, create=False) as app:
        asked = _second_opinions(session, app, limit, lots) if promote_to_openai else None
        service = app.review()
        decisions = _decisions(service, approve, reject, correct, undo, add, dismiss, reopen)
        for decide in decisions:
            output.say(decide().text)
        if decisions:
            return
        app.reports().require(lots=lots)
        items = service.queue(limit=limit, lots=lots, all_pending=all_pending)
        if interactive:
            _ask_one_by_one(app, service, items)
        elif as_json:
            for item in items:
                click.echo(output.json_line(_values(app, item)))
        else:
            _print_queue(app, items)
    if asked:
        raise SystemExit(errors.of_outcome(asked.outcome))


def _second_opinions(
    session: bootstrap.Session, app: bootstrap.Workspace, limit: int | None, lots: Sequence[str]
) -> Report:
    app.reports().require(lots=lots)
    with progress.bar("ask OpenAI", quiet=session.quiet) as moving:
        stop, selection = bootstrap.listening(), Selection(limit, tuple(lots))
        report = app.stages.run(
            Stage.PROMOTE, lambda: app.second_opinions(progress=moving).promote(selection, stop=stop)
        )
    for image, message in report.failures:
        output.talk(f"  {image.lot} photograph {image.position}: {message}", quiet=session.quiet)
    output.talk(report.summary(), quiet=session.quiet)
    return report


def _decisions(
    service: ReviewService,
    approve: Sequence[int],
    reject: Sequence[int],
    correct: Sequence[tuple[int, CodeType | None, str]],
    undo: Sequence[int],
    add: Sequence[tuple[int, CodeType | None, str]],
    dismiss: Sequence[int],
    reopen: Sequence[int],
) -> list[Callable[[], Answer]]:
    """Return what was asked for, undo first: a decision taken back and given anew in one line works."""
    decided = Counter((*approve, *reject, *(code for code, _, _ in correct)))
    if twice := [code for code, times in decided.items() if times > 1]:
        raise UsageError(f"code {twice[0]} has more than one decision", hint="say once what it is; nothing was stored")
    if untyped := [image for image, kind, _ in add if kind is None]:
        raise click.BadParameter(f"{untyped[0]}= needs a type, as in 5=serial_number:PF20ABCD", param_hint="--add")
    return [
        *(lambda i=i: service.undo(i) for i in undo),
        *(lambda i=i: service.approve(i) for i in approve),
        *(lambda i=i: service.reject(i) for i in reject),
        *(lambda i=i, k=k, v=v: service.correct(i, v, k) for i, k, v in correct),
        *(lambda i=i, k=k, v=v: service.add(i, CodeType(k), v) for i, k, v in add),
        *(lambda i=i: service.dismiss(i) for i in dismiss),
        *(lambda i=i: service.reopen(i) for i in reopen),
    ]


def _values(app: bootstrap.Workspace, item: QueueItem) -> dict[str, object]:
    path = app.pictures.place(item.path)
    code = item.code
    return {
        "id": item.code_id,
        "photo": item.image_id,
        "lots": list(item.lots),
        "position": item.position,
        "title": item.title,
        "closes_at": item.closes_at,
        "reason": item.reason,
        "type": code.type if code else None,
        "value": code.value if code else None,
        "confidence": code.confidence if code else None,
        "bbox": code.box.as_list() if code and code.box else None,
        "evidence": list(code.evidence) if code else [],
        "readers": list(code.readers) if code else [],
        "path": str(path) if path else None,
        "url": item.url,
    }


def _print_queue(app: bootstrap.Workspace, items: Sequence[QueueItem]) -> None:
    if not items:
        click.echo("nothing waits for review")
        return
    for item in items:
        _print_item(app, item)


def _print_item(app: bootstrap.Workspace, item: QueueItem) -> None:
    closes = f", closes {item.closes_at.astimezone():%Y-%m-%d %H:%M}" if item.closes_at else ""
    output.say(
        f"{', '.join(item.lots)} photograph {item.position} [photo {item.image_id}]: {item.title or '-'}{closes}"
    )
    if item.code:
        code = item.code
        output.say(f"  [{item.code_id}] {code.type} {code.value}  {shown_probability(code.confidence)}")
        output.say(f"      evidence: {'; '.join(code.evidence)}")
        if code.box:
            output.say(f"      box: {' '.join(map(str, code.box.as_list()))}")
    output.say(f"      reason: {item.reason}")
    output.say(f"      {app.pictures.place(item.path)}")


def _ask_one_by_one(app: bootstrap.Workspace, service: ReviewService, items: Sequence[QueueItem]) -> None:
    """Go through the queue with one key for each decision; every answer is stored at once."""
    if not items:
        click.echo("nothing waits for review")
        return
    answered: list[tuple[int, str]] = []  # place in the queue and key, for [u]
    number, shown = 0, -1
    while number < len(items):
        item = items[number]
        if _settled(service, item):
            number += 1  # by the answer to another item
            continue
        if number != shown:
            click.echo(f"\n{number + 1} of {len(items)}")
            _print_item(app, item)
            _show_crop(app, item, launch=False)
            shown = number
        key = _key()
        if key == "q":
            break
        if key == "s":
            number += 1
        elif key == "o":
            _show_crop(app, item, launch=True)
        elif key == "u" and answered:
            number, given = answered.pop()
            output.say(_take_back(service, items[number], given).text)
        elif answer := _answer(service, item, key):
            output.say(answer.text)
            answered.append((number, key))
            number += 1
    left = sum(not _settled(service, item) for item in items)
    click.echo(f"{len(answered)} decisions stored; {left} of {len(items)} still wait")


def _key() -> str:
    click.echo(f"{_KEYS} ", nl=False)
    try:
        key = click.getchar().lower()
    except OSError as error:
        raise UsageError(
            "--interactive needs a terminal", hint="decide with --approve ID, --reject ID, --correct ID=VALUE"
        ) from error
    click.echo(key)
    return key


def _settled(service: ReviewService, item: QueueItem) -> bool:
    return not service.waits(item.image_id, item.code_id)


def _take_back(service: ReviewService, item: QueueItem, key: str) -> Answer:
    if key == "n" or item.code_id is None:
        return service.reopen(item.image_id)
    return service.undo(item.code_id)


def _answer(service: ReviewService, item: QueueItem, key: str) -> Answer | None:
    """Store what a key means for an item; None for a key that means nothing here, or an answer that cannot be."""
    if key == "n":
        return service.dismiss(item.image_id)
    if item.code_id is None or item.code is None:
        return None
    try:
        if key == "a":
            return service.approve(item.code_id)
        if key == "r":
            return service.reject(item.code_id)
        if key == "c":
            text = click.prompt(f"right value of {item.code.type} (or TYPE:VALUE)", default=item.code.value)
            kind, value = typed(text)
            return service.correct(item.code_id, value, kind)
    except (UsageError, ValueError) as error:
        output.say(f"      {error}")
    return None


def _kept(app: bootstrap.Workspace, item: QueueItem, crop: bytes) -> Path:
    path = app.process.photographs.folder.parent / "review" / f"{item.image_id}-{item.code_id}.png"
    path.parent.mkdir(parents=True, exist_ok=True)
    bootstrap.write(bootstrap.place_for_output(path, bootstrap.Protected()), crop)
    return path


def _show_crop(app: bootstrap.Workspace, item: QueueItem, *, launch: bool) -> None:
    """Tell where the piece of the photograph lies, or open it where there is a screen."""
    path = app.pictures.place(item.path)
    if item.code and item.code.box:
        try:
            path = _kept(app, item, app.pictures.crop(item.photograph, item.code.box))
        except ImageError as error:
            output.say(f"      no picture: {error}")
            return
    output.say(f"      look: {path}")
    if launch and path and (sys.platform in ("darwin", "win32") or os.environ.get("DISPLAY")):
        click.launch(str(path))
