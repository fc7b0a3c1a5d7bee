"""Loopback sites for tests: the captured one, which misbehaves on request, and one made up by the test."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

CAPTURED = Path(__file__).parents[3] / "shared" / "lots"

needs_captured_lots = pytest.mark.skipif(
    not (CAPTURED / "serve.py").is_file(), reason="the captured lots do not lie beside this checkout"
)


@contextmanager
def captured_site(*options: str) -> Iterator[str]:
    """Serve the captured lots on a free port; yield the base URL."""
    command = [sys.executable, str(CAPTURED / "serve.py"), "--port", "0", *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process.stdout.readline().strip()
        finally:
            process.terminate()


def stats(base: str) -> dict[str, Any]:
    with urllib.request.urlopen(f"{base}/__stats") as answer:
        return json.load(answer)


@dataclass
class Answer:
    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    promise: int | None = None  # Content-Length, where it is to differ from the truth


@dataclass
class LoopbackSite:
    base: str
    requests: Counter[str] = field(default_factory=Counter)
    headers: list[dict[str, str]] = field(default_factory=list)


@contextmanager
def loopback_site(answer: Callable[[str], Answer]) -> Iterator[LoopbackSite]:
    """Serve what `answer` makes of each path."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *args: object) -> None:
            pass

        def do_GET(self) -> None:
            site.requests[self.path] += 1
            site.headers.append(dict(self.headers))
            given = answer(self.path)
            self.close_connection = given.promise is not None
            length = len(given.body) if given.promise is None else given.promise
            self.send_response(given.status)
            for name, value in given.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(length))
            self.end_headers()
            self.wfile.write(given.body)

    class Server(ThreadingHTTPServer):
        def handle_error(self, request: object, client_address: object) -> None:
            if not isinstance(sys.exc_info()[1], ConnectionError):  # clients may be killed
                super().handle_error(request, client_address)

    server = Server(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    site = LoopbackSite(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def page_of(props: dict[str, object]) -> bytes:
    """Return a page of the site that carries these page properties."""
    data = json.dumps({"props": {"pageProps": props}})
    return f'<html><script id="__NEXT_DATA__" type="application/json">{data}</script></html>'.encode()
