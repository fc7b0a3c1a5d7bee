"""The label service on a free port of this machine, as uvicorn runs it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import uvicorn

from troostwatch.domain.readings import OcrEngine
from troostwatch.label_service.main import create_app
from troostwatch.label_service.settings import Settings


class RunningService(uvicorn.Server):
    """Tells when it listens and where."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.listening = threading.Event()

    async def startup(self, sockets: Any = None) -> None:
        await super().startup(sockets)
        self.listening.set()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.servers[0].sockets[0].getsockname()[1]}"


@contextmanager
def label_service(
    folder: Path, *, new_executor: Callable[[], Executor] = lambda: ThreadPoolExecutor(1), **settings: Any
) -> Iterator[RunningService]:
    """Serve, reading in threads with Tesseract unless told otherwise; models are looked for in `folder`."""
    chosen = {"model": folder / "label_classifier.pkl", "ocr_engine": OcrEngine.TESSERACT, "workers": 1} | settings
    app = create_app(Settings(**chosen), new_executor=new_executor)
    config = uvicorn.Config(
        app, host="127.0.0.1", port=0, log_level="critical", ws="none", timeout_graceful_shutdown=20
    )
    server = RunningService(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    assert server.listening.wait(20)
    try:
        yield server
    finally:
        server.should_exit = True
        thread.join()


def wait_until_ready(url: str) -> dict[str, Any]:
    """Return what /ready says once the engines are loaded, or cannot be."""
    while True:
        told = httpx.get(f"{url}/ready", timeout=30).json()
        if told["ready"] or told["reason"] != "the engines are being loaded":
            return told
