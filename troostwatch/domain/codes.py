"""What a code is: its types, its statuses, and the form in which its value is kept."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from enum import StrEnum

from troostwatch.domain.geometry import Box

# A person who looked can still mistype; beside that the word of a person outweighs every reader.
PERSON_CONFIDENCE = 0.99


class CodeType(StrEnum):
    EAN = "ean"
    SERIAL_NUMBER = "serial_number"
    MODEL_NUMBER = "model_number"
    PART_NUMBER = "part_number"
    MAC_ADDRESS = "mac_address"
    IMEI = "imei"
    REGULATORY_MODEL = "regulatory_model"
    UUID = "uuid"
    EID = "eid"
    OTHER = "other"

    @property
    def unique_to_a_unit(self) -> bool:
        """Tell whether two units of one product never share such a code."""
        return self in _OF_ONE_UNIT


_OF_ONE_UNIT = frozenset({CodeType.SERIAL_NUMBER, CodeType.MAC_ADDRESS, CodeType.IMEI, CodeType.UUID, CodeType.EID})


class CodeStatus(StrEnum):
    APPROVED = "approved"
    PENDING = "pending"
    REJECTED = "rejected"


class DecidedBy(StrEnum):
    PERSON = "person"
    RULE = "rule"


class Origin(StrEnum):
    """Where a code comes from: a reader saw it, or a person typed it."""

    READING = "reading"
    PERSON = "person"


@dataclass(frozen=True, slots=True)
class Code:
    """A conclusion from readings: `confidence` is the probability that type and value are right."""

    type: CodeType
    value: str
    confidence: float
    box: Box | None
    context: str | None  # the caption beside it, as printed
    evidence: tuple[str, ...]  # sentences: why we believe it
    readers: tuple[str, ...]
    status: CodeStatus = CodeStatus.PENDING
    decided_by: DecidedBy | None = None
    origin: Origin = Origin.READING

    @property
    def key(self) -> tuple[CodeType, str]:
        return self.type, self.value


def shown_probability(confidence: float) -> str:
    """Return two decimals, cut and not rounded: 0.949 is not yet 0.95, and nothing is 1.00."""
    return f"{math.floor(confidence * 100 + 1e-9) / 100:.2f}"


def canonical(kind: CodeType, value: str) -> str:
    """Return the one form in which we keep and compare a value of this type.

    EAN as 13 digits (14 where the first is not 0), MAC as upper-case pairs with colons, UUID in its
    hyphenated form, everything else upper case with runs of white space made one blank.
    """
    text = " ".join(value.split()).upper()
    bare = re.sub(r"[^0-9A-Z]", "", text)
    if kind is CodeType.EAN and bare.isdigit():
        return bare.zfill(13) if len(bare) <= 13 else bare.removeprefix("0")
    if kind is CodeType.MAC_ADDRESS and len(bare) == 12:
        return ":".join(bare[i : i + 2] for i in range(0, 12, 2))
    if kind in (CodeType.IMEI, CodeType.EID):
        return bare
    if kind is CodeType.UUID and len(bare) == 32:
        return "-".join((bare[:8], bare[8:12], bare[12:16], bare[16:20], bare[20:]))
    return text


def squeeze(text: str) -> str:
    """Return the letters and digits alone, upper case: what survives any way of printing a code."""
    return re.sub(r"[^0-9A-Z]", "", text.upper())


_LOOK_ALIKES = str.maketrans("OQDILZSBG", "000112586")


def without_look_alikes(text: str) -> str:
    """Return the squeezed text with every letter that looks like a digit as that digit."""
    return squeeze(text).translate(_LOOK_ALIKES)
