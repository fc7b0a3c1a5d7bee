"""An auction site on loopback that serves a drawn auction, and counts what it is asked."""

from __future__ import annotations

import json
import re
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit
from uuid import NAMESPACE_URL, uuid5

from troostwatch.infrastructure.synthetic.auction import SiteAuction, SiteLot

_LOT = re.compile(r"(?:/[a-z]{2})?/l/.*?([A-Z]\d+-\d+-\d+)")
_AUCTION = re.compile(r"(?:/[a-z]{2})?/a/.*?([A-Z]\d+-\d+)")
_ROBOTS = b"User-agent: *\nAllow: /\n"
_HTML = "text/html; charset=utf-8"
_CLOSES_IN = timedelta(hours=20)

_Answer = tuple[int, str, bytes]


class AuctionSite:
    """The pages of one auction; `base_url` and `requests` are true while it is served."""

    def __init__(self, auction: SiteAuction, *, page_size: int = 48, now: datetime | None = None) -> None:
        """`now` is the moment that the pages speak of; the first lot closes twenty hours later."""
        self.auction = auction
        self.base_url = ""
        self._page_size = page_size
        self._now = now or datetime.now(UTC)
        self._lots = {lot.display_id: lot for lot in auction.lots}
        self._photographs = auction.photographs
        self._requests: Counter[str] = Counter()
        self._lock = threading.Lock()

    @property
    def auction_url(self) -> str:
        return f"{self.base_url}/a/{self.auction.slug}"

    def lot_url(self, lot: SiteLot) -> str:
        return f"{self.base_url}/l/{lot.slug}"

    @property
    def requests(self) -> Counter[str]:
        """Return how often each path was asked for, queries left aside."""
        with self._lock:
            return Counter(self._requests)

    def answer(self, target: str) -> _Answer:
        """Return status, content type and body for a request, and count it."""
        url = urlsplit(target)
        path = unquote(url.path)
        with self._lock:
            self._requests[path] += 1
        if path == "/robots.txt":
            return 200, "text/plain", _ROBOTS
        if (photograph := self._photographs.get(path)) and photograph.body is not None:
            return 200, "image/jpeg", photograph.body
        if (match := _LOT.fullmatch(path)) and (lot := self._lots.get(match[1])):
            return 200, _HTML, self._lot_page(lot)
        if (match := _AUCTION.fullmatch(path)) and match[1] == self.auction.display_id:
            return 200, _HTML, self._auction_page(_page_number(url.query))
        return 404, "text/plain", b"not found"

    def _lot_page(self, lot: SiteLot) -> bytes:
        props = {
            "lot": self._lot(lot),
            "auction": self._auction(),
            "categoryBreadcrumbs": [
                {"label": "Elektronica", "href": f"/c/elektronica/{_id('elektronica')}"},
                {"label": lot.title, "active": True},
            ],
            "serverTime": round(self._now.timestamp() * 1000),
        }
        return _page(lot.title, props, "/l/[lot]")

    def _auction_page(self, number: int) -> bytes:
        start = (number - 1) * self._page_size
        results = [self._result(lot) for lot in self.auction.lots[start : start + self._page_size]]
        props = {
            "auction": self._auction(),
            "lots": {"results": results, "pageSize": self._page_size, "totalSize": len(self.auction.lots)},
            "serverTime": round(self._now.timestamp() * 1000),
        }
        return _page(self.auction.name, props, "/a/[auction]")

    def _auction(self) -> dict[str, object]:
        ends = max(lot.closes_after_s for lot in self.auction.lots)
        return {
            "displayId": self.auction.display_id,
            "id": _id(self.auction.display_id),
            "urlSlug": self.auction.slug,
            "name": self.auction.name,
            "description": "",
            "startDate": round((self._now - timedelta(days=7)).timestamp()),
            "minEndDate": self._closing(0),
            "maxEndDate": self._closing(ends),
            "biddingStatus": "BIDDING_OPEN",
            "lotCount": len(self.auction.lots),
            "collectionDays": [],
        }

    def _lot(self, lot: SiteLot) -> dict[str, object]:
        images = [
            {"alt": None, "url": self.base_url + photograph.path, "order": position}
            for position, photograph in enumerate(lot.photographs)
        ]
        return self._common(lot) | {
            "auctionId": _id(self.auction.display_id),
            "description": {"description": lot.title, "additionalInformation": ""},
            "images": images,
            "remarks": "",
            "condition": "NOT_CHECKED",
            "packaging": "NOT_CHECKED",
            "appearance": "NOT_CHECKED",
            "attributes": [
                {"name": "Merk", "unit": None, "value": lot.maker},
                {"name": "Type", "unit": None, "value": lot.product},
            ],
            "quantity": 1,
        }

    def _result(self, lot: SiteLot) -> dict[str, object]:
        return self._common(lot) | {
            "image": {"url": self.base_url + lot.photographs[0].path} if lot.photographs else None,
            "biddingStatus": "BIDDING_OPEN",
            "bidsCount": lot.bids,
            "currentBidAmount": {"cents": lot.bid_cents, "currency": "EUR"},
            "startDate": round((self._now - timedelta(days=7)).timestamp()),
            "endDate": self._closing(lot.closes_after_s),
            "saleTerm": "OPEN_RESERVE_PRICE_NOT_ACHIEVED",
        }

    def _common(self, lot: SiteLot) -> dict[str, object]:
        return {
            "displayId": lot.display_id,
            "id": _id(lot.display_id),
            "platform": "TWK",
            "title": lot.title,
            "urlSlug": lot.slug,
            "location": {"countryCode": lot.country_code, "city": lot.city},
            "followersCount": 3 * lot.bids,
        }

    def _closing(self, after_s: int) -> int:
        return round((self._now + _CLOSES_IN).timestamp()) + after_s


@contextmanager
def serve(
    auction: SiteAuction, *, port: int = 0, page_size: int = 48, now: datetime | None = None
) -> Iterator[AuctionSite]:
    """Serve the auction on 127.0.0.1 while the block runs; port 0 takes any free one."""
    site = AuctionSite(auction, page_size=page_size, now=now)
    with ThreadingHTTPServer(("127.0.0.1", port), _handler(site)) as server:
        server.daemon_threads = True
        server.block_on_close = False  # a client may keep its connection open; nobody waits for it
        site.base_url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield site
        finally:
            server.shutdown()
            thread.join()


def _handler(site: AuctionSite) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            status, kind, body = site.answer(self.path)
            try:
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)
            except (BrokenPipeError, ConnectionResetError):
                self.close_connection = True

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (name set by http.server)
            """Say nothing: the terminal belongs to the command."""

    return Handler


def _page(title: str, props: dict[str, object], page: str) -> bytes:
    data = json.dumps({"props": {"pageProps": props}, "page": page, "query": {}, "locale": "nl"})
    data = data.replace("</", "<\\/")
    return (
        f'<!doctype html><html lang="nl"><head><meta charset="utf-8"><title>{escape(title)}</title></head>'
        f'<body><div id="__next"></div><script id="__NEXT_DATA__" type="application/json">{data}</script>'
        "</body></html>"
    ).encode()


def _page_number(query: str) -> int:
    text = parse_qs(query).get("page", ["1"])[0]
    return max(1, int(text)) if text.isdecimal() else 1


def _id(name: str) -> str:
    return str(uuid5(NAMESPACE_URL, name))
