"""Rows of what people ask for: codes for a file, lots for a list, numbers for an overview."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from troostwatch.domain.codes import Code
from troostwatch.domain.images import Stored
from troostwatch.domain.lots import Attribute


@dataclass(frozen=True, slots=True)
class CodeRow:
    """A code on one photograph of one lot, with all that a reader of a file needs to check it."""

    lot: str
    title: str | None
    position: int
    image_id: int
    code_id: int
    code: Code
    content: str  # SHA-256 of the photograph
    path: str
    url: str
    shared_with: tuple[str, ...]  # other lots that show the same photograph

    @property
    def photograph(self) -> Stored:
        return Stored(self.content, self.path)

    @property
    def about_another_unit(self) -> bool:
        """Tell whether the code names one unit and the photograph is no evidence that it is this one."""
        return self.code.type.unique_to_a_unit and bool(self.shared_with)


@dataclass(frozen=True, slots=True)
class LotSummary:
    """One lot in a list."""

    display_id: str
    title: str | None
    auction: str | None
    category: str | None
    bidding_status: str | None
    current_bid_cents: int | None
    currency: str | None
    closes_at: datetime | None
    photographs: int
    needs_review: int
    codes: int
    approved: int
    url: str | None
    city: str | None
    attributes: tuple[Attribute, ...]


@dataclass(frozen=True, slots=True)
class LotDescription:
    """What the page of a lot says in sentences."""

    description: str | None = None
    additional_information: str | None = None
    remarks: str | None = None
    condition: str | None = None
    quantity: int | None = None
    country_code: str | None = None


@dataclass(frozen=True, slots=True)
class QuestionTotals:
    """All that a paid reader was ever asked."""

    verdicts: dict[str, int]  # what came of how many questions
    input_tokens: int
    output_tokens: int
    cost_eur: float

    @property
    def calls(self) -> int:
        return sum(self.verdicts.values())


@dataclass(frozen=True, slots=True)
class Stats:
    """The state of a database in numbers; each dict counts by status or type."""

    auctions: int
    lots: int
    lots_never_read: int
    photographs: dict[str, int]  # by download status
    contents: int
    analyses: dict[str, int]  # by analysis status, of downloaded photographs
    codes: dict[str, dict[str, int]]  # type -> status -> number
    decisions: int
    backends: dict[str, int]  # who read how many contents
    seconds_per_photograph: float | None  # median time of reading one, in its worker
    bytes_on_disk: int
    questions: QuestionTotals
