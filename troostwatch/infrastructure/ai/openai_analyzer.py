"""The second reader: a vision model behind the OpenAI API. It is asked, paid, checked, and never simply believed."""

from __future__ import annotations

import base64
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from io import BytesIO
from pathlib import Path
from typing import Any

import openai
from openai.types.chat import ChatCompletion
from PIL import Image
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from troostwatch.domain.codes import CodeType
from troostwatch.domain.errors import MissingDependencyError, TroostwatchError
from troostwatch.domain.geometry import Box
from troostwatch.domain.second_opinion import Answer, NamedCode, Question, Verdict, View, version_of
from troostwatch.infrastructure.pixels.opening import load_upright

NAME = "openai"

_LONGEST_SIDE = 1600  # more pixels cost more tokens; below this small print gets lost
_MOST_OUTPUT_TOKENS = 2000
_LONGEST_VALUE = 200
# What one question may cost at most, for the budget: a picture of this size and a long answer.
_DEAREST_INPUT_TOKENS = 6000


@dataclass(frozen=True, slots=True)
class Prices:
    """Euros for a million tokens."""

    input: float
    output: float

    def of(self, input_tokens: int, output_tokens: int) -> float:
        return (input_tokens * self.input + output_tokens * self.output) / 1_000_000


@dataclass(frozen=True, slots=True)
class Connection:
    """Where and how the model is reached."""

    key: str
    base_url: str | None
    model: str
    timeout_seconds: float
    attempts: int


def opened(connection: Connection) -> openai.OpenAI:
    """Return a client, which several threads may use at once."""
    return openai.OpenAI(
        api_key=connection.key,
        base_url=connection.base_url,
        timeout=connection.timeout_seconds,
        max_retries=connection.attempts - 1,
    )


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
    box: list[float]


class _Answer(BaseModel):
    model_config = ConfigDict(extra="forbid")

    codes: list[_Code]
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

    def __init__(self, connection: Connection, prices: Prices, folder: Path, *, max_pixels: int) -> None:
        self._client = opened(connection)
        self.model = connection.model
        self.prompt_version = prompt().version
        self._prices = prices
        self._folder = folder
        self._max_pixels = max_pixels

    @property
    def version(self) -> str:
        return version_of(self.model, self.prompt_version)

    @property
    def dearest_call(self) -> float:
        """Return what one question may cost at most, in euros."""
        return self._prices.of(_DEAREST_INPUT_TOKENS, _MOST_OUTPUT_TOKENS)

    def ask(self, path: str, content: str, view: View, box: Box | None) -> Question:
        """Show a photograph, or the piece of it in `box`, and return what came of it.

        Raises ImageError when the file cannot be opened, and TroostwatchError for what would befall every
        photograph: a key or a model that the server does not take, an account without credit.
        """
        picture = load_upright(self._folder / path, max_pixels=self._max_pixels)
        place = box if box and view is View.LABEL else Box(0, 0, picture.width, picture.height)
        try:
            completion: object = self._client.chat.completions.create(
                model=self.model,
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
                temperature=0,
            )
        except openai.OpenAIError as error:
            return self._question(content, view, failure(error))
        except ValueError as error:  # a body that is no JSON
            return self._question(content, view, _Outcome(Verdict.MALFORMED, message=f"no JSON came: {error}"))
        if not isinstance(completion, ChatCompletion):  # a body that is no JSON object comes through as it is
            return self._question(content, view, _Outcome(Verdict.MALFORMED, message="what came is no completion"))
        usage = completion.usage
        return self._question(
            content,
            view,
            _outcome(completion, place),
            input_tokens=usage.prompt_tokens if usage else 0,
            output_tokens=usage.completion_tokens if usage else 0,
        )

    def _question(
        self, content: str, view: View, outcome: _Outcome, *, input_tokens: int = 0, output_tokens: int = 0
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
            cost_eur=self._prices.of(input_tokens, output_tokens),
        )


def _data_url(picture: Image.Image, place: Box) -> str:
    piece = picture.crop((place.x0, place.y0, place.x1, place.y1))
    piece.thumbnail((_LONGEST_SIDE, _LONGEST_SIDE))
    file = BytesIO()
    piece.save(file, "JPEG", quality=90)
    return f"data:image/jpeg;base64,{base64.b64encode(file.getvalue()).decode()}"


def failure(error: openai.OpenAIError) -> _Outcome:
    """Return what an error means for this photograph; raise where it means the same for all."""
    if isinstance(error, (openai.AuthenticationError, openai.PermissionDeniedError)):
        raise MissingDependencyError(
            f"OpenAI does not take the key: {_said(error)}", hint="look at OPENAI_API_KEY; nothing was asked"
        ) from error
    if isinstance(error, openai.NotFoundError):
        raise TroostwatchError(
            f"the server knows no such model or address: {_said(error)}", hint="look at openai.model, openai.base_url"
        ) from error
    if isinstance(error, openai.RateLimitError):
        if error.code == "insufficient_quota":
            raise TroostwatchError(
                f"no credit is left at OpenAI: {_said(error)}", hint="what was answered so far is kept"
            ) from error
        return _Outcome(Verdict.FAILED, message=f"asked too often: {_said(error)}")
    if isinstance(error, openai.APITimeoutError):
        return _Outcome(Verdict.FAILED, message="no answer in time")
    if isinstance(error, openai.APIConnectionError):
        return _Outcome(Verdict.FAILED, message=f"the server was not reached: {error.__cause__ or error}")
    if isinstance(error, openai.APIResponseValidationError):
        return _Outcome(Verdict.MALFORMED, message="what came is no completion")
    return _Outcome(Verdict.FAILED, message=_said(error))


def _said(error: openai.OpenAIError) -> str:
    return " ".join(str(error).split())[:300]


def _outcome(completion: ChatCompletion, place: Box) -> _Outcome:
    choice = completion.choices[0] if completion.choices else None
    if choice is None or choice.message is None:
        return _Outcome(Verdict.MALFORMED, message="an answer without a message")
    if choice.message.refusal:
        return _Outcome(Verdict.REFUSED, message=choice.message.refusal[:300])
    if choice.finish_reason == "content_filter":
        return _Outcome(Verdict.REFUSED, message="the content filter stopped it")
    if choice.finish_reason == "length":
        return _Outcome(Verdict.MALFORMED, message="the answer was cut off: too long")
    try:
        answer = _Answer.model_validate_json(choice.message.content or "")
    except ValidationError as error:
        problem = error.errors()[0]
        where = ".".join(map(str, problem["loc"]))
        return _Outcome(Verdict.MALFORMED, message=f"not of the form asked for: {where} {problem['msg']}".strip())
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
