"""A loopback server that speaks the chat completions of the OpenAI API, and misbehaves when it is told to."""

from __future__ import annotations

import base64
import io
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from PIL import Image


@dataclass
class Reply:
    """What one question is answered with. `hang` leaves the client waiting until the server ends."""

    body: bytes
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    hang: bool = False


@dataclass
class Asked:
    """One question as it arrived."""

    model: str
    key: str
    text: str
    picture: Image.Image
    request: dict[str, Any]


def completion(content: str | None, *, refusal: str | None = None, finish: str = "stop", tokens=(1000, 50)) -> Reply:
    body = {
        "id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": "gpt-4.1-mini",
        "choices": [{
            "index": 0, "finish_reason": finish, "logprobs": None,
            "message": {"role": "assistant", "content": content, "refusal": refusal},
        }],
        "usage": {"prompt_tokens": tokens[0], "completion_tokens": tokens[1], "total_tokens": sum(tokens)},
    }  # fmt: skip
    return Reply(json.dumps(body).encode())


def codes(*named: tuple[str, str], enough: bool = True, box: Any = (100, 200, 600, 300)) -> Reply:
    """Answer with codes of (type, value)."""
    found = [{"type": kind, "value": value, "caption": "S/N", "box": list(box)} for kind, value in named]
    return completion(json.dumps({"codes": found, "enough": enough}))


def error(status: int, code: str = "some_code", **headers: str) -> Reply:
    body = {"error": {"message": f"told to say {status}", "type": "error", "code": code, "param": None}}
    return Reply(json.dumps(body).encode(), status, {name.replace("_", "-"): value for name, value in headers.items()})


@dataclass
class FakeOpenai:
    """Answers as `answer` tells for the number of the question and the question."""

    answer: Callable[[int, Asked], Reply]
    url: str = ""
    asked: list[Asked] = field(default_factory=list)
    most_at_once: int = 0
    _under_way: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _over: threading.Event = field(default_factory=threading.Event)

    def reply_to(self, handler: BaseHTTPRequestHandler) -> Reply:
        request = json.loads(handler.rfile.read(int(handler.headers["Content-Length"])))
        text, picture = request["messages"][1]["content"]
        data = base64.b64decode(picture["image_url"]["url"].removeprefix("data:image/jpeg;base64,"))
        asked = Asked(
            request["model"], handler.headers["Authorization"].removeprefix("Bearer "), text["text"],
            Image.open(io.BytesIO(data)), request,
        )  # fmt: skip
        with self._lock:
            self.asked.append(asked)
            number = len(self.asked)
            self._under_way += 1
            self.most_at_once = max(self.most_at_once, self._under_way)
        try:
            reply = self.answer(number, asked)
            if reply.hang:
                self._over.wait()
            return reply
        finally:
            with self._lock:
                self._under_way -= 1


@contextmanager
def served(answer: Callable[[int, Asked], Reply]) -> Iterator[FakeOpenai]:
    fake = FakeOpenai(answer)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *args: object) -> None:
            pass

        def do_POST(self) -> None:
            reply = fake.reply_to(self)
            if reply.hang:
                self.close_connection = True
                return
            self.send_response(reply.status)
            for name, value in {"Content-Type": "application/json", **reply.headers}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(reply.body)))
            self.end_headers()
            self.wfile.write(reply.body)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    fake.url = f"http://127.0.0.1:{server.server_port}/v1"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield fake
    finally:
        fake._over.set()
        server.shutdown()
        thread.join()
        server.server_close()
