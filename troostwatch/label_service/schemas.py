"""What the service answers, typed; the OpenAPI document is made from it."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from troostwatch.domain.codes import CodeType

Box = Annotated[
    list[int], Field(min_length=4, max_length=4, description="[x0, y0, x1, y1] in pixels of the upright photograph")
]
Probability = Annotated[float, Field(ge=0, le=1)]

_EXAMPLE: dict[str, Any] = {
    "codes": [
        {
            "type": "serial_number",
            "value": "PF2XK3M8",
            "confidence": 0.98,
            "box": [620, 380, 906, 411],
            "evidence": ["printed after 'Serial No.'", "Code128 symbol"],
            "context": "Serial No.",
            "readers": ["barcode", "rapidocr"],
        }
    ],
    "text": "Lenovo\nSerial No.: PF2XK3M8",
    "lines": [{"text": "Lenovo", "box": [620, 300, 760, 340], "confidence": 0.99}],
    "unread_reason": None,
    "width": 1600,
    "height": 1200,
    "timing": {"waited_seconds": 0.01, "read_seconds": 0.9},
    "versions": {
        "service": "0.1.0",
        "reading": 2,
        "readers": {"barcode": "3.1.1+1", "rapidocr": "3.10.0", "classifier": "extra_trees-0123456789ab"},
    },
    "readings": None,
    "tokens": None,
}


class LabelCode(BaseModel):
    """A code and how sure it is."""

    type: CodeType
    value: str
    confidence: Probability = Field(description="probability that type and value are right")
    box: Box | None
    evidence: list[str] = Field(description="sentences: why it is believed")
    context: str | None = Field(description="the caption beside it, as printed")
    readers: list[str]


class Line(BaseModel):
    """A line of text as it was read."""

    text: str
    box: Box
    confidence: Probability | None = Field(description="the OCR engine's own number; not to be believed alone")


class Timing(BaseModel):
    waited_seconds: float = Field(ge=0, description="until a reading process was free, transfers included")
    read_seconds: float = Field(ge=0)


class Versions(BaseModel):
    service: str
    reading: int = Field(description="version of the judgement")
    readers: dict[str, str]


class LabelAnswer(BaseModel):
    """All that was read on a photograph."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    codes: list[LabelCode] = Field(description="most probable first")
    text: str = Field(description="all lines, one below the other")
    lines: list[Line]
    unread_reason: str | None = Field(None, description="something was plainly there and could not be read")
    width: int
    height: int
    timing: Timing
    versions: Versions
    readings: list[dict[str, Any]] | None = Field(None, description="the evidence, with ?details=true")
    tokens: list[dict[str, Any]] | None = Field(None, description="the words, with ?details=true")


class Problem(BaseModel):
    """Why there is no answer."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"detail": "no photograph of a kind we take"}]})

    detail: str


class UrlRequest(BaseModel):
    """A photograph by its address."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"image_url": "https://media.example.com/photo.jpg"}]}
    )

    image_url: str = Field(min_length=8, max_length=2000)


class Health(BaseModel):
    """That the service is alive, and with what it reads."""

    status: Literal["ok"] = "ok"
    model: Literal["loaded", "none", "refused"] = Field(description="none, refused: it reads by rules alone")
    reason: str | None = Field(description="why a model was refused")
    service: str


class Ready(BaseModel):
    """Whether photographs can be read now."""

    ready: bool
    reason: str | None
    model: str | None = Field(description="name and digest of the token classifier")
    features: int = Field(description="how many features the words are described by")
    feature_version: int
    reading: int | None
    readers: dict[str, str] = Field(description="versions of the engines")
    workers: int
