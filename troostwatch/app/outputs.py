"""What output may not replace, and files that the application itself writes for a person."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from troostwatch.config import CONFIG_NAME
from troostwatch.domain import token_format
from troostwatch.domain.learning.training_report import manifest_path
from troostwatch.domain.tokens import TokenRow
from troostwatch.infrastructure.files import Protected, place_for_output, writing

if TYPE_CHECKING:
    from troostwatch.app.process import Process

_OF_A_DATABASE = ("", "-wal", "-shm", "-journal")


def vectors_of(database: Path) -> Path:
    """Return the folder in which the vectors of a database are kept for searching."""
    return database.with_name(database.name + ".vectors")


def pictures_of(database: Path) -> Path:
    """Return the folder in which small pictures for the desk are kept."""
    return database.with_name(database.name + ".pictures")


def protected(process: Process, database: Path, *read: Path, settings_file: Path | None = None) -> Protected:
    """Tell what no output may replace: data, settings, models, and the files that are read meanwhile."""
    settings = process.settings
    files = dict.fromkeys(read, "a file that is read here")
    folders = {process.photographs.folder: "the folder of photographs"}
    for each in {database, settings.paths.database}:
        folders |= {vectors_of(each): "the folder of vectors", pictures_of(each): "the folder of small pictures"}
        files |= {each.with_name(each.name + ending): "the database" for ending in _OF_A_DATABASE}
    model, weights = settings.learning.model, settings.embedding.weights
    files |= {model: "the token classifier", manifest_path(model): "the manifest of the token classifier"}
    if weights:
        files[weights] = "the weights of the model that embeds"
    # Where no settings were read, a file of this name would be the settings of the next run.
    files[settings_file or Path(CONFIG_NAME)] = "the file of settings"
    return Protected(files, folders)


def write_token_file(path: Path, rows: Iterable[TokenRow], kept: Protected) -> int:
    """Write words with labels to a file that is whole or not there; return of how many photographs."""
    with writing(place_for_output(path, kept)) as file:
        text = io.TextIOWrapper(file, encoding="utf-8", newline="\n")
        try:
            return write_tokens(text, rows, array=token_format.is_array(path))
        finally:
            text.detach()


def write_tokens(target: TextIO, rows: Iterable[TokenRow], *, array: bool) -> int:
    """Write words with labels as JSON lines, or as one array; return of how many photographs."""
    count = 0

    def counted() -> Iterator[TokenRow]:
        nonlocal count
        for count, row in enumerate(rows, start=1):  # noqa: B007
            yield row

    target.writelines(token_format.text_of(counted(), array=array))
    return count
