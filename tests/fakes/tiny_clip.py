"""A model of open_clip that is made in a moment: of its own configuration, with random weights."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

import pytest

NAME = "troostwatch-tiny"
DIMENSION = 16

needs_clip = pytest.mark.skipif(
    importlib.util.find_spec("open_clip") is None or importlib.util.find_spec("torch") is None,
    reason="the extra 'clip' (several GB) is not installed",
)

_CONFIGURATION = {
    "embed_dim": DIMENSION,
    "vision_cfg": {"image_size": 32, "layers": 1, "width": 32, "head_width": 16, "patch_size": 8},
    "text_cfg": {"context_length": 77, "vocab_size": 49408, "width": 32, "heads": 2, "layers": 1},
}


def configuration(folder: Path) -> Path:
    """Write the configuration and return the file."""
    file = folder / f"{NAME}.json"
    file.write_text(json.dumps(_CONFIGURATION))
    return file


def weights(folder: Path, *, seed: int = 1, name: str = "tiny.pt") -> Path:
    """Write random weights of the model and return the file."""
    import open_clip
    import torch

    open_clip.add_model_config(configuration(folder))
    torch.manual_seed(seed)
    model = open_clip.create_model(NAME, pretrained=None)
    target = folder / name
    if target.suffix == ".safetensors":
        from safetensors.torch import save_file

        save_file(model.state_dict(), target)
    else:
        torch.save(model.state_dict(), target)
    return target
