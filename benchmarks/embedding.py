#!/usr/bin/env python3
"""How fast photographs become vectors, from file to row, beside what the bare model does on ready tensors.

    benchmarks/embedding.py [--photographs 100] [--batch-size 50] [--folder ../shared/lots/images]

The weights of ViT-B/32 are random: the arithmetic is the same, and no network is needed. Needs the extra 'clip'. The
photographs of the folder are used over and over, each time as another content. Both are measured in turns in one run,
so the ratio holds on a busy machine too; the times do not.
"""

from __future__ import annotations

import argparse
import hashlib
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import open_clip
import torch

from troostwatch.domain.images import Content, Fetched
from troostwatch.domain.lots import LotDetailData, LotPhotograph
from troostwatch.infrastructure.ai.image_embedder import ClipEmbedder, ClipOptions
from troostwatch.infrastructure.db.unit_of_work import SqliteUnitOfWork, open_database
from troostwatch.infrastructure.observability.stop import StopFlag
from troostwatch.infrastructure.photographs.store import FolderStore
from troostwatch.services.image_embedding import ImageEmbeddingService
from troostwatch.services.requests import Selection

CHECKOUT = Path(__file__).resolve().parents[1]
MODEL = "ViT-B-32-quickgelu"
BEFORE_US_MS = (2000, 3000)  # a photograph, as the program before this one told
NOW = datetime(2025, 11, 29, tzinfo=UTC)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--photographs", type=int, default=100)
    parser.add_argument("--batch-size", type=int, default=50)
    parser.add_argument("--rounds", type=int, default=6)
    parser.add_argument("--device", default="auto", choices=["auto", "cpu", "cuda"])
    parser.add_argument("--folder", type=Path, default=CHECKOUT.parent / "shared" / "lots" / "images")
    parser.add_argument("--weights", type=Path, help="made at random where there is no such file")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        weights = options.weights or folder / "random.pt"
        if not weights.exists():
            # In a process of its own: its memory is not that of embedding.
            _in_a_child(_make_weights, weights)
        began = time.perf_counter()
        embedder = ClipEmbedder(ClipOptions(MODEL, "", weights=weights, device=options.device, threads=2))
        print(f"model loaded in {time.perf_counter() - began:.1f} s on {embedder._device}")
        ours, bare = [], []
        for number in range(options.rounds):
            database = folder / f"{number}.db"
            fill(database, folder, options.folder, options.photographs, number)
            ours.append(embed(embedder, database, folder, options))
            if not number:
                memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
            bare.append(bare_model(embedder, options))
        report(ours, bare, memory, options.photographs)
    return 0


def _in_a_child(work: Callable[..., None], *arguments: object) -> None:
    import multiprocessing

    child = multiprocessing.get_context("spawn").Process(target=work, args=arguments)
    child.start()
    child.join()
    if child.exitcode:
        sys.exit("the weights could not be made")


def _make_weights(target: Path) -> None:
    torch.manual_seed(0)
    torch.save(open_clip.create_model(MODEL, pretrained=None).state_dict(), target)


class Taken(NamedTuple):
    """Milliseconds a photograph: on the clock on the wall, and of all cores together."""

    wall: float
    cores: float


class Clock:
    def __init__(self) -> None:
        self._wall, self._cores = time.perf_counter(), time.process_time()

    def taken(self, photographs: int) -> Taken:
        wall, cores = time.perf_counter() - self._wall, time.process_time() - self._cores
        return Taken(wall / photographs * 1000, cores / photographs * 1000)


def fill(database: Path, folder: Path, source: Path, count: int, number: int) -> None:
    """Make a database of photographs that wait, each content another file."""
    originals = sorted(source.glob("*.jpg"))
    if not originals:
        sys.exit(f"no photographs in {source}: name a folder of JPEGs with --folder")
    connection = open_database(database)
    with SqliteUnitOfWork(connection) as uow:
        shown = tuple(LotPhotograph(f"https://media.example/{number}/{i}", i) for i in range(count))
        lot = LotDetailData("A1-1-1", title="a lot", photographs=shown)
        uow.lots.record_page(lot, observed_at=NOW, read_at=NOW, digest="")
        for i, image in enumerate(uow.images.of_lot("A1-1-1")):
            data = originals[i % len(originals)].read_bytes() + f"{number} {i}".encode()  # behind the picture's end
            (folder / f"{number}-{i}.jpg").write_bytes(data)
            content = Content(hashlib.sha256(data).hexdigest(), len(data), 1600, 1200, "JPEG")
            uow.images.record_fetched(Fetched(image.id, f"{number}-{i}.jpg", content), now=NOW)
        uow.commit()
    connection.close()


def embed(embedder: ClipEmbedder, database: Path, folder: Path, options: argparse.Namespace) -> Taken:
    """Return what a photograph takes from file to committed row."""
    connection = open_database(database)
    service = ImageEmbeddingService(
        lambda: SqliteUnitOfWork(connection),
        lambda: NOW,
        photographs=FolderStore(folder),
        embedder=lambda: embedder,
        refresh_documents=lambda: None,
        max_attempts=1,
    )
    began = Clock()
    report = service.embed_pending(Selection(), stop=StopFlag(), batch_size=options.batch_size)
    took = began.taken(options.photographs)
    assert report.successful == options.photographs, report.failures
    connection.close()
    return took


def bare_model(embedder: ClipEmbedder, options: argparse.Namespace) -> Taken:
    """Return what a photograph takes the model alone, on tensors that are ready."""
    batch = torch.randn(options.batch_size, 3, 224, 224, device=embedder._device)
    rounds = -(-options.photographs // options.batch_size)
    with torch.inference_mode():
        began = Clock()
        for _ in range(rounds):
            embedder._model.encode_image(batch).float().cpu()
    return began.taken(rounds * options.batch_size)


def report(ours: list[Taken], bare: list[Taken], memory: float, count: int) -> None:
    mine, model = min(t.wall for t in ours), min(t.wall for t in bare)  # the ones that others disturbed least
    cores, model_cores = min(t.cores for t in ours), min(t.cores for t in bare)
    low, high = (before / mine for before in BEFORE_US_MS)
    print(f"{count} photographs a round, {len(ours)} rounds, {torch.get_num_threads()} threads of torch")
    print(
        f"from file to stored vector: {mine:.1f} ms a photograph ({cores:.0f} ms of cores), {1000 / mine:.1f} a second"
    )
    print(f"bare model on ready tensors: {model:.1f} ms a photograph ({model_cores:.0f} ms of cores)")
    print(f"we reach {model / mine:.0%} of its speed, {model_cores / cores:.0%} by time of cores (asked for: 80%)")
    print(f"the program before this one took 2 to 3 s: {low:.0f} to {high:.0f} times as long (asked for: 20)")
    print(f"memory at most {memory:.2f} GB (asked for: 1.5)")


if __name__ == "__main__":
    sys.exit(main())
