"""Readers of pixels. Whoever imports one passes through here first: the program, its workers, the service, scripts.

The engines that run models report to their makers from the moment they are imported (OpenVINO posts usage under an
identity that it leaves in the home folder, ONNX Runtime stores a device id and looks up a host), and can be kept
from it only before that. So it is done here, and nothing outside this package imports them (a contract of
import-linter).
"""

import os
import sys

os.environ["ORT_DISABLE_TELEMETRY"] = "1"  # child processes inherit it
os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"
sys.modules["openvino_telemetry"] = None  # type: ignore[assignment]  # importing it fails, which OpenVINO puts up with
