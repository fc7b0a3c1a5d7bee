"""A file that changed since it was downloaded is refused by everyone who reads photographs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from fakes.openai_server import codes, served
from fakes.world import World, request
from PIL import Image

from troostwatch.app.process import Process
from troostwatch.app.workspace import Workspace
from troostwatch.config import Settings
from troostwatch.domain.embedding import WaitingPhotograph
from troostwatch.domain.errors import ImageError
from troostwatch.domain.geometry import Box
from troostwatch.domain.images import Downloaded
from troostwatch.domain.readings import Analysis, Backend, OcrEngine
from troostwatch.domain.second_opinion import View
from troostwatch.infrastructure.ai.image_embedder import ClipEmbedder, ClipOptions
from troostwatch.infrastructure.ai.label_api_client import LabelApiAnalyzer

BOX = Box(10, 10, 60, 40)


def picture(quality: int) -> bytes:
    file = BytesIO()
    Image.radial_gradient("L").resize((320, 240)).save(file, "JPEG", quality=quality)
    return file.getvalue()


@dataclass(frozen=True)
class Case:
    app: Workspace
    photograph: Downloaded
    folder: Path


@contextmanager
def opened(folder: Path) -> Iterator[Case]:
    """A database with one photograph that lies where it should."""
    images = folder / "images"
    world = World.at(folder / "t.db")
    world.lot("A1-1-1")
    number = world.photograph("A1-1-1", 0, "a")
    world.fill(images, lambda _: picture(90))
    photograph = world.state(number).downloaded
    world.connection.close()
    assert photograph
    settings = Settings.model_validate({"paths": {"images": images}, "openai": {"attempts": 1}})
    with Workspace.open(Process(settings), folder / "t.db") as app:
        yield Case(app, photograph, folder)


def raised(result: object) -> None:
    if isinstance(result, ImageError):
        raise result


def analysis(case: Case, jobs: int = 1) -> None:
    reader = case.app.process.analyzer(request(engine=OcrEngine.TESSERACT, jobs=jobs))
    ((_, result),) = reader.analyze_all([case.photograph])
    raised(result)


def analysis_in_a_process_of_its_own(case: Case) -> None:
    analysis(case, jobs=2)


def label_service_client(case: Case) -> None:
    class Service:
        def check_health(self) -> dict[str, str]:
            return {"status": "ok", "model": "loaded"}

        def parse(self, data: bytes) -> Analysis:
            assert data == picture(90)
            return Analysis(Backend.ML, {}, (), (), ())

        def close(self) -> None:
            pass

    reader = LabelApiAnalyzer(Service(), case.app.process.photographs.open, lambda: None, concurrency=1)  # type: ignore[return-value]
    ((_, result),) = reader.analyze_all([case.photograph])
    raised(result)


def second_reader(case: Case) -> None:
    with served(lambda *_: codes()) as server, pytest.MonkeyPatch.context() as patch:
        patch.setenv("OPENAI_API_KEY", "sk-test")
        patch.setenv("OPENAI_BASE_URL", server.url)
        case.app.process.second_reader().ask(case.photograph, View.PHOTOGRAPH, None)


def embedder(case: Case) -> None:
    model = ClipEmbedder.__new__(ClipEmbedder)  # without its weights, which several GB of libraries load
    model._options, model._side = ClipOptions("m", "p"), 32
    model._embed = lambda pixels: [np.ones(4, np.float32) for _ in pixels]
    waiting = WaitingPhotograph(case.photograph.sha256, case.photograph.path, "A1-1-1", 0)
    ((result,),) = model.embed_photographs([waiting], case.app.process.photographs.open, batch_size=1)
    raised(result[1])


def perceptual_hashes(case: Case) -> None:
    (result,) = case.app.process.hasher().hash_all([case.photograph])
    raised(result)


def crops(case: Case) -> None:
    assert case.app.pictures.crop(case.photograph, BOX)


def drawings(case: Case) -> None:
    case.app.pictures.with_codes(case.photograph, [], ".png")


def thumbnails(case: Case) -> None:
    if not case.app.pictures.thumbnails("A1-1-1", count=1, side=40):  # a sheet leaves out what is refused
        case.app.process.photographs.open(case.photograph)


READERS = [
    analysis, analysis_in_a_process_of_its_own, label_service_client, second_reader, embedder, perceptual_hashes,
    crops, drawings, thumbnails,
]  # fmt: skip


@pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.__name__)
def test_a_file_that_changed_since_it_was_downloaded_is_refused(tmp_path: Path, reader: Callable[[Case], None]) -> None:
    with opened(tmp_path) as case:
        reader(case)
        place = case.app.process.photographs.place_of(case.photograph.path)
        place.write_bytes(picture(80))  # as good a picture as the first

        with pytest.raises(ImageError, match="changed since it was downloaded"):
            reader(case)
