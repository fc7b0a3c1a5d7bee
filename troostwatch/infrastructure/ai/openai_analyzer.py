"""The second reader: a vision model behind the OpenAI API. It is asked, paid, checked, and never simply believed."""

from __future__ import annotations

import base64
import tomllib
from dataclasses import dataclass
from functools import cache, partial
from importlib.resources import files
from io import BytesIO
from typing import Annotated, Any

from PIL import Image
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from troostwatch.domain.codes import CodeType
from troostwatch.domain.geometry import Box
from troostwatch.domain.images import OpenPhotograph, Stored
from troostwatch.domain.second_opinion import Answer, NamedCode, Question, Verdict, View, version_of
from troostwatch.infrastructure.ai.openai_api import (
    Completion,
    Connection,
    MalformedAnswerError,
    NoAnswerError,
    OpenaiApi,
    Prices,
    problem,
)
from troostwatch.infrastructure.pixels.opening import load_upright

NAME = "openai"

_LONGEST_SIDE = 1600  # more pixels cost more tokens; below this small print gets lost
_MOST_OUTPUT_TOKENS = 2000
_LONGEST_VALUE = 200
_MOST_CODES = 200  # on one photograph; each is held against each
# What one question may cost at most, for the budget: a picture of this size and a long answer.
_DEAREST_INPUT_TOKENS = 6000


@dataclass(frozen=True, slots=True)
class Prompt:
    version: str
    task: str
    shown: dict[str, str]


@cache
def prompt() -> Prompt:
    """Return what is asked, from the one file that holds it."""
    text = (files("troostwatch.infrastructure.ai") / "prompts" / "second_reader.toml").read_text(encoding="utf-8")
    return Prompt(**tomllib.loads(text))


class _Code(BaseModel):
    model_config = ConfigDict(extra="forbid")

    type: CodeType
    value: str = Field(min_length=1, max_length=_LONGEST_VALUE)
    caption: str | None
    box: list[Annotated[float, Field(allow_inf_nan=False)]] = Field(max_length=16)


class _Answer(BaseModel):
    model_config = ConfigDict(extra="forbid")

    codes: list[_Code] = Field(max_length=_MOST_CODES)
    enough: bool


# Written out, for the API knows a part of JSON schema only: every key required, nothing beside them.
_FORM: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["codes", "enough"],
    "properties": {
        "codes": {
            "type": "array",
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": ["type", "value", "caption", "box"],
                "properties": {
                    "type": {"type": "string", "enum": [kind.value for kind in CodeType]},
                    "value": {"type": "string", "description": "exactly as printed"},
                    "caption": {"type": ["string", "null"]},
                    "box": {"type": "array", "items": {"type": "number"}, "description": "left, top, right, bottom"},
                },
            },
        },
        "enough": {"type": "boolean"},
    },
}


@dataclass(frozen=True, slots=True)
class _Outcome:
    verdict: Verdict
    answer: Answer | None = None
    message: str | None = None


