"""Running the ONNX models of PP-OCR: by OpenVINO where it is installed, else by ONNX Runtime; on one thread each.

Photographs are read by several processes at once; threads inside each would only fight for the same cores.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from troostwatch.domain.errors import ImageError

Tensor = NDArray[np.float32]


class Network(Protocol):
    """A loaded model with one input and one output."""

    characters: Sequence[str]  # that a recogniser knows, in the order of its classes; else empty

    def __call__(self, tensor: Tensor) -> Tensor:
        """Return the output; it may be overwritten by the next call. Raises ImageError."""


def engine() -> str:
    """Return the name and version of what runs the models on this machine."""
    name = "openvino" if find_spec("openvino") else "onnxruntime"
    return f"{name} {version(name)}"


def load(model: Path, *, classes: Sequence[str] | None = None) -> Network:
    """Load a model. With `classes` a recogniser knows these characters alone, where the engine can leave out the rest.

    Leaving out the 18,000 Chinese and Japanese signs saves a quarter of the time, and keeps dirt from being read
    as one of them.
    """
    if find_spec("openvino"):
        return _OpenVino(model, classes)
    return _OnnxRuntime(model)


class _OnnxRuntime:
    def __init__(self, model: Path) -> None:
        import onnxruntime
        from onnxruntime.capi import onnxruntime_pybind11_state as state

        self._refusals = (state.Fail, state.InvalidArgument, state.RuntimeException)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 4
        options.enable_cpu_mem_arena = False  # sizes differ from line to line; an arena would only grow
        self._session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
        self._input = self._session.get_inputs()[0].name
        listed = self._session.get_modelmeta().custom_metadata_map.get("character", "")
        self.characters: Sequence[str] = listed.splitlines()

    def __call__(self, tensor: Tensor) -> Tensor:
        try:
            return np.asarray(self._session.run(None, {self._input: tensor})[0], np.float32)
        except self._refusals as error:
            raise ImageError(f"the text models refuse this picture: {error}", permanent=True) from error


class _OpenVino:
    def __init__(self, model: Path, classes: Sequence[str] | None) -> None:
        import openvino

        core = openvino.Core()
        network = core.read_model(model)
        listed: list[str] = []
        if network.has_rt_info(["framework", "character"]):
            listed = str(network.get_rt_info(["framework", "character"]).value).splitlines()
        self.characters: Sequence[str] = listed
        if classes and listed:
            known = [sign for sign in listed if sign in set(classes)]
            # Class 0 is the blank of CTC, the last one the space; the signs stand between them.
            network = _with_classes(network, [0, *(listed.index(sign) + 1 for sign in known), len(listed) + 1])
            self.characters = known
        # Pinned threads of two processes would sit on the same core.
        hints = {"INFERENCE_NUM_THREADS": 1, "ENABLE_CPU_PINNING": False, "NUM_STREAMS": 1}
        self._request = core.compile_model(network, "CPU", hints).create_infer_request()

    def __call__(self, tensor: Tensor) -> Tensor:
        try:
            self._request.infer([tensor], share_inputs=True)
        except RuntimeError as error:
            raise ImageError(f"the text models refuse this picture: {error}", permanent=True) from error
        return np.asarray(self._request.get_output_tensor().data)


def _with_classes(network: Any, kept: list[int]) -> Any:  # noqa: ANN401 (OpenVINO's models, which mypy cannot see)
    """Return the recogniser with only these columns of its last layer, `softmax(x @ weights + bias)`."""
    import openvino
    from openvino import opset13 as op

    last = [node for node in network.get_ordered_ops() if node.get_type_name() == "Add"][-1]
    product = last.input_value(0).get_node()
    weights, bias = product.input_value(1).get_node().data, last.input_value(1).get_node().data
    scores = op.add(
        op.matmul(product.input_value(0), op.constant(weights[:, kept]), False, False), op.constant(bias[kept])
    )
    return openvino.Model([op.result(op.softmax(scores, axis=2))], network.get_parameters(), "recogniser")
