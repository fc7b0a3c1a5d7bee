"""A small auction that never was: lots, their photographs, and what is to be read on them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from random import Random
from uuid import UUID

from troostwatch.infrastructure.synthetic import layouts, lettering, photographs, stickers
from troostwatch.infrastructure.synthetic.captions import Language
from troostwatch.infrastructure.synthetic.layouts import LAYOUTS, Layout, Specimen
from troostwatch.infrastructure.synthetic.lettering import Face
from troostwatch.infrastructure.synthetic.photographs import Photograph
from troostwatch.infrastructure.synthetic.truth import Truth

AUCTION_ID = "A1-90001"
_PLACES = (
    ("Deurne", "nl"),
    ("Antwerpen", "be"),
    ("Köln", "de"),
    ("Lyon", "fr"),
    ("Sevilla", "es"),
    ("Torino", "it"),
)
_CLOSING_STEP_S = 60


@dataclass(frozen=True, slots=True)
class SitePhotograph:
    """A photograph on the site: what its address answers. `body` None is an address that answers 404."""

    uuid: str
    body: bytes | None
    truth: Truth

    @property
    def path(self) -> str:
        return f"/image-media/{self.uuid}/file"


@dataclass(frozen=True, slots=True)
class SiteLot:
    number: int
    title: str
    maker: str
    product: str
    language: Language
    city: str
    country_code: str
    photographs: tuple[SitePhotograph, ...]
    bids: int
    bid_cents: int
    closes_after_s: int  # counted from the closing of the first lot

    @property
    def display_id(self) -> str:
        return f"{AUCTION_ID}-{self.number}"

    @property
    def slug(self) -> str:
        words = "".join(c if c.isascii() and c.isalnum() else " " for c in self.title.lower()).split()
        return "-".join((*words, self.display_id))


@dataclass(frozen=True, slots=True)
class SiteAuction:
    name: str
    lots: tuple[SiteLot, ...]

    @property
    def display_id(self) -> str:
        return AUCTION_ID

    @property
    def slug(self) -> str:
        return f"electronics-and-tools-{AUCTION_ID}"

    @property
    def photographs(self) -> dict[str, SitePhotograph]:
        """Return each photograph once, by its path on the site."""
        return {photo.path: photo for lot in self.lots for photo in lot.photographs}


def draw_auction(
    seed: int = 1, *, lots: int = 12, hardship: float = 0.3, faces: tuple[Face, ...] = lettering.EMBEDDED
) -> SiteAuction:
    """Draw an auction; the same arguments give the same bytes.

    Makers and languages take turns. Each lot has a picture of its sticker, most a picture of the lid, some a
    second look at the sticker. From six lots on the auction has its troubles: two lots share an address, two
    others the bytes of one file, one file is cut off, one address answers 404.
    """
    rng = Random(seed)  # noqa: S311 (it has to repeat itself)
    first = rng.randrange(len(LAYOUTS))
    drawn = [
        _draw_lot(LAYOUTS[(first + i) % len(LAYOUTS)], i + 1, rng, hardship=hardship, faces=faces) for i in range(lots)
    ]
    if lots >= 6:
        _add_troubles(drawn, rng)
    return SiteAuction("Electronics and tools from a bankrupt estate", tuple(drawn))


def _draw_lot(layout: Layout, number: int, rng: Random, *, hardship: float, faces: tuple[Face, ...]) -> SiteLot:
    language = tuple(Language)[(number - 1) % len(Language)]
    unit = layouts.fill(layout, rng, language=language, faces=faces)
    flat = stickers.print_sticker(unit.sticker)
    pictures: list[Photograph] = []
    if number % 4 != 0:
        lid = replace(photographs.conditions(rng, hardship=hardship), glare=0.0)
        pictures.append(photographs.without_label(seed=rng.getrandbits(32), taken=lid))
    for _ in range(2 if number % 4 == 0 else 1):
        taken = photographs.conditions(rng, hardship=hardship)
        pictures.append(photographs.photograph(flat, taken, seed=rng.getrandbits(32)))
    city, country = _PLACES[number % len(_PLACES)]
    return SiteLot(
        number=number,
        title=_title(unit),
        maker=unit.maker,
        product=unit.product,
        language=unit.language,
        city=city,
        country_code=country,
        photographs=tuple(_posted(pictures, rng)),
        bids=rng.randrange(20),
        bid_cents=rng.randrange(1000, 90000, 500),
        closes_after_s=number * _CLOSING_STEP_S,
    )


def _title(unit: Specimen) -> str:
    own = unit.product.startswith(unit.maker)
    return unit.product if own else f"{unit.maker} {unit.product}"


def _posted(pictures: Iterable[Photograph], rng: Random) -> list[SitePhotograph]:
    return [SitePhotograph(_uuid(rng), picture.body, picture.truth) for picture in pictures]


def _uuid(rng: Random) -> str:
    return str(UUID(int=rng.getrandbits(128), version=4))


def _add_troubles(drawn: list[SiteLot], rng: Random) -> None:
    """Give the first six lots what real auctions suffer from."""
    one, two, three, four, five, six = drawn[:6]
    drawn[1] = _with(two, one.photographs[-1])
    copy = replace(three.photographs[-1], uuid=_uuid(rng))
    drawn[3] = _with(four, copy)
    whole = five.photographs[-1]
    assert whole.body is not None
    cut = photographs.cut_off(Photograph(whole.body, whole.truth))
    drawn[4] = _with(five, SitePhotograph(_uuid(rng), cut.body, cut.truth))
    drawn[5] = _with(six, SitePhotograph(_uuid(rng), None, Truth()))


def _with(lot: SiteLot, photo: SitePhotograph) -> SiteLot:
    return replace(lot, photographs=(*lot.photographs, photo))
