"""What every request passes first: names, origins, sizes, patience; and what a browser may do with every answer."""

from __future__ import annotations

import asyncio
import base64
import json
import tracemalloc
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

import pytest
from fakes.desks import Visitor
from fakes.world import World
from starlette.types import Message

from troostwatch.interfaces.web import guard
from troostwatch.interfaces.web.app import create_app
from troostwatch.services.desk import DeskService

from .conftest import Invited

TRICKS = (
    "..%2f..%2fetc%2fpasswd", "%2e%2e/%2e%2e/etc/passwd", "..%5c..%5cconfig.json", "%00", "a%00.jpg", "%2fetc%2fpasswd",
    "%ff%fe", "%F0%9F%92%A9", "%E2%80%AE", "%0d%0aset-cookie:a=b", "x" * 3000, "%3Cscript%3E/", "-1", "0x10", "1e5",
    "%ED%A0%80", "..;/", "C:%5c",
)  # fmt: skip
PLACES = (
    "/{}", "/lots/{}", "/static/{}", "/static/1/{}", "/pictures/{}/thumb.jpg", "/pictures/" + "0" * 64 + "/{}.jpg",
    "/crops/{}/1-1-9-9-0.png", "/crops/" + "0" * 64 + "/{}-1-9-9-0.png", "/review?after={}", "/lots?after={}",
    "/lots?q={}", "/lots?auction={}", "/lots.csv?q={}", "/lots.xlsx?auction={}", "/lots?order={}", "/search?q={}",
    "/search?code={}", "/search?like={}", "/api/{}", "/api/queue?after={}", "/api/together?lot={}",
    "/api/together?like={}", "/api/queue?least={}",
)  # fmt: skip


@pytest.mark.parametrize("place", PLACES)
def test_no_trick_in_an_address_is_the_desks_fault_or_leaves_its_folders(visitor: Visitor, place: str) -> None:
    for trick in TRICKS:
        answer = visitor.http.get(place.format(trick))

        assert answer.status_code < 500, (place, trick, answer.text)
        assert answer.headers["content-security-policy"] == guard.POLICY
        assert "set-cookie" not in answer.headers
        for secret in ("root:", "Traceback", "<script>/", "\u202e", "create_app"):
            assert secret not in answer.text, (place, trick)


STRANGE_PLACES: tuple[object, ...] = (
    [1, "\ud800", 0], [1, None, 0], [2**80, 1, 0], [1, 2**80, 0], [1, 1, -5], [1, 1.5, 0], [], {"a": 1}, "x",
    [[]] * 3, [True, "x", True], [1, 1, 2**80],
)  # fmt: skip


@pytest.mark.parametrize("page", ["/lots?order=bid&", "/lots?", "/review?", "/api/queue?"])
def test_a_place_in_a_list_that_the_desk_did_not_write_is_no_fault(visitor: Visitor, page: str) -> None:
    for place in STRANGE_PLACES:
        text = base64.urlsafe_b64encode(json.dumps(place).encode()).decode().rstrip("=")

        assert visitor.http.get(f"{page}after={text}").status_code in (200, 404, 422), place


@pytest.mark.parametrize(
    "host", ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "", "localhost@evil.example", "[::2]",
             "127.0.0.1:80:80", "localhost:80/x", "2130706433"],
)  # fmt: skip
def test_under_a_name_that_is_not_its_own_the_desk_answers_nothing(visitor: Visitor, host: str) -> None:
    for path in ("/", "/api/queue", "/health", "/login", "/static/1/desk.css"):
        answer = visitor.http.get(path, headers={"host": host})

        assert answer.status_code == 421, path
        assert len(answer.text) < 100


def test_under_its_own_names_the_desk_answers(invited: Invited) -> None:
    visitor = invited(hosts=["Desk.example"])

    for host in ("localhost", "LOCALHOST:8321", "127.0.0.1:1", "[::1]:8321", "desk.example"):
        assert visitor.http.get("/", headers={"host": host}).status_code == 200, host


