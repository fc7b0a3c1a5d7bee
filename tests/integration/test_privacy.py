"""Nothing leaves the machine that nobody asked for, and nothing is left in the home folder."""

from __future__ import annotations

import ast
import importlib.util
import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from fakes.alone import ROOT, Traces, can_watch, run_alone
from fakes.sticker_photographs import taken
from fakes.tiny_clip import needs_clip
from fakes.words import stickers

from troostwatch.domain.token_format import values_of

ENGINES = {"onnxruntime", "openvino", "rapidocr"}

TRAIN = """
from datetime import UTC, datetime
from pathlib import Path
from troostwatch.infrastructure.learning import data, training
models = training.candidates()
training.candidates = lambda: {"logistic_regression": models["logistic_regression"]}
report = training.train(data.read([Path("words.jsonl")]), Path("model.pkl"), now=datetime.now(UTC), force=True)
assert report.path
"""

SERVE = """
from pathlib import Path
import httpx
from fakes.label_service import label_service, wait_until_ready
from troostwatch.domain.readings import OcrEngine
from troostwatch.infrastructure.ai.pool import process_executor
with label_service(Path(), new_executor=lambda: process_executor(1), ocr_engine=OcrEngine.RAPIDOCR) as service:
    assert wait_until_ready(service.url)["ready"]
    files = {"file": ("photograph", Path("sticker.jpg").read_bytes())}
    assert httpx.post(service.url + "/parse-label", files=files, timeout=60).json()["codes"]
"""

EMBED = """
from pathlib import Path
from fakes import tiny_clip
from troostwatch.infrastructure.ai.image_embedder import ClipEmbedder, ClipOptions
weights = tiny_clip.weights(Path())
embedder = ClipEmbedder(ClipOptions(str(tiny_clip.configuration(Path())), "none", weights=weights, device="cpu"))
assert embedder.embed_image(Path("sticker.jpg")).size
assert embedder.embed_texts(["a laptop"]).size
"""

WORK: dict[str, tuple[str | Path, ...]] = {
    "read": ("-m", "troostwatch", "images", "read", "sticker.jpg"),
    "read in workers": (
        ROOT / "scripts" / "draw_labelled_words.py", "--stickers", "1", "--jobs", "1", "--output", "drawn.jsonl",
    ),
    "train": ("-c", TRAIN),
    "serve": ("-c", SERVE),
    "embed": ("-c", EMBED),
}  # fmt: skip

with_openvino = pytest.mark.skipif(not importlib.util.find_spec("openvino"), reason="extra 'fast' not installed")
watched = pytest.mark.skipif(not can_watch(), reason="strace is not installed, or may not trace here")
all_work = pytest.mark.parametrize(
    ("work", "openvino"),
    [
        pytest.param("read", False, id="read"),
        pytest.param("read", True, id="read-openvino", marks=with_openvino),
        pytest.param("read in workers", False, id="workers"),
        pytest.param("read in workers", True, id="workers-openvino", marks=with_openvino),
        pytest.param("train", False, id="train"),
        pytest.param("serve", False, id="serve"),
        pytest.param("serve", True, id="serve-openvino", marks=with_openvino),
        pytest.param("embed", False, id="embed", marks=needs_clip),
    ],
)

Doing = Callable[[str, bool], Traces]


@pytest.fixture(scope="module")
def doing(tmp_path_factory: pytest.TempPathFactory) -> Doing:
    """Return what does a piece of work with a home of its own, once for all that is asked about it."""

    @cache
    def done(work: str, openvino: bool) -> Traces:
        folder = tmp_path_factory.mktemp("alone")
        (folder / "sticker.jpg").write_bytes(taken()[0])
        (folder / "words.jsonl").write_text("".join(json.dumps(values_of(row)) + "\n" for row in stickers(8)))
        return run_alone(folder, WORK[work], openvino=openvino)

    return done


@all_work
def test_nothing_is_left_in_the_home_folder(doing: Doing, work: str, openvino: bool) -> None:
    assert doing(work, openvino).left_at_home == []


@watched
@all_work
def test_nobody_outside_this_machine_is_spoken_to(doing: Doing, work: str, openvino: bool) -> None:
    assert doing(work, openvino).addresses == []


@watched
def test_whoever_speaks_to_an_address_outside_is_noticed(tmp_path: Path) -> None:
    speaks = "import socket; socket.socket(socket.AF_INET, socket.SOCK_DGRAM).connect(('192.0.2.1', 443))"

    (address,) = run_alone(tmp_path, ("-c", speaks), openvino=False).addresses or ()  # type: ignore[misc]

    assert '"192.0.2.1"' in address


@pytest.mark.parametrize(
    "script", sorted([*ROOT.glob("scripts/*.py"), *ROOT.glob("benchmarks/*.py")]), ids=lambda p: p.name
)
def test_a_script_meets_the_engines_only_after_the_readers_have_silenced_them(script: Path) -> None:
    tree = ast.parse(script.read_text(encoding="utf-8"))

    if ENGINES & {name.partition(".")[0] for name in _imported(ast.walk(tree))}:
        assert any(f"{name}.".startswith("troostwatch.infrastructure.ai.") for name in _imported(tree.body))
    assert not ENGINES & {name.partition(".")[0] for name in _imported(tree.body)}


def _imported(nodes: Any) -> set[str]:
    names: set[str] = set()
    for node in nodes:
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names
