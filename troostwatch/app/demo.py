"""The drawn auction of the demonstration, and the folder that it fills."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from troostwatch.infrastructure.persistence.lock import stage_lock

if TYPE_CHECKING:
    from troostwatch.services.demo import DrawnAuction


@contextmanager
def demo_folder(folder: Path) -> Iterator[None]:
    """Make or empty a folder for a demonstration, and keep another one out of it while the block runs."""
    from troostwatch.infrastructure.persistence import demo_folder

    demo_folder.claim(folder)
    with stage_lock(folder / demo_folder.DATABASE, "demo"):
        demo_folder.clear(folder)
        yield


@contextmanager
def drawn_auction(seed: int, *, lots: int, hardship: float) -> Iterator[DrawnAuction]:
    """Draw an auction and serve it on loopback while the block runs."""
    from troostwatch.domain.comparison import TrueCode
    from troostwatch.infrastructure.synthetic import auction, site
    from troostwatch.services.demo import DrawnAuction

    drawn = auction.draw_auction(seed, lots=lots, hardship=hardship)
    with site.serve(drawn) as served:
        yield DrawnAuction(
            name=drawn.name,
            url=served.auction_url,
            site=served.base_url,
            lots=len(drawn.lots),
            photographs=sum(len(lot.photographs) for lot in drawn.lots),
            codes=tuple(
                TrueCode(
                    lot.display_id, position, served.base_url + photograph.path,
                    code.type, code.value, code.accepted, code.required,
                )
                for lot in drawn.lots
                for position, photograph in enumerate(lot.photographs)
                for code in photograph.truth.codes
            ),
        )  # fmt: skip