CHANGING = ("/api/decisions", "/api/decisions/together", "/api/undo", "/api/codes", "/api/photographs", "/review",
            "/search", "/login", "/logout")  # fmt: skip


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"}, {"origin": "null"}, {"origin": "http://localhost:9999"}, {"origin": ""},
        {"origin": "http://localhost.evil.example"}, {"sec-fetch-site": "cross-site"}, {"sec-fetch-site": "same-site"},
    ],
)  # fmt: skip
def test_a_page_of_another_site_changes_nothing(visitor: Visitor, world: World, headers: dict[str, str]) -> None:
    item = visitor.item("GH123456")
    asked = {"code": item["id"], "verdict": "approved", "seen": item["seen"], "request": "of-another-site"}

    for path in CHANGING:
        assert visitor.http.post(path, json=asked, headers=headers).status_code == 403, path
    assert world.connection.execute("SELECT count(*) FROM decisions").fetchone()[0] == 0


def test_a_page_of_the_desk_may_decide(visitor: Visitor) -> None:
    item = visitor.item("GH123456")
    asked = {"code": item["id"], "verdict": "approved", "seen": item["seen"], "request": "of-the-desk"}
    headers = {"origin": "http://localhost", "sec-fetch-site": "same-origin"}

    assert visitor.http.post("/api/decisions", json=asked, headers=headers).status_code == 200


def test_every_answer_says_what_a_browser_may_do_with_it(visitor: Visitor) -> None:
    for path in ("/", "/lots", "/nothing", "/api/queue", "/health", "/lots/A9", "/static/1/desk.css", "/static/1/x"):
        headers = visitor.http.get(path).headers

        assert headers["content-security-policy"].startswith("default-src 'self'; ")
        assert "unsafe" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"
        assert headers["cache-control"], path


@pytest.mark.parametrize("path", ["/review", "/api/queue"])
def test_a_fault_of_the_desk_is_told_without_what_it_was(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, path: str
) -> None:
    monkeypatch.setattr(DeskService, "page", lambda *_, **__: {}["a secret of the house"])

    answer = visitor.http.get(path)

    assert answer.status_code == 500
    assert answer.headers["content-security-policy"] == guard.POLICY
    assert "secret" not in answer.text
    assert "Traceback" not in answer.text
    assert "a secret of the house" in caplog.text


HOSTILE = (
    "</script><script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "a\u202eb\u2066c",
    "{{ 7*7 }}",
    "<!--",
)


class Harmless(HTMLParser):
    """Fails on a page with anything that runs, but for the modules of the desk."""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        assert not [name for name in given if name.startswith("on") or name == "style"]
        assert tag not in ("iframe", "object", "embed", "base", "style")
        if tag == "script":
            assert given.get("type") == "application/json" or given["src"].startswith("/static/")
        for name in ("href", "src", "action"):
            assert (given.get(name) or "/").startswith(("/", "#", "https://"))

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"a comment: {data}")


@pytest.mark.parametrize("text", HOSTILE)
def test_texts_of_strangers_are_texts_on_every_page(visitor: Visitor, world: World, text: str) -> None:
    change = world.connection.execute
    change("UPDATE lots SET title = ?, description = ?, city = ?, category = ?", (text, text, text, text))
    change(
        "UPDATE lots SET attributes_json = ?",
        (json.dumps([{"name": text, "value": text, "unit": text}, {"name": "merk", "value": text}]),),
    )
    change("UPDATE lot_images SET review_reason = ? WHERE analysis_status = 'needs_review'", (text,))
    change("UPDATE readings SET text = 'S/N ' || ?", (text,))
    change("UPDATE extracted_codes SET evidence_json = ?, context = ?", (json.dumps([text]), text))
    change("UPDATE extracted_codes SET value = value || ?", (text,))
    number = visitor.json("/api/queue")["items"][0]["id"]
    world.review().correct(number, f"X{text}".replace("\u202e", "").replace("\u2066", ""))
    change("UPDATE decisions SET decided_by = ?", (text,))
    with world.uow() as uow:
        uow.search.refresh(100)
        uow.commit()

    for path in ("/", "/review", "/lots", "/lots/A1-1-1", "/lots/A1-1-2", "/search?code=CD1234", "/lots?q=b&auction=b"):
        page = visitor.page(path)
        Harmless().feed(page)
        assert "\u202e" not in page
        assert "\u2066" not in page
        assert "{{" in page or "7*7" not in page


