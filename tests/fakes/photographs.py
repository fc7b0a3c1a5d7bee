"""A source of photographs that brings what it was told to, without a disk."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from troostwatch.domain.errors import ImageError
from troostwatch.domain.images import Content, Fetched, FetchFailed, LotImage, Stored
from troostwatch.services.ports import Stop


@dataclass
class FakePhotographs:
    failures: dict[str, FetchFailed] = field(default_factory=dict)  # by URL; the id is filled in
    lost: set[str] = field(default_factory=set)  # paths whose file is not there any more
    asked: list[str] = field(default_factory=list)

    def fetch_all(self, images: Sequence[LotImage], stop: Stop) -> Iterator[Fetched | FetchFailed]:
        for image in images:
            if stop.requested:
                return
            self.asked.append(image.url)
            failure = self.failures.get(image.url)
            if failure:
                yield FetchFailed(image.id, failure.message, failure.gone, failure.permanent, failure.retry_after)
            else:
                yield self._at(image, self._content(image.url))

    def share(self, known: Stored, waiting: LotImage, content: Content) -> Fetched:
        if known.path in self.lost:
            raise ImageError("not there")
        return self._at(waiting, content)

    def _at(self, image: LotImage, content: Content) -> Fetched:
        return Fetched(image.id, f"{image.lot}/{image.position}-{content.sha256[:16]}.jpg", content)

    def _content(self, url: str) -> Content:
        return Content(hashlib.sha256(url.encode()).hexdigest(), 1000, 40, 30, "JPEG")
