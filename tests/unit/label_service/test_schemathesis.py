"""Whatever fits, or does not fit, the service's own OpenAPI document: no answer is a server error or undocumented.

A small part of what benchmarks/label_service.py asks.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import schemathesis
from fakes.label_service import RunningService, label_service
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import response_schema_conformance, status_code_conformance


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningService]:
    with label_service(tmp_path_factory.mktemp("models"), allow_urls=True) as running:
        yield running


VALID, INVALID = schemathesis.GenerationMode.POSITIVE, schemathesis.GenerationMode.NEGATIVE


@pytest.mark.parametrize(
    ("path", "mode"),
    [
        ("/parse-label", VALID), ("/parse-label", INVALID), ("/parse-label/url", VALID), ("/parse-label/url", INVALID),
        ("/health", VALID), ("/ready", VALID), ("/metrics", VALID),
    ],
)  # fmt: skip
def test_no_request_is_the_services_fault(
    service: RunningService, path: str, mode: schemathesis.GenerationMode
) -> None:
    schema = schemathesis.openapi.from_url(f"{service.url}/openapi.json")
    operation = schema[path]["POST" if path.startswith("/parse") else "GET"]

    @given(st.data())
    @settings(
        max_examples=10, deadline=None, phases=[Phase.generate], derandomize=True,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    def ask(data: st.DataObject) -> None:
        case = data.draw(operation.as_strategy(generation_mode=mode))
        case.call_and_validate(checks=[not_a_server_error, status_code_conformance, response_schema_conformance])

    ask()
