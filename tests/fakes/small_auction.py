"""A small auction whose photographs take no time to draw: each shows one EAN, so that none can be mistaken."""

from __future__ import annotations

import io
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from fakes.lot_site import Answer, LoopbackSite, loopback_site, page_of
from PIL import Image

from troostwatch.infrastructure.synthetic.symbols import Symbology, picture

SYNC_OPTIONS = {"delay_seconds": 0, "jitter_seconds": 0}


def ean(number: int) -> str:
    """Return the EAN-13 that photograph `number` shows."""
    body = f"29{number:010d}"
    return body + str(-sum(int(d) * (1, 3)[i % 2] for i, d in enumerate(body)) % 10)


def photograph(number: int) -> bytes:
    image = Image.new("RGB", (320, 160), "white")
    image.paste(picture(Symbology.EAN_13, ean(number), module=2, height=90), (60, 30))
    file = io.BytesIO()
    image.save(file, "JPEG", quality=90)
    return file.getvalue()


@dataclass(frozen=True)
class SmallAuction:
    """Lots A1-1-1 … with as many photographs each. The last photograph of every lot is the first of the next."""

    lots: int
    each: int

    def numbers(self, lot: int) -> list[int]:
        """Return which photographs a lot shows; lots count from 1."""
        first = (lot - 1) * (self.each - 1)
        return list(range(first, first + self.each))

    @property
    def contents(self) -> int:
        return self.lots * (self.each - 1) + 1

    @property
    def rows(self) -> int:
        return self.lots * self.each

    @property
    def codes(self) -> set[tuple[str, int, str]]:
        """Return (lot, position, value) of every code on every photograph as lots show it."""
        return {
            (f"A1-1-{lot}", position, ean(number))
            for lot in range(1, self.lots + 1)
            for position, number in enumerate(self.numbers(lot))
        }

    def page(self, lot: int, base: str) -> bytes:
        images = [{"url": f"{base}/photo/{n}", "order": i} for i, n in enumerate(self.numbers(lot))]
        return page_of({"lot": {"displayId": f"A1-1-{lot}", "title": f"lot {lot}", "images": images}})

    @contextmanager
    def served(self, *, answers_after_s: float = 0.0) -> Iterator[LoopbackSite]:
        """Serve pages and photographs; each photograph takes its time, as on a real line."""
        bodies: dict[str, bytes] = {}
        line = threading.Event()  # never set: waiting for it is the length of the line

        def answer(path: str) -> Answer:
            kind, _, name = path[1:].partition("/")
            if kind == "l":
                return Answer(self.page(int(name.rpartition("-")[2]), site.base), headers={"Content-Type": "text/html"})
            if kind != "photo":
                return Answer(status=404)
            line.wait(answers_after_s)
            if path not in bodies:
                bodies[path] = photograph(int(name))
            return Answer(bodies[path], headers={"Content-Type": "image/jpeg"})

        with loopback_site(answer) as site:
            yield site

    def addresses(self, base: str) -> list[str]:
        return [f"{base}/l/lot-{lot}-A1-1-{lot}" for lot in range(1, self.lots + 1)]