FIELDS = (("/search", "q"), ("/search", "code"), ("/search", "like"), ("/lots", "q"), ("/lots", "auction"))


@pytest.mark.parametrize("text", [*HOSTILE, "x\x00y"])
def test_what_was_asked_comes_back_as_text(visitor: Visitor, text: str) -> None:
    for path, name in FIELDS:
        answer = visitor.http.get(path, params={name: text[:40]})

        assert answer.status_code < 500
        Harmless().feed(answer.text)
        assert "\u202e" not in answer.text


class Client:
    """Speaks to the desk below HTTP: sends a body in pieces, or never sends the next one."""

    def __init__(self, visitor: Visitor, path: str, pieces: Iterator[bytes], **headers: str) -> None:
        self.app = create_app(visitor.desk)
        self.pieces = pieces
        self.sent = 0
        self.answer: list[Message] = []
        self.scope: dict[str, Any] = {
            "type": "http", "http_version": "1.1", "method": "POST", "path": path, "raw_path": path.encode(),
            "query_string": b"", "root_path": "", "scheme": "http", "client": ("127.0.0.1", 1),
            "server": ("localhost", 80), "headers": [(b"host", b"localhost")],
        }  # fmt: skip
        self.scope["headers"] += [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]

    async def receive(self) -> Message:
        piece = next(self.pieces, None)
        if piece is None:
            await asyncio.Event().wait()  # for ever
        self.sent += len(piece)
        return {"type": "http.request", "body": piece, "more_body": True}

    async def send(self, message: Message) -> None:
        self.answer.append(message)

    async def ask(self) -> int:
        await self.app(self.scope, self.receive, self.send)
        return self.answer[0]["status"]


MEGABYTE = 1_000_000
FORM = "multipart/form-data; boundary=x"
HEAD = b'--x\r\ncontent-disposition: form-data; name="picture"; filename="../../etc/x.jpg"\r\n\r\n'


@pytest.mark.parametrize(
    ("path", "kind", "most"),
    [("/search", FORM, 30), ("/api/decisions", "application/json", 1),
     ("/review", "application/x-www-form-urlencoded", 1), ("/login", "text/plain", 1)],
)  # fmt: skip
def test_a_body_that_does_not_end_is_refused_without_being_kept(
    invited: Invited, path: str, kind: str, most: int
) -> None:
    def pieces() -> Iterator[bytes]:
        yield HEAD
        for _ in range(200):
            yield bytes(MEGABYTE)

    client = Client(invited(token="a token of the test"), path, pieces(), content_type=kind)
    client.scope["headers"].append((b"authorization", b"Bearer a token of the test"))
    tracemalloc.start()
    try:
        assert asyncio.run(client.ask()) == 413
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert client.sent <= most * MEGABYTE + len(HEAD)
    assert peak < 12 * MEGABYTE
    assert b"Traceback" not in client.answer[1]["body"]


@pytest.mark.parametrize("length", [str(200 * MEGABYTE), "9" * 40, "9" * 5000])
def test_a_body_that_is_announced_too_large_is_not_read_at_all(visitor: Visitor, length: str) -> None:
    for path in ("/search", "/api/codes", "/review", "/lots"):
        client = Client(visitor, path, iter([b"x"]), content_type=FORM, content_length=length)

        assert asyncio.run(client.ask()) == 413
        assert client.sent == 0


@pytest.mark.parametrize(
    ("path", "kind"), [("/search", FORM), ("/api/decisions", "application/json"), ("/review", "text/plain")]
)  # fmt: skip
def test_who_does_not_go_on_sending_is_sent_away_and_nobody_waits(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, path: str, kind: str
) -> None:
    monkeypatch.setattr(guard, "_PATIENCE_SECONDS", 0.2)

    async def together() -> tuple[int, int]:
        slow = asyncio.create_task(Client(visitor, path, iter([HEAD[:9]]), content_type=kind).ask())
        await asyncio.sleep(0)
        quick = Client(visitor, "/api/check", iter([b"{}"]), content_type="application/json")
        quick.scope["method"] = "GET"
        status = await quick.ask()
        assert not slow.done()
        return status, await slow

    assert asyncio.run(together()) == (405, 408)
    assert caplog.records == []
