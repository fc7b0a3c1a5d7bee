"""Who comes from elsewhere shows the token once, and is known by a cookie."""

from __future__ import annotations

import pytest
from fakes.desks import Visitor
from fakes.world import World
from fastapi.routing import APIRoute

from troostwatch.interfaces.web.app import create_app
from troostwatch.interfaces.web.login import COOKIE

from .conftest import Invited

TOKEN = "a token of the test"
OPEN = {"/login", "/health", "/ready"}
HASH = "0" * 64


@pytest.fixture
def guarded(invited: Invited) -> Visitor:
    return invited(token=TOKEN, reviewer="of the settings")


def log_in(visitor: Visitor, name: str = "", token: str = TOKEN) -> int:
    return visitor.http.post("/login", data={"token": token, "name": name}, follow_redirects=False).status_code


def routes(visitor: Visitor) -> list[tuple[str, str]]:
    """Return (method, path) of all routes but those that are open to everybody."""
    filled = {"{display_id}": "A1-1-1", "{sha256}": HASH, "{size}": "thumb", "{x0}": "1", "{y0}": "1", "{x1}": "9",
              "{y1}": "9", "{turns}": "0"}  # fmt: skip
    found = [("GET", "/api/openapi.json"), ("GET", "/nothing")]
    for route in all_routes(create_app(visitor.desk).routes):
        path = route.path
        for name, value in filled.items():
            path = path.replace(name, value)
        found += [(method, path) for method in route.methods if path not in OPEN]
    return found


def all_routes(routes: list) -> list[APIRoute]:
    found = []
    for route in routes:
        if isinstance(route, APIRoute):
            found.append(route)
        elif inner := getattr(route, "original_router", None) or getattr(route, "router", None):
            found += all_routes(inner.routes)
    return found


def test_without_the_token_no_route_answers(guarded: Visitor, world: World) -> None:
    asked = routes(guarded)
    assert len(asked) >= 20

    for method, path in asked:
        answer = guarded.http.request(method, path, follow_redirects=False)
        to_login = answer.status_code == 303 and answer.headers["location"] == "/login"
        assert to_login or answer.status_code == 401, (method, path, answer.status_code)
        assert "GH123456" not in answer.text


def test_the_token_opens_the_desk_and_the_name_stands_on_decisions(guarded: Visitor, world: World) -> None:
    assert log_in(guarded, " Grace Hopper ") == 303
    guarded.decide("GH123456")

    assert "Grace Hopper" in guarded.page("/lots/A1-1-2")
    assert [row[0] for row in world.connection.execute("SELECT decided_by FROM decisions")] == ["Grace Hopper"]


def test_who_gives_no_name_decides_under_that_of_the_settings(guarded: Visitor, world: World) -> None:
    log_in(guarded)
    guarded.decide("GH123456")

    assert [row[0] for row in world.connection.execute("SELECT decided_by FROM decisions")] == ["of the settings"]


def test_the_cookie_goes_to_this_desk_alone(guarded: Visitor) -> None:
    answer = guarded.http.post("/login", data={"token": TOKEN}, follow_redirects=False)

    flags = answer.headers["set-cookie"].lower()
    assert "httponly" in flags
    assert "samesite=strict" in flags
    assert TOKEN not in flags


@pytest.mark.parametrize("wrong", ["", "x", TOKEN + " ", "é", "\x00"])
def test_a_wrong_token_opens_nothing(guarded: Visitor, wrong: str) -> None:
    assert log_in(guarded, token=wrong) == 401
    assert COOKIE not in guarded.http.cookies
    guarded.page("/api/queue", 401)


@pytest.mark.parametrize("cookie", ["", ".", "41.", "41." + "0" * 64, "zz." + "0" * 64, "." * 300])
def test_a_cookie_of_ones_own_making_opens_nothing(guarded: Visitor, cookie: str) -> None:
    assert guarded.http.get("/api/queue", headers={"cookie": f"{COOKIE}={cookie}"}).status_code == 401


def test_a_cookie_of_another_run_of_the_desk_opens_nothing(guarded: Visitor, invited: Invited) -> None:
    log_in(guarded, "Ada")
    later = invited(token=TOKEN)

    answer = later.http.get("/api/queue", headers={"cookie": f"{COOKIE}={guarded.http.cookies[COOKIE]}"})

    assert answer.status_code == 401


def test_a_program_shows_the_token_with_every_request(guarded: Visitor) -> None:
    for given, status in ((f"Bearer {TOKEN}", 200), ("Bearer x", 401), ("Bearer ", 401), ("", 401)):
        assert guarded.http.get("/api/queue", headers={"authorization": given}).status_code == status, given


def test_who_logs_out_has_to_show_the_token_again(guarded: Visitor) -> None:
    log_in(guarded)
    guarded.page("/api/queue")

    guarded.http.post("/logout")

    guarded.page("/api/queue", 401)


@pytest.mark.parametrize("name", ["a" * 5000, "<b>x</b>", "\u202ereversed", "\x00", "%ff%fe"])
def test_any_name_can_be_logged_in_with(guarded: Visitor, name: str) -> None:
    assert log_in(guarded, name) == 303
    page = guarded.page("/")
    assert "<b>x</b>" not in page
    assert "\u202e" not in page
