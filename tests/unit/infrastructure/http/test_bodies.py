"""A body is unpacked by us, within its limit, and a request ends whatever a server goes on sending."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import socket
import threading
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
import stamina
from fakes.clock import FakeSleep
from hypothesis import given, settings
from hypothesis import strategies as st

from troostwatch.infrastructure.http.answers import HttpError, TooLargeError
from troostwatch.infrastructure.http.client import ClientOptions, HttpClient, beginning, whole_body

Serve = Callable[[socket.socket, threading.Event], None]


@contextmanager
def server(serve: Serve) -> Iterator[str]:
    """Answer one connection after the other as told; `serve` gets a flag that says when the test is over."""
    over = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(5)

        def work() -> None:
            while not over.is_set():
                try:
                    connection, _ = listening.accept()
                except TimeoutError:
                    continue
                with connection:
                    try:
                        connection.recv(65_536)
                        serve(connection, over)
                    except OSError:
                        pass

        thread = threading.Thread(target=work)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}/"
        finally:
            over.set()
            with contextlib.suppress(OSError):  # wakes who still waits for a connection
                socket.create_connection(listening.getsockname()).close()
            thread.join()


def answering(body: bytes, **headers: str) -> Serve:
    lines = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
    head = f"HTTP/1.1 200 OK\r\ncontent-length: {len(body)}\r\nconnection: close\r\n{lines}\r\n"
    return lambda connection, _: connection.sendall(head.encode() + body)


def get(url: str, *, most: int = 1000, start: bool = False, **changes: object) -> bytes:
    options = ClientOptions(**{"user_agent": "test", "allow_private": True, "attempts": 1} | changes)

    async def ask() -> bytes:
        async with HttpClient(options, sleep=FakeSleep()) as client:
            return await client.get(url, beginning(most) if start else whole_body(most))

    with stamina.set_testing(True, attempts=1):
        return asyncio.run(ask())


@settings(max_examples=10, deadline=None)
@given(st.binary(max_size=3000), st.integers(0, 3))
def test_what_was_packed_arrives_as_it_was(body: bytes, members: int) -> None:
    parts = [body[i::members] for i in range(members)] or [body]
    packed = b"".join(map(gzip.compress, parts))
    with server(answering(packed, content_encoding="gzip")) as url:
        assert get(url, most=3000) == b"".join(parts)


@pytest.mark.parametrize("start", [False, True])
def test_a_bomb_is_unpacked_no_further_than_the_limit(start: bool) -> None:
    bomb = zlib.compressobj(wbits=31)
    packed = b"".join(bomb.compress(bytes(10_000_000)) for _ in range(20)) + bomb.flush()
    with server(answering(packed, content_encoding="gzip")) as url:
        if start:
            assert get(url, start=True) == bytes(1000)
        else:
            with pytest.raises(TooLargeError):
                get(url)


@pytest.mark.parametrize("coding", ["gzip, gzip", "deflate", "br", "zstd", "gzip, br", "nonsense"])
def test_a_packing_that_nobody_asked_for_is_refused(coding: str) -> None:
    twice = answering(gzip.compress(gzip.compress(b"x")), content_encoding=coding)
    with server(twice) as url, pytest.raises(HttpError, match="packed as"):
        get(url)


@pytest.mark.parametrize("damage", [lambda packed: packed[:-4], lambda packed: b"\0" + packed, lambda packed: b"x"])
def test_a_damaged_packing_is_a_temporary_failure(damage: Callable[[bytes], bytes]) -> None:
    with server(answering(damage(gzip.compress(b"whole")), content_encoding="gzip")) as url:
        with pytest.raises(HttpError) as caught:
            get(url)
        assert caught.value.temporary


def _trickle_of(piece: bytes, start: bytes = b"") -> Serve:
    def serve(connection: socket.socket, over: threading.Event) -> None:
        connection.sendall(start)
        while not over.wait(0.01):
            connection.sendall(piece)

    return serve


HEAD = b"HTTP/1.1 200 OK\r\n\r\n"


@pytest.mark.parametrize(
    "serve",
    [
        _trickle_of(b"x", HEAD),
        _trickle_of(b"x: y\r\n", b"HTTP/1.1 200 OK\r\n"),
        _trickle_of(b"HTTP/1.1 102 Processing\r\n\r\n"),
        _trickle_of(b"1\r\nx\r\n", b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"),
        _trickle_of(b"", HEAD),
    ],
    ids=["body", "header", "1xx for ever", "chunks of one byte", "silence"],
)
def test_a_request_ends_whatever_the_server_goes_on_sending(serve: Serve) -> None:
    with server(serve) as url, pytest.raises(HttpError) as caught:
        get(url, most=10**9, total_seconds=0.3)
    assert caught.value.temporary


def test_a_name_that_takes_for_ever_to_resolve_ends_the_request() -> None:
    async def resolve(_host: str, _port: int) -> list[str]:
        await asyncio.Event().wait()
        return []

    async def ask() -> None:
        options = ClientOptions("test", attempts=1, total_seconds=0.1)
        async with HttpClient(options, resolve=resolve, sleep=FakeSleep()) as client:
            await client.get("http://slow.example/", whole_body(10))

    with pytest.raises(HttpError, match=r"within 0\.1 s"):
        asyncio.run(ask())
