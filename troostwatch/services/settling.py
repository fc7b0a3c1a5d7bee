"""What stands on a content once it was read, asked about or decided: written in one place, the same way each time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from troostwatch.domain.codes import Code, CodeStatus
from troostwatch.domain.decisions import settle
from troostwatch.domain.images import Thresholds, review_reason

if TYPE_CHECKING:
    from troostwatch.services.ports import Unit


@dataclass(frozen=True, slots=True)
class Settled:
    codes: list[Code]
    reason: str | None  # why a person should look
    photographs: int  # that show this content


def settle_content(
    uow: Unit,
    sha256: str,
    image_id: int,
    read: Iterable[Code],
    *,
    thresholds: Thresholds,
    unread_reason: str | None,
    now: datetime | None,
) -> Settled:
    """Store the codes with their statuses and the state of every photograph of a content.

    `now` is the time of a new reading; None keeps that of the old one.
    """
    decisions = uow.decisions.standing(sha256)
    codes = settle(read, decisions, auto_approve_threshold=thresholds.approve)
    reason = review_reason(
        codes,
        threshold=thresholds.review,
        unread_reason=unread_reason,
        answered=bool(decisions),
        dismissed=uow.decisions.is_reviewed(sha256),
    )
    doubtful = sum(code.status is CodeStatus.PENDING and code.confidence < thresholds.review for code in codes)
    uow.codes.replace_codes(sha256, image_id, codes)
    uow.codes.record_asks(sha256, max(1, doubtful) if reason else 0)
    return Settled(codes, reason, uow.images.record_analysis_state(sha256, reason=reason, now=now))
