"""What the JSON routes take and give."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from troostwatch.domain.codes import CodeType

Number = Annotated[int, Field(ge=1, le=2**53)]
Value = Annotated[str, StringConstraints(min_length=1, max_length=300)]
Seen = Annotated[str, StringConstraints(pattern="^[0-9a-f]{16}$")]
Request = Annotated[str, StringConstraints(pattern="^[0-9A-Za-z-]{8,64}$")]
Side = Annotated[int, Field(ge=0, le=100_000)]


class Taken(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class DecisionIn(Taken):
    """A decision about one code: what was seen of it, and a name of the asker's own for it."""

    code: Number
    verdict: Literal["approved", "rejected", "corrected"]
    seen: Seen
    request: Request
    value: Value | None = None
    type: CodeType | None = None


class TogetherIn(Taken):
    """One decision about several codes: all of them or none."""

    verdict: Literal["approved", "rejected"]
    codes: list[tuple[Number, Seen]] = Field(min_length=1, max_length=500)
    request: Request


class AddIn(Taken):
    """A code that nobody reported, in a box of the upright photograph."""

    photo: Number
    type: CodeType
    value: Value
    box: tuple[Side, Side, Side, Side] | None = None
    request: Request


class MarkIn(Taken):
    """Nothing more is to be read on a photograph; or that is taken back."""

    photo: Number
    dismissed: bool


class UndoIn(Taken):
    decisions: list[Number] = Field(min_length=1, max_length=500)


class CheckIn(Taken):
    type: CodeType
    value: Annotated[str, StringConstraints(max_length=300)]


class Stored(BaseModel):
    text: str
    decisions: list[int]
    left: int


class Checked(BaseModel):
    ok: bool
    value: str
    problem: str | None = None


class Problem(BaseModel):
    detail: str
