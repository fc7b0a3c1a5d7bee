"""What a reader saw on a photograph, before anyone judged it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from troostwatch.domain.codes import Code, CodeType
from troostwatch.domain.geometry import Box, Quad
from troostwatch.domain.images import Thresholds

# The reader that looks at the words of another reader, and not at pixels: it tells types, not characters.
CLASSIFIER = "classifier"


class Backend(StrEnum):
    """Who is asked to read: this machine, OpenAI vision, or the label service."""

    LOCAL = "local"
    OPENAI = "openai"
    ML = "ml"


class OcrEngine(StrEnum):
    RAPIDOCR = "rapidocr"
    TESSERACT = "tesseract"


class ReadingKind(StrEnum):
    SYMBOL = "symbol"
    UNDECODED = "undecoded"  # a symbol that was found and could not be read
    TEXT = "text"
    OPINION = "opinion"  # what a second reader takes for a code


class WitnessClass(StrEnum):
    """How much a reader's word about characters is worth; each reader knows it of itself."""

    DIRECT = "direct"  # it looks at the pixels, and is as a rule right about every sign
    COARSE = "coarse"  # it looks at the pixels, and is often wrong about one sign; its own number tells nothing
    DERIVED = "derived"  # it looks at what another reader saw: it tells types, not characters


@dataclass(frozen=True, slots=True)
class RunnerUp:
    """The second choice for a character of which the reader was not sure."""

    at: int  # index in the text
    sign: str  # '' when the second choice is that nothing stands there
    probability: float


class LookReason(StrEnum):
    """Why a region of a photograph was looked at once more, larger than the whole of it had been."""

    PACKED = "lines too close to tell apart"
    GLOW = "traces of print"
    DENSE = "strokes as close as those of print"
    SMALL = "small print"
    LONG = "piece of a long picture"


@dataclass(frozen=True, slots=True)
class Look:
    """A region that was cut out, turned and looked at by itself."""

    reason: LookReason
    quad: Quad
    scale: float  # pixels of what was looked at for one of the photograph


@dataclass(frozen=True, slots=True)
class Reading:
    """One symbol or one line of text that one reader saw, or one code that a second reader names."""

    reader: str
    kind: ReadingKind
    text: str
    quad: Quad
    confidence: float | None = None  # the engine's own number, 0 to 1; never believed alone
    symbology: str | None = None  # of a symbol: 'EAN13', 'Code128', 'QRCode' ... as zxing-cpp names them
    again: str | None = None  # of text: what a closer look at the same line read
    says: CodeType | None = None  # of an opinion: the type that the second reader gives to `text`
    witness: WitnessClass = WitnessClass.DIRECT
    characters: tuple[float, ...] = ()  # how sure the engine is of each character of `text`; empty where it is not said
    runners_up: tuple[RunnerUp, ...] = ()  # of the three characters of which it is least sure
    look: Look | None = None  # of what the whole picture did not show: the region that did


_MATRIX = frozenset({"QRCode", "DataMatrix", "Aztec", "PDF417", "MicroQRCode", "RMQRCode", "MaxiCode"})


def is_matrix(symbol: Reading) -> bool:
    """Tell whether this symbol is one of those that correct their own errors."""
    return symbol.symbology in _MATRIX


@dataclass(frozen=True, slots=True)
class Token:
    """A word of OCR text: the unit of the token classifier."""

    text: str
    box: Box
    confidence: float | None
    line: int  # number of the line on the photograph
    block: int


@dataclass(frozen=True, slots=True)
class Analysis:
    """All that one reading of one content brought, as plain data that a worker can send back."""

    backend: Backend  # who really read it
    readers: dict[str, str]  # name -> version
    readings: tuple[Reading, ...]
    tokens: tuple[Token, ...]
    codes: tuple[Code, ...]
    unread_reason: str | None = None  # a label was plainly there and this is why nothing came of it
    seconds: float = field(default=0.0, compare=False)


@dataclass(frozen=True, slots=True)
class StoredAnalysis:
    """What is kept of a reading beside its readings and codes."""

    image_id: int  # the photograph in hand when it was read
    backend: Backend
    readers: dict[str, str]
    reading_version: int
    thresholds: Thresholds
    unread_reason: str | None
