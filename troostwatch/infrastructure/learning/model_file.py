"""Model files: a pickle that is opened only when the manifest beside it vouches for every byte and every feature."""

from __future__ import annotations

import hashlib
import io
import json
import platform
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import joblib
import sklearn

from troostwatch import __version__
from troostwatch.domain.errors import TroostwatchError
from troostwatch.domain.learning.features import FEATURE_VERSION, FEATURES
from troostwatch.domain.learning.training_report import manifest_path as manifest_path
from troostwatch.domain.remedies import Remedy
from troostwatch.domain.tokens import LABELS
from troostwatch.infrastructure import files
from troostwatch.infrastructure.files import read_regular

FORMAT = 1
_MOST_BYTES = 500_000_000


class ModelRefusedError(TroostwatchError):
    """A model file that is not opened, and why."""


class OutdatedModelError(ModelRefusedError):
    """A model of ours that another version of the program or of scikit-learn wrote."""


@dataclass(frozen=True, slots=True)
class Model:
    """A fitted pipeline and what its manifest says of it."""

    pipeline: Any  # scikit-learn's own type; has predict_proba and classes_
    manifest: Mapping[str, Any]

    @property
    def sha256(self) -> str:
        return str(self.manifest["sha256"])

    @property
    def version(self) -> str:
        """Return a name that changes with every byte of the model."""
        return f"{self.manifest['model']}-{self.sha256[:12]}"

    @property
    def no_better_than_rules(self) -> str | None:
        """Return what the manifest measured where the rules alone were as good, None elsewhere."""
        try:
            model, rules = (float(self.manifest["metrics"][who]["macro_f1"]) for who in ("model", "rules"))
        except (KeyError, TypeError, ValueError):
            return None
        return None if model > rules else f"mean F1 {model:.3f} against {rules:.3f}"


def save(path: Path, pipeline: object, about: Mapping[str, object]) -> dict[str, Any]:
    """Write model and manifest, each whole or not at all; return the manifest. `about` tells data and metrics."""
    buffer = io.BytesIO()
    joblib.dump(pipeline, buffer, compress=3)
    data = buffer.getvalue()
    manifest = {
        "format": FORMAT,
        "sha256": hashlib.sha256(data).hexdigest(),
        "bytes": len(data),
        "feature_version": FEATURE_VERSION,
        "features": list(FEATURES),
        "versions": _versions(),
        **about,
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    _write(path, data)
    _write(manifest_path(path), (json.dumps(manifest, indent=1, ensure_ascii=False) + "\n").encode())
    return manifest


def _versions() -> dict[str, str]:
    return {
        "troostwatch": __version__,
        "scikit-learn": sklearn.__version__,
        "joblib": joblib.__version__,
        "python": platform.python_version(),
    }


def _write(path: Path, data: bytes) -> None:
    files.write(files.place_for_output(path, files.Protected()), data)


def load(path: Path, *, sha256: str | None = None) -> Model:
    """Return a model after all that its manifest promises was compared. With `sha256` it must be that very file.

    Raises ModelRefusedError: a file that is missing, tampered with, truncated, of another kind, or that learned
    other features or was written by another scikit-learn. A pickle runs code when it is opened, so none of these is.
    """
    manifest = read_manifest(path)
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise ModelRefusedError(f"{path} is larger than {_MOST_BYTES:,} bytes", hint=Remedy.TRAIN)
        data = read_regular(path)
    except OSError as error:
        raise ModelRefusedError(f"there is no model {path}: {error.strerror}", hint=Remedy.TRAIN) from error
    found = hashlib.sha256(data).hexdigest()
    if len(data) != manifest.get("bytes") or found != manifest["sha256"]:
        raise ModelRefusedError(
            f"{path} is not the file that its manifest describes (changed or truncated)", hint=Remedy.TRAIN
        )
    if sha256 and found != sha256.lower():
        raise ModelRefusedError(
            f"{path} is not the model with SHA-256 {sha256}", hint="compare it with what you trained"
        )
    try:
        pipeline = joblib.load(io.BytesIO(data))
    # It is the file that was meant, and unpickling fails in as many ways as there are classes.
    except Exception as error:
        raise ModelRefusedError(f"{path} cannot be loaded: {error}", hint=Remedy.TRAIN) from error
    if [str(label) for label in getattr(pipeline, "classes_", ())] != list(manifest["classes"]):
        raise ModelRefusedError(f"{path} knows other labels than its manifest says", hint=Remedy.TRAIN)
    return Model(pipeline, manifest)


def read_manifest(path: Path) -> dict[str, Any]:
    """Return the manifest of a model once it fits this program. Raises ModelRefusedError."""
    beside = manifest_path(path)
    try:
        manifest = json.loads(read_regular(beside))
    except FileNotFoundError as error:
        raise ModelRefusedError(f"{path} has no manifest {beside.name}: no model of ours", hint=Remedy.TRAIN) from error
    except (OSError, ValueError, RecursionError) as error:
        raise ModelRefusedError(f"{beside} cannot be read: {error}", hint=Remedy.TRAIN) from error
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise ModelRefusedError(f"{beside} is no manifest of a kind that this version knows", hint=Remedy.TRAIN)
    if problem := _mismatch(manifest):
        raise OutdatedModelError(f"{path} does not fit this version: {problem}", hint=Remedy.TRAIN)
    return manifest


def _mismatch(manifest: Mapping[str, Any]) -> str | None:
    features, classes, versions = manifest.get("features"), manifest.get("classes"), manifest.get("versions")
    if features != list(FEATURES) or manifest.get("feature_version") != FEATURE_VERSION:
        return "it learned other features"
    if not isinstance(classes, list) or not classes or not LABELS.issuperset(map(str, classes)):
        return "it gives labels that we do not know"
    if not isinstance(manifest.get("sha256"), str):
        return "its manifest has no SHA-256"
    written_by = str(versions.get("scikit-learn", "")) if isinstance(versions, dict) else ""
    if written_by != sklearn.__version__:
        return f"scikit-learn {written_by or 'unknown'} wrote it, {sklearn.__version__} is installed"
    return None
