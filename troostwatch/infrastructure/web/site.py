"""Sources of pages: addresses on the site, asked politely, and pages saved on disk."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from troostwatch.domain.errors import SiteRefusedError, SourceError, UsageError
from troostwatch.domain.lots import (
    AUCTION_DISPLAY_ID,
    LOT_DISPLAY_ID,
    FailedItem,
    ListingPage,
    LotDetailData,
    PageAddress,
)
from troostwatch.domain.remedies import Remedy
from troostwatch.domain.sites import PAGE_PATH
from troostwatch.infrastructure.http.answers import HttpError
from troostwatch.infrastructure.http.client import ClientOptions, HttpClient, whole_body
from troostwatch.infrastructure.http.guard import Resolve, resolve
from troostwatch.infrastructure.http.politeness import Sleep
from troostwatch.infrastructure.http.robots import Robots
from troostwatch.infrastructure.web.parsers import next_data
from troostwatch.infrastructure.web.parsers.auction_listing import parse_listing_props
from troostwatch.infrastructure.web.parsers.lot_detail import parse_lot_props
from troostwatch.infrastructure.web.saved_pages import HAR_SUFFIXES, PAGE_SUFFIXES, SavedItem, read_saved

# An auction has hundreds of lots, not hundreds of pages; a site that goes on forever is not followed.
MOST_LISTING_PAGES = 1000

_LOT_AT_THE_END = re.compile(rf"(?:.*-)?({LOT_DISPLAY_ID.pattern})", re.DOTALL)
_AUCTION_AT_THE_END = re.compile(rf"(?:.*-)?({AUCTION_DISPLAY_ID.pattern})", re.DOTALL)


class PageSource:
    """Use in a `with` block: it keeps the connections, and what robots.txt said, for one run."""

    def __init__(
        self,
        options: ClientOptions,
        *,
        sites: Mapping[str, str],
        most_bytes: int,
        clock: Callable[[], datetime],
        respect_robots: bool = True,
        resolve: Resolve = resolve,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self._sites = sites
        self._most_bytes = most_bytes
        self._clock = clock
        self._runner = asyncio.Runner()
        self._client = HttpClient(options, resolve=resolve, sleep=sleep)
        self._robots = Robots(self._client, options.user_agent) if respect_robots else None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._runner as runner:
            runner.run(self._client.__aexit__(None, None, None))

    def locate(self, source: str) -> PageAddress | None:
        """Return the address that a source means, or None for pages on disk. Raises UsageError."""
        if source.startswith(("http://", "https://")):
            return self._of_url(source)
        code = source.strip().upper()
        if (LOT_DISPLAY_ID.fullmatch(code) or AUCTION_DISPLAY_ID.fullmatch(code)) and not Path(source).exists():
            return PageAddress(code, self._site_of(code))
        if (source and Path(source).is_dir()) or source.lower().endswith(PAGE_SUFFIXES + HAR_SUFFIXES):
            if Path(source).exists():
                return None
            raise UsageError(f"there is no file {source}", hint="check the path")
        raise UsageError(
            f"{source!r} is no source of pages",
            hint="give an auction or lot URL, a code such as A1-39499 or A1-39499-11, a saved page (.html, "
            ".html.gz), a folder of them, or a .har export",
        )

    def saved(self, source: str) -> Iterator[SavedItem]:
        """Yield the pages saved in a file or folder, one at a time."""
        return read_saved(Path(source), most_bytes=self._most_bytes)

    def listing(self, address: PageAddress) -> Iterator[ListingPage | FailedItem]:
        """Yield the pages of an auction's listing as they are asked for.

        One that brings nothing new ends it, unless more lots are promised: then two in a row do. A page that
        fails is passed over where the first one told that there are more; when the first fails,
        SourceError ends it.
        """
        seen: set[str] = set()
        size = total = barren = 0
        for number in range(1, MOST_LISTING_PAGES + 1):
            url = f"{address.url}?page={number}"
            try:
                page = self._listing_page(url, address)
            except SiteRefusedError:
                raise
            except SourceError as error:
                if number == 1:
                    raise
                yield FailedItem(url, str(error), error.hint)
                if number * size >= total:
                    return
                continue
            ids = {lot.display_id for lot in page.lots}
            size, total = page.page_size or len(ids) or size, page.total or total
            barren = barren + 1 if ids <= seen else 0
            if not barren:
                seen |= ids
                yield page
                continue
            if number == 1 or page.not_understood or page.unnamed:
                yield replace(page, lots=())
            if barren > 1 or number * size >= total:
                return

    def lot(self, address: PageAddress) -> LotDetailData:
        """Return what the page of a lot says. Raises SourceError."""
        url = address.url
        detail = parse_lot_props(self._props(url), site=address.site, observed_at=self._clock())
        if detail.display_id != address.display_id:
            raise SourceError(f"{url} shows lot {detail.display_id} instead")
        return detail

    def _listing_page(self, url: str, address: PageAddress) -> ListingPage:
        page = parse_listing_props(self._props(url), site=address.site, observed_at=self._clock())
        if page.auction.display_id != address.display_id:
            raise SourceError(f"{url} shows auction {page.auction.display_id} instead")
        return page

    def _props(self, url: str) -> next_data.Props:
        try:
            return next_data.page_props(self._runner.run(self._get(url)))
        except HttpError as error:
            if error.status in (401, 403):
                raise SiteRefusedError(
                    f"{url}: the site refuses programs ({error.status})", hint=Remedy.SYNC_SAVED_PAGES
                ) from error
            raise SourceError(str(error), hint=error.hint) from error

    async def _get(self, url: str) -> bytes:
        permit = self._robots.permit if self._robots else None
        return await self._client.get(url, whole_body(self._most_bytes), permit=permit, accept="text/html")

    def _of_url(self, source: str) -> PageAddress:
        url = next_data.web_url(source)
        match = PAGE_PATH.fullmatch(urlsplit(url).path) if url else None
        slug = next_data.slug(match["slug"]) if match else None
        if url and match and slug:
            at_the_end = _LOT_AT_THE_END if match["kind"] == "l" else _AUCTION_AT_THE_END
            if named := at_the_end.fullmatch(slug):
                site = next_data.origin(url)
                assert site, "a web address has an origin"
                return PageAddress(named[1], site, slug, match["locale"])
        raise UsageError(
            f"{source} is neither a lot page (…/l/…-A1-39499-11) nor an auction page (…/a/…-A1-39499)",
            hint="copy the address of a lot or auction from the browser",
        )

    def _site_of(self, code: str) -> str:
        prefix = code.partition("-")[0]
        site = self._sites.get(prefix)
        if site is None:
            known = ", ".join(sorted(self._sites)) or "none"
            raise UsageError(
                f"no site is known for codes that begin with {prefix}- (known: {known})",
                hint=f'give the page\'s URL, or set sync.sites to e.g. {{"{prefix}": "https://…"}}',
            )
        return site.rstrip("/")
