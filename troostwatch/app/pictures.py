"""Pictures for a person's eye, as the bytes of a file; each of a photograph that is still the one that was read."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from troostwatch.app.process import Process
from troostwatch.domain.calibration import Bin
from troostwatch.domain.codes import Code
from troostwatch.domain.errors import ImageError
from troostwatch.domain.geometry import Box
from troostwatch.domain.images import Stored

if TYPE_CHECKING:
    from troostwatch.services.ports import Snapshots


@dataclass(frozen=True, slots=True)
class Pictures:
    """Part of a workspace. What cannot be read any more raises ImageError."""

    process: Process
    snapshot: Snapshots

    def place(self, relative: str | None) -> Path | None:
        """Return where a photograph lies on this machine."""
        return self.process.photographs.place_of(relative) if relative else None

    def with_codes(self, photograph: Stored, codes: Sequence[Code], suffix: str) -> bytes:
        """Return a photograph with its codes drawn on it, in the format of a suffix such as '.png'."""
        from troostwatch.infrastructure.pixels import drawing

        source = self.process.photographs.open(photograph)
        return drawing.draw_codes(source, codes, suffix, max_pixels=self._most_pixels)

    def crop(self, photograph: Stored, box: Box, *, turns: int = 0) -> bytes:
        """Return the surroundings of a box as PNG, enlarged where it is small, turned left by quarters."""
        from troostwatch.infrastructure.pixels import crops

        return crops.crop(self.process.photographs.open(photograph), box, max_pixels=self._most_pixels, turns=turns)

    def sized(self, photograph: Stored, side: int) -> bytes:
        """Return a photograph upright as JPEG, neither side longer than `side`."""
        from troostwatch.infrastructure.pixels.thumbnails import thumbnail

        return thumbnail(self.process.photographs.open(photograph), side=side, max_pixels=self._most_pixels)

    def thumbnails(self, lot: str, *, count: int, side: int) -> list[tuple[int, bytes]]:
        """Return (position, JPEG) of the first photographs of a lot that are here and can be read."""
        from troostwatch.infrastructure.pixels.thumbnails import thumbnail

        with self.snapshot() as uow:
            photographs = [i.downloaded for i in uow.images.of_lot(lot) if i.downloaded and i.vanished_at is None]
        found: list[tuple[int, bytes]] = []
        for photograph in photographs:
            if len(found) == count:
                break
            with contextlib.suppress(ImageError):  # a sheet without it is still one
                source = self.process.photographs.open(photograph)
                data = thumbnail(source, side=side, max_pixels=self._most_pixels)
                found.append((photograph.image.position, data))
        return found

    def reliability(self, bins: Sequence[Bin]) -> bytes:
        """Return the picture of how probabilities kept their word."""
        from troostwatch.infrastructure.pixels import reliability

        return reliability.draw_reliability(bins, title="Codes that people decided about")

    @property
    def _most_pixels(self) -> int:
        return self.process.settings.download.max_pixels


def small(data: bytes, *, side: int, max_pixels: int) -> bytes:
    """Return a JPEG of a picture that no store keeps, neither side longer than `side`. Raises ImageError."""
    from troostwatch.infrastructure.pixels.thumbnails import thumbnail

    return thumbnail(data, side=side, max_pixels=max_pixels)
