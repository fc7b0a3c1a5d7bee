"""The folder of photographs gives out the bytes that came and no others, and is the only one to reach into it."""

from __future__ import annotations

import ast
import hashlib
import pickle
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import stamina

import troostwatch
from troostwatch.domain.errors import ImageError
from troostwatch.domain.images import Stored
from troostwatch.infrastructure.photographs.inventory import FolderInventory
from troostwatch.infrastructure.photographs.store import FolderStore

PACKAGE = Path(troostwatch.__file__).parent
BODY = b"a photograph"
PHOTOGRAPH = Stored(hashlib.sha256(BODY).hexdigest(), "A1-1-1/0.jpg")


@pytest.fixture
def store(tmp_path: Path) -> FolderStore:
    store = FolderStore(tmp_path / "images")
    store.place_of("A1-1-1").mkdir(parents=True)
    store.place_of(PHOTOGRAPH.path).write_bytes(BODY)
    return store


@pytest.fixture
def attempts() -> Iterator[None]:
    with stamina.set_testing(True, attempts=3):
        yield


def test_what_was_downloaded_is_opened(store: FolderStore) -> None:
    assert store.open(PHOTOGRAPH) == BODY


def test_a_worker_can_be_sent_what_opens(store: FolderStore) -> None:
    sent = pickle.loads(pickle.dumps(store.open))

    assert sent(PHOTOGRAPH) == BODY


def replaced_by_a_folder(place: Path) -> None:
    place.unlink()
    place.mkdir()


@pytest.mark.parametrize(
    ("harm", "message"),
    [
        (lambda place: place.write_bytes(b"another"), "the file changed since it was downloaded"),
        (lambda place: place.write_bytes(b""), "the file changed since it was downloaded"),
        (Path.unlink, "there is no file"),
        (replaced_by_a_folder, "there is no file"),
    ],
)
def test_what_changed_or_is_lost_stays_so_and_is_told(
    store: FolderStore, harm: Callable[[Path], object], message: str
) -> None:
    harm(store.place_of(PHOTOGRAPH.path))

    with pytest.raises(ImageError, match=message) as caught:
        store.open(PHOTOGRAPH)

    assert caught.value.permanent
    assert "reprocessing what failed" in str(caught.value)


@pytest.mark.parametrize("failures", [2, 3])
def test_a_disk_that_is_away_for_a_moment_is_asked_again(
    store: FolderStore, failures: int, monkeypatch: pytest.MonkeyPatch, attempts: None
) -> None:
    left, really = [OSError(5, "Input/output error")] * failures, Path.read_bytes

    def stumbling(place: Path) -> bytes:
        if left:
            raise left.pop()
        return really(place)

    monkeypatch.setattr(Path, "read_bytes", stumbling)

    if failures < 3:
        assert store.open(PHOTOGRAPH) == BODY
        return
    with pytest.raises(ImageError, match="Input/output error") as caught:
        store.open(PHOTOGRAPH)
    assert not caught.value.permanent


def test_the_inventory_names_every_file_and_what_is_in_it(store: FolderStore) -> None:
    inventory = FolderInventory(store)

    assert inventory.files() == {PHOTOGRAPH.path}
    assert inventory.digest(PHOTOGRAPH.path) == PHOTOGRAPH.sha256
    assert inventory.digest("A1-1-1/lost.jpg") is None
    assert FolderInventory(FolderStore(store.folder / "nowhere")).files() == set()


def name_of(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def places_with(matches: Callable[[ast.AST], bool]) -> list[str]:
    """Return the module of every piece of source that matches, one by one."""
    return [
        file.relative_to(PACKAGE).as_posix()
        for file in sorted(PACKAGE.rglob("*.py"))
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if matches(node)
    ]


def test_the_folder_of_photographs_is_named_where_the_store_is_made_and_nowhere_else() -> None:
    def names_the_folder(node: ast.AST) -> bool:
        return isinstance(node, ast.Attribute) and node.attr == "images" and name_of(node.value) == "paths"

    assert places_with(names_the_folder) == ["app/process.py"]


def test_nobody_but_the_store_joins_a_folder_and_the_path_of_a_photograph() -> None:
    def joins(node: ast.AST) -> bool:
        return (
            isinstance(node, ast.BinOp)
            and isinstance(node.op, ast.Div)
            and name_of(node.right) in {"path", "local_path", "relative"}
        )

    assert places_with(joins) == ["infrastructure/photographs/store.py"]


def test_names_that_were_elsewhere_are_still_found_there() -> None:
    from troostwatch.infrastructure.persistence import images, inventory
    from troostwatch.infrastructure.photographs import downloader

    assert (images.ImageDownloader, images.Limits) == (downloader.ImageDownloader, downloader.Limits)
    assert inventory.FolderInventory is FolderInventory
