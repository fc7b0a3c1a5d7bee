"""Retries, redirects, politeness and the guard of addresses."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

import httpcore
import pytest
import stamina
import stamina.instrumentation
from fakes.clock import FakeSleep
from fakes.lot_site import Answer, LoopbackSite, loopback_site

from troostwatch.domain.errors import SiteRefusedError, SourceError
from troostwatch.infrastructure.http import answers
from troostwatch.infrastructure.http.answers import AddressRefusedError, HttpError, TooLargeError
from troostwatch.infrastructure.http.client import ClientOptions, HttpClient, whole_body
from troostwatch.infrastructure.http.guard import is_public
from troostwatch.infrastructure.http.politeness import Politeness
from troostwatch.infrastructure.http.robots import Robots

AGENT = "Troostwatch/1.0 (test)"


@pytest.fixture(autouse=True)
def no_waiting() -> Iterator[None]:
    with stamina.set_testing(True, attempts=3):
        yield


def options(**changes: object) -> ClientOptions:
    return ClientOptions(**{"user_agent": AGENT, "allow_private": True, "attempts": 3} | changes)


def get(url: str, *, most: int = 1000, sleep: FakeSleep | None = None, **changes: object) -> bytes:
    async def ask() -> bytes:
        async with HttpClient(options(**changes), sleep=sleep or FakeSleep()) as client:
            return await client.get(url, whole_body(most))

    return asyncio.run(ask())


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504])
def test_a_temporary_status_is_asked_again(status: int) -> None:
    left = [Answer(status=status)]
    with loopback_site(lambda path: left.pop() if left else Answer(b"here")) as site:
        assert get(f"{site.base}/x") == b"here"
        assert site.requests["/x"] == 2


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 418])
def test_every_other_4xx_is_final(status: int) -> None:
    with loopback_site(lambda path: Answer(status=status)) as site:
        with pytest.raises(HttpError) as caught:
            get(f"{site.base}/x")
        assert caught.value.status == status
        assert not caught.value.temporary
        assert site.requests["/x"] == 1


def test_a_body_that_ends_early_is_asked_again() -> None:
    left = [Answer(b"half", promise=100)]
    with loopback_site(lambda path: left.pop() if left else Answer(b"whole")) as site:
        assert get(f"{site.base}/x") == b"whole"


def test_the_attempts_of_a_request_have_an_end() -> None:
    with loopback_site(lambda path: Answer(status=503)) as site:
        with pytest.raises(HttpError, match="503"):
            get(f"{site.base}/x")
        assert site.requests["/x"] == 3


def test_a_larger_answer_than_we_take_is_cut_off() -> None:
    with loopback_site(lambda path: Answer(b"x" * 5000)) as site:
        with pytest.raises(TooLargeError):
            get(f"{site.base}/x", most=1000)
        assert site.requests["/x"] == 1


def test_the_user_agent_tells_the_truth() -> None:
    with loopback_site(lambda path: Answer(b"")) as site:
        get(f"{site.base}/x")

        assert site.headers[0]["User-Agent"] == AGENT


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("7", 7.0),
        (" 0 ", 0.0),
        ("Sat, 29 Nov 2025 12:00:30 GMT", 30.0),
        ("Sat, 29 Nov 2025 11:00:00 GMT", 0.0),
        ("soon", None),
        ("-5", None),
        (None, None),
    ],
)
def test_retry_after_is_read_as_seconds_or_date(header: str | None, seconds: float | None) -> None:
    assert answers.retry_after(header, now=datetime(2025, 11, 29, 12, tzinfo=UTC)) == seconds


def test_retry_after_is_obeyed_within_the_run_unless_it_is_long() -> None:
    def asked(seconds: float | None) -> bool | float:
        return answers.wait_before_retry(HttpError("", temporary=True, retry_after=seconds))

    assert asked(7.0) == 7.0
    assert asked(None) is True
    assert asked(3600.0) is False


def test_a_host_that_says_too_many_gets_a_rest_from_every_request() -> None:
    sleep = FakeSleep()
    left = [Answer(status=429, headers={"Retry-After": "9"})]
    with loopback_site(lambda path: left.pop() if left else Answer(b"here")) as site:
        assert get(f"{site.base}/x", sleep=sleep) == b"here"

    assert 8.0 < sleep.slept[0] <= 9.0


def test_pages_of_one_host_are_asked_with_a_pause_between_them() -> None:
    sleep, moment = FakeSleep(), 100.0

    async def three() -> None:
        politeness = Politeness(connections=1, delay=2.0, jitter=0.5, sleep=sleep, clock=lambda: moment)
        for _ in range(3):
            async with politeness.turn("site.example"):
                pass

    asyncio.run(three())

    assert len(sleep.slept) == 2  # the first waits for nothing
    assert 2.0 <= sleep.slept[0] <= 2.5
    assert 4.0 <= sleep.slept[1] <= 5.0


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "::1",
        "fe80::1%eth0",
        "fd00::1",
        "::ffff:127.0.0.1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
        "nonsense",
    ],
)
def test_private_addresses_are_not_public_in_any_disguise(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700:4700::1111", "::ffff:8.8.8.8"])
def test_public_addresses_are_public(address: str) -> None:
    assert is_public(address)


def test_a_private_address_is_refused_before_anything_is_sent() -> None:
    with loopback_site(lambda path: Answer(b"secret")) as site:
        with pytest.raises(AddressRefusedError, match="no public address") as caught:
            get(f"{site.base}/x", allow_private=False)
        assert "ALLOW_PRIVATE" in str(caught.value.hint)
        assert not site.requests


class Resolver:
    """Answers each question about a name with the next address; the last one stays."""

    def __init__(self, *addresses: str) -> None:
        self.addresses = list(addresses)
        self.asked = 0

    async def __call__(self, host: str, port: int) -> Sequence[str]:
        self.asked += 1
        return [self.addresses[min(self.asked, len(self.addresses)) - 1]]


def ask_by_name(resolver: Resolver, url: str) -> bytes:
    async def ask() -> bytes:
        async with HttpClient(options(allow_private=False, attempts=1), resolve=resolver) as client:
            return await client.get(url, whole_body(1000))

    return asyncio.run(ask())


def test_a_name_that_leads_to_a_private_address_is_refused() -> None:
    with pytest.raises(AddressRefusedError):
        ask_by_name(Resolver("10.0.0.1"), "https://site.example/x")


def test_a_name_is_resolved_once_and_what_was_checked_is_connected_to(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # A resolver that tells the truth to the check and a lie to the connection: there is no second question.
    resolver, connected = Resolver("93.184.215.14", "127.0.0.1"), []

    async def connect(self: object, host: str, *args: object, **kwargs: object) -> object:
        connected.append(host)
        raise AssertionError("far enough")

    monkeypatch.setattr("httpcore.AnyIOBackend.connect_tcp", connect)

    with pytest.raises(AssertionError, match="far enough"):
        ask_by_name(resolver, "http://site.example/x")

    assert connected == ["93.184.215.14"]
    assert resolver.asked == 1


def test_the_certificate_is_asked_of_the_name_not_of_the_address(monkeypatch: pytest.MonkeyPatch) -> None:
    asked_for = []

    class Stream(httpcore.AsyncMockStream):
        async def start_tls(self, *args: object, server_hostname: str, **kwargs: object) -> object:
            asked_for.append(server_hostname)
            raise AssertionError("far enough")

    async def connect(*args: object, **kwargs: object) -> object:
        return Stream([])

    monkeypatch.setattr("httpcore.AnyIOBackend.connect_tcp", connect)

    with pytest.raises(AssertionError, match="far enough"):
        ask_by_name(Resolver("93.184.215.14"), "https://site.example/x")

    assert asked_for == ["site.example"]


def test_an_unknown_name_is_a_failure_that_may_pass() -> None:
    async def unknown(host: str, port: int) -> Sequence[str]:
        raise OSError("Name or service not known")

    with pytest.raises(HttpError, match=r"cannot resolve site\.example") as caught:
        ask_by_name(unknown, "https://site.example/x")
    assert caught.value.temporary


def test_the_next_address_of_a_name_is_tried_when_the_first_does_not_answer() -> None:
    async def both(host: str, port: int) -> Sequence[str]:
        return ["::1", "127.0.0.1"]

    async def ask(base: str) -> bytes:
        async with HttpClient(options(), resolve=both) as client:
            return await client.get(f"{base}/x", whole_body(1000))

    with loopback_site(lambda path: Answer(b"here")) as site:
        assert asyncio.run(ask(site.base)) == b"here"


def test_a_redirect_to_a_private_address_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    # The first hop is on loopback, too, so it passes for public here; the second is what is tested.
    monkeypatch.setattr("troostwatch.infrastructure.http.guard.is_public", lambda address: address == "127.0.0.1")
    elsewhere = Answer(status=302, headers={"Location": "http://169.254.169.254/latest/meta-data"})
    with loopback_site(lambda path: elsewhere) as site, pytest.raises(AddressRefusedError, match=r"169\.254"):
        get(f"{site.base}/x", allow_private=False)


@pytest.mark.parametrize("location", ["file:///etc/passwd", "ftp://example.com/x", "gopher://x"])
def test_a_redirect_to_anything_but_the_web_is_refused(location: str) -> None:
    with loopback_site(lambda path: Answer(status=302, headers={"Location": location})) as site:
        with pytest.raises(HttpError):
            get(f"{site.base}/x")
        assert site.requests["/x"] == 1


def test_redirects_are_followed_and_have_an_end() -> None:
    def answer(path: str) -> Answer:
        return Answer(b"there") if path == "/b" else Answer(status=301, headers={"Location": path_after[path]})

    path_after = {"/a": "/b", "/loop": "/loop"}
    with loopback_site(answer) as site:
        assert get(f"{site.base}/a") == b"there"
        with pytest.raises(HttpError, match="redirects more than"):
            get(f"{site.base}/loop")


def permitted(site: LoopbackSite, *paths: str) -> list[bool | str]:
    async def ask() -> list[bool | str]:
        found: list[bool | str] = []
        async with HttpClient(options(attempts=1), sleep=FakeSleep()) as client:
            robots = Robots(client, AGENT)
            for path in paths:
                try:
                    await client.get(f"{site.base}{path}", whole_body(1000), permit=robots.permit)
                    found.append(True)
                except SiteRefusedError:
                    found.append(False)
                except SourceError as error:
                    found.append(str(error))
        return found

    return asyncio.run(ask())


def test_robots_txt_is_obeyed_and_asked_for_once() -> None:
    rules = b"User-agent: *\nDisallow: /private/\n\nUser-agent: troostwatch\nDisallow: /l/\n"

    def answer(path: str) -> Answer:
        return Answer(rules) if path == "/robots.txt" else Answer(b"page")

    with loopback_site(answer) as site:
        assert permitted(site, "/l/x", "/a/x", "/private/x") == [False, True, True]
        assert site.requests["/robots.txt"] == 1
        assert site.requests["/l/x"] == 0


def test_robots_txt_is_asked_about_every_hop() -> None:
    def answer(path: str) -> Answer:
        if path == "/robots.txt":
            return Answer(b"User-agent: *\nDisallow: /l/\n")
        return Answer(status=302, headers={"Location": "/l/x"})

    with loopback_site(answer) as site:
        assert permitted(site, "/a/x") == [False]
        assert site.requests["/l/x"] == 0


@pytest.mark.parametrize("status", [401, 403, 404, 410])
def test_no_robots_txt_means_that_everything_is_allowed(status: int) -> None:
    def answer(path: str) -> Answer:
        return Answer(status=status) if path == "/robots.txt" else Answer(b"page")

    with loopback_site(answer) as site:
        assert permitted(site, "/l/x") == [True]


def test_nothing_is_asked_while_robots_txt_cannot_be_read() -> None:
    with loopback_site(lambda path: Answer(status=503)) as site:
        assert "nothing else is asked" in str(permitted(site, "/l/x")[0])
        assert site.requests["/l/x"] == 0


def test_the_pause_that_robots_txt_asks_for_is_kept() -> None:
    sleep = FakeSleep()

    def answer(path: str) -> Answer:
        return Answer(b"User-agent: *\nCrawl-delay: 4\n") if path == "/robots.txt" else Answer(b"page")

    async def ask(base: str) -> None:
        async with HttpClient(options(), sleep=sleep) as client:
            robots = Robots(client, AGENT)
            for _ in range(2):
                await client.get(f"{base}/l/x", whole_body(1000), permit=robots.permit)

    with loopback_site(answer) as site:
        asyncio.run(ask(site.base))

    assert max(sleep.slept) > 3.5