class OpenaiReader:
    """Asks one question at a time; may be used by several threads at once."""

    name = NAME

    def __init__(
        self, connection: Connection, prices: Prices, open_photograph: OpenPhotograph, *, max_pixels: int
    ) -> None:
        self._api = OpenaiApi(connection)
        self.model = connection.model
        self.prompt_version = prompt().version
        self._prices = prices
        self._open = open_photograph
        self._max_pixels = max_pixels

    @property
    def version(self) -> str:
        return version_of(self.model, self.prompt_version)

    @property
    def dearest_call(self) -> float:
        """Return what one question may cost at most, in euros."""
        return self._prices.of(_DEAREST_INPUT_TOKENS, _MOST_OUTPUT_TOKENS)

    def ask(self, photograph: Stored, view: View, box: Box | None) -> Question:
        """Show a photograph, or the piece of it in `box`, and return what came of it.

        An answer that cannot be believed is booked at the dearest call. Raises ImageError when the photograph
        cannot be opened, and TroostwatchError for what would befall every photograph: a key or a model that the
        server does not take, an account without credit.
        """
        picture = load_upright(self._open(photograph), max_pixels=self._max_pixels)
        place = box if box and view is View.LABEL else Box(0, 0, picture.width, picture.height)
        question = partial(self._question, photograph.sha256, view)
        try:
            completion = self._api.complete(
                messages=[
                    {"role": "system", "content": prompt().task.strip()},
                    {
                        "role": "user",
                        "content": [
                            {"type": "text", "text": prompt().shown[view]},
                            {"type": "image_url", "image_url": {"url": _data_url(picture, place), "detail": "high"}},
                        ],
                    },
                ],
                response_format={
                    "type": "json_schema",
                    "json_schema": {"name": "codes", "strict": True, "schema": _FORM},
                },
                max_completion_tokens=_MOST_OUTPUT_TOKENS,
                optional={"temperature": 0},
            )
        except NoAnswerError as error:
            return question(_Outcome(Verdict.FAILED, message=str(error)), cost_eur=0.0)
        except MalformedAnswerError as error:
            return question(_Outcome(Verdict.MALFORMED, message=str(error)), cost_eur=self.dearest_call)
        outcome, usage = _outcome(completion, place), completion.usage
        if usage is None:
            return question(outcome, cost_eur=self.dearest_call)
        return question(
            outcome,
            input_tokens=usage.prompt_tokens,
            output_tokens=usage.completion_tokens,
            cost_eur=self._prices.of(usage.prompt_tokens, usage.completion_tokens),
        )

    def _question(
        self,
        content: str,
        view: View,
        outcome: _Outcome,
        *,
        cost_eur: float,
        input_tokens: int = 0,
        output_tokens: int = 0,
    ) -> Question:
        return Question(
            content=content,
            reader=NAME,
            model=self.model,
            prompt_version=self.prompt_version,
            view=view,
            verdict=outcome.verdict,
            answer=outcome.answer,
            message=outcome.message,
            input_tokens=input_tokens,
            output_tokens=output_tokens,
            cost_eur=cost_eur,
        )


def _data_url(picture: Image.Image, place: Box) -> str:
    piece = picture.crop((place.x0, place.y0, place.x1, place.y1))
    piece.thumbnail((_LONGEST_SIDE, _LONGEST_SIDE))
    file = BytesIO()
    piece.save(file, "JPEG", quality=90)
    return f"data:image/jpeg;base64,{base64.b64encode(file.getvalue()).decode()}"


def _outcome(completion: Completion, place: Box) -> _Outcome:
    choice = completion.choices[0]
    if choice.message.refusal:
        return _Outcome(Verdict.REFUSED, message=choice.message.refusal[:300])
    if choice.finish_reason == "content_filter":
        return _Outcome(Verdict.REFUSED, message="the content filter stopped it")
    if choice.finish_reason == "length":
        return _Outcome(Verdict.MALFORMED, message="the answer was cut off: too long")
    try:
        answer = _Answer.model_validate_json(choice.message.content or "")
    except ValidationError as error:
        return _Outcome(Verdict.MALFORMED, message=f"not of the form asked for: {problem(error)}")
    codes = tuple(
        NamedCode(code.type, value, (code.caption or "").strip() or None, _place(code.box, place))
        for code in answer.codes
        if (value := " ".join(code.value.split())) and value.isprintable()
    )
    return _Outcome(Verdict.ANSWERED, Answer(codes, answer.enough))


def _place(thousandths: list[float], shown: Box) -> Box:
    """Return the box in pixels of the photograph; all that was shown where the model gave none that can be."""
    if len(thousandths) != 4 or not all(0 <= number <= 1000 for number in thousandths):
        return shown
    x0, y0, x1, y1 = thousandths
    if x0 >= x1 or y0 >= y1:
        return shown
    across, down = (shown.x1 - shown.x0) / 1000, (shown.y1 - shown.y0) / 1000
    return Box(
        round(shown.x0 + x0 * across), round(shown.y0 + y0 * down),
        round(shown.x0 + x1 * across), round(shown.y0 + y1 * down),
    )  # fmt: skip
