"""A site of pages made up in memory; counts what is asked of it."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, fields, replace
from typing import Self

from troostwatch.domain.errors import SourceError
from troostwatch.domain.lots import FailedItem, ListedLot, ListingPage, LotDetailData, PageAddress


class _Tracked(LotDetailData):
    """A page that can be watched while it is in memory."""

    __slots__ = ("__weakref__",)


@dataclass
class FakePages:
    listings: dict[str, list[ListingPage | FailedItem]] = field(default_factory=dict)
    lots: dict[str, LotDetailData | SourceError] = field(default_factory=dict)
    make: Callable[[str], LotDetailData] | None = None  # makes a page when it is asked for
    files: dict[str, list[LotDetailData | ListingPage | FailedItem]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    read: list[weakref.ref[LotDetailData]] = field(default_factory=list)
    most_alive: int = 0

    def __call__(self) -> Self:
        return self

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *args: object) -> None:
        pass

    def locate(self, source: str) -> PageAddress | None:
        return None if source in self.files else PageAddress(source, "https://site.example")

    def saved(self, source: str) -> Iterator[LotDetailData | ListingPage | FailedItem]:
        yield from self.files[source]

    def listing(self, address: PageAddress) -> Iterator[ListingPage | FailedItem]:
        for page in self.listings[address.display_id]:
            self.asked.append(f"listing {address.display_id}")
            yield page

    def lot(self, address: PageAddress) -> LotDetailData:
        self.asked.append(address.display_id)
        found = self.make(address.display_id) if self.make else self.lots[address.display_id]
        if isinstance(found, SourceError):
            raise found
        page = _Tracked(**{part.name: getattr(found, part.name) for part in fields(found)})
        self.read.append(weakref.ref(page))
        self.most_alive = max(self.most_alive, sum(1 for ref in self.read if ref()))
        return page

    @property
    def lots_asked(self) -> list[str]:
        return [name for name in self.asked if not name.startswith("listing")]


def relist(page: ListingPage, change: Callable[[ListedLot], ListedLot]) -> ListingPage:
    return replace(page, lots=tuple(change(lot) for lot in page.lots))
