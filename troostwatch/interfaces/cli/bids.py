"""What is bid for a lot, in words."""

from __future__ import annotations

from troostwatch.domain.reports import LotSummary


def bid(lot: LotSummary) -> str | None:
    if lot.current_bid_cents is None:
        return None
    return f"{lot.current_bid_cents / 100:.2f} {lot.currency or ''}".strip()
