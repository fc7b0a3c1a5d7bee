"""Texts embedded by the real client of OpenAI, asked of a server on loopback that answers, fails or lies."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import numpy as np
import pytest

pytest.importorskip("openai", reason="the extra 'openai' is not installed")

from troostwatch.domain.errors import MissingDependencyError, TroostwatchError
from troostwatch.infrastructure.ai.openai_api import Connection, Prices
from troostwatch.infrastructure.ai.openai_embedder import OpenaiTexts

Answer = Callable[[dict[str, Any]], tuple[int, object]]


def vectors(request: dict[str, Any]) -> tuple[int, object]:
    """Answer in another order than asked, with vectors that are not of length 1."""
    data = [
        {"object": "embedding", "index": i, "embedding": [float(len(text)), 1.0, 0.0]}
        for i, text in enumerate(request["input"])
    ]
    usage = {"prompt_tokens": 7, "total_tokens": 7}
    return 200, {"object": "list", "data": data[::-1], "model": request["model"], "usage": usage}


@contextmanager
def served(answer: Answer) -> Iterator[tuple[OpenaiTexts, list[dict[str, Any]]]]:
    asked: list[dict[str, Any]] = []

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *args: object) -> None:
            pass

        def do_POST(self) -> None:
            asked.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            status, body = answer(asked[-1])
            data = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        connection = Connection("key", f"http://127.0.0.1:{server.server_port}/v1", "small", 5.0, 1)
        model = OpenaiTexts(connection, Prices(100.0, 0.0), dimension=3)
        yield model, asked
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_each_text_gets_its_own_vector_of_length_one_and_the_cost_is_told() -> None:
    with served(vectors) as (model, asked):
        found, tokens, cost = model.ask(["a", "laptop"])

    assert asked[0]["input"] == ["a", "laptop"]
    np.testing.assert_allclose(found, [[2**-0.5, 2**-0.5, 0], [6 / 37**0.5, 1 / 37**0.5, 0]], atol=1e-6)
    assert (tokens, cost) == (7, pytest.approx(7e-4))  # type: ignore[comparison-overlap]
    assert (model.space.model, model.space.pretrained, model.space.dimension) == ("small", "openai", 3)


def test_a_text_is_cut_to_what_the_model_takes_and_the_most_it_may_cost_is_known() -> None:
    with served(vectors) as (model, asked):
        model.ask(["x" * 20_000])

    assert len(asked[0]["input"][0]) == 8000
    assert model.most_eur(["x" * 20_000, "ab"]) == pytest.approx(8002 * 100 / 1e6)


@pytest.mark.parametrize(
    ("status", "body", "kind", "told"),
    [
        (401, {"error": {"message": "no such key"}}, MissingDependencyError, "does not take the key"),
        (500, {"error": {"message": "away"}}, TroostwatchError, "no vectors came from OpenAI"),
        (200, {"object": "list", "data": [], "model": "m", "usage": {"prompt_tokens": 1, "total_tokens": 1}},
         TroostwatchError, "does not answer with 1 vectors of 3 numbers|no vectors came|no answer with vectors"),
        (200, "words", TroostwatchError, "no answer with vectors"),
    ],
)  # fmt: skip
def test_what_is_no_answer_is_told(status: int, body: object, kind: type[Exception], told: str) -> None:
    with served(lambda _: (status, body)) as (model, _), pytest.raises(kind, match=told):
        model.ask(["a"])
