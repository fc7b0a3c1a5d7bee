"""Whatever fits, or does not fit, the desk's own OpenAPI document: no answer is a server error or undocumented."""

from __future__ import annotations

import pytest
import schemathesis
from fakes.desks import Visitor
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import response_schema_conformance, status_code_conformance

from troostwatch.interfaces.web.app import create_app

ROUTES = (
    ("GET", "/api/queue"), ("POST", "/api/decisions"), ("POST", "/api/decisions/together"), ("GET", "/api/together"),
    ("POST", "/api/undo"), ("POST", "/api/codes"), ("POST", "/api/photographs"), ("POST", "/api/check"),
)  # fmt: skip


@pytest.mark.parametrize("mode", list(schemathesis.GenerationMode))
@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_no_request_is_the_desks_fault(
    visitor: Visitor, method: str, path: str, mode: schemathesis.GenerationMode
) -> None:
    app = create_app(visitor.desk)
    operation = schemathesis.openapi.from_dict(visitor.json("/api/openapi.json"))[path][method]

    @given(st.data())
    @settings(
        max_examples=15, deadline=None, phases=[Phase.generate], derandomize=True,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    def ask(data: st.DataObject) -> None:
        case = data.draw(operation.as_strategy(generation_mode=mode))
        case.call_and_validate(
            base_url="http://localhost",
            app=app,
            checks=[not_a_server_error, status_code_conformance, response_schema_conformance],
        )

    ask()


def test_every_json_route_is_asked(visitor: Visitor) -> None:
    paths = visitor.json("/api/openapi.json")["paths"]

    assert {(method.upper(), path) for path, methods in paths.items() for method in methods} == set(ROUTES)
