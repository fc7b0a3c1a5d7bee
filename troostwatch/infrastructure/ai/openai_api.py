"""The OpenAI API as we use it: answers bounded and checked before they are believed, and no key in any word."""

from __future__ import annotations

import logging
import weakref
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Annotated, Any, NoReturn, Protocol, TypeVar

import httpx
import openai
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from troostwatch.domain.errors import MissingDependencyError, TroostwatchError
from troostwatch.domain.secrets import without_secrets
from troostwatch.infrastructure.http.bounds import bounded

_MOST_BYTES = 4_000_000  # of an answer; the longest that we ask for has a tenth of it, and 1,000 vectors fit
_LONGEST_MESSAGE = 300
_CONTENT_TOO = "messages"  # the parameter that holds the photograph: what is wrong with it is wrong with this one

# Beyond belief for one question; what a server that says otherwise wants to be paid is not known.
_Tokens = Annotated[int, Field(ge=0, le=10_000_000)]

_log = logging.getLogger(__name__)

Form = TypeVar("Form", bound=BaseModel)


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

    key: str = field(repr=False)
    base_url: str | None
    model: str
    timeout_seconds: float
    attempts: int


class NoAnswerError(TroostwatchError):
    """This question brought nothing; another one may."""


class MalformedAnswerError(TroostwatchError):
    """Something came that is not of the form asked for. It may have been paid, and nobody knows how dearly."""


class _Strict(BaseModel):
    model_config = ConfigDict(strict=True)  # a number is no text, and null is neither


class Usage(_Strict):
    prompt_tokens: _Tokens
    completion_tokens: _Tokens = 0  # vectors have none


class Message(_Strict):
    content: str | None = None
    refusal: str | None = None


class Choice(_Strict):
    message: Message
    finish_reason: str | None = None


class Completion(_Strict):
    choices: Annotated[list[Choice], Field(min_length=1)]
    usage: Usage | None = None


class Vector(_Strict):
    index: int
    embedding: list[Annotated[float, Field(allow_inf_nan=False)]]


class Vectors(_Strict):
    data: list[Vector]
    usage: Usage


class _Raw(Protocol):
    """An answer as the client hands it over unread."""

    @property
    def text(self) -> Any: ...  # noqa: ANN401 (a property of one version of the package, a method of another)


class OpenaiApi:
    """One connection; several threads may ask at once."""

    def __init__(self, connection: Connection) -> None:
        self.model = connection.model
        self._key = connection.key
        http: Any = httpx.Client(
            headers={"Accept-Encoding": "identity"},
            timeout=connection.timeout_seconds,
            event_hooks={"response": [bounded(most_bytes=_MOST_BYTES, most_seconds=connection.timeout_seconds)]},
        )
        self._client = openai.OpenAI(
            api_key=connection.key,
            base_url=connection.base_url,
            timeout=connection.timeout_seconds,
            max_retries=connection.attempts - 1,
            http_client=http,
        )
        weakref.finalize(self, self._client.close)  # with whoever used it last
        self._refused: frozenset[str] = frozenset()  # parameters that this model does not know

    def complete(self, *, optional: dict[str, Any], **request: Any) -> Completion:  # noqa: ANN401 (JSON)
        """Ask for a chat completion; what is `optional` is left out for a model that refuses it.

        Raises NoAnswerError and MalformedAnswerError, and other TroostwatchErrors for what would befall every
        question: a key, a model or a parameter that the server does not take, an account without credit.
        """
        create = self._client.chat.completions.with_raw_response.create
        while True:
            wanted = {name: value for name, value in optional.items() if name not in self._refused}
            try:
                return self._answer(Completion, lambda: create(model=self.model, **request, **wanted))  # noqa: B023
            except _ParameterRefusedError as error:
                if error.parameter not in wanted:
                    raise
                _log.info("%s does not take %s; asking without it", self.model, error.parameter)
                self._refused |= {error.parameter}

    def embed(self, texts: list[str]) -> Vectors:
        """Ask for vectors; raises as `complete` does."""
        create = self._client.embeddings.with_raw_response.create
        return self._answer(Vectors, lambda: create(model=self.model, input=texts, encoding_format="float"))

    def without_key(self, text: str) -> str:
        """Return what a server or a library said, in one line and without the key."""
        return without_secrets(" ".join(text.split()), [self._key])[:_LONGEST_MESSAGE]

    def _answer(self, form: type[Form], ask: Callable[[], _Raw]) -> Form:
        try:
            raw = ask()
            body = str(raw.text() if callable(raw.text) else raw.text)
            # An answer that repeats the key would be stored with it.
            return form.model_validate_json(without_secrets(body, [self._key]))
        except openai.OpenAIError as error:
            self._refuse(error)
        except ValidationError as error:
            said = f"what came is no {form.__name__.lower()}: {problem(error)}"
            raise MalformedAnswerError(self.without_key(said)) from None
        except (httpx.HTTPError, ValueError) as error:  # what does not even become a request, or cannot be read
            raise NoAnswerError(f"the server was not reached: {self.without_key(str(error))}") from None

    def _refuse(self, error: openai.OpenAIError) -> NoReturn:
        """Raise what an error means: for this question, or for all of them.

        The cause is cut off: its text may hold the header with the key.
        """
        said = self.without_key(str(error))
        if isinstance(error, (openai.AuthenticationError, openai.PermissionDeniedError)):
            raise MissingDependencyError(
                f"OpenAI does not take the key: {said}", hint="look at OPENAI_API_KEY; nothing was asked"
            ) from None
        if isinstance(error, openai.NotFoundError):
            raise TroostwatchError(
                f"the server knows no such model or address: {said}", hint="look at openai.model, openai.base_url"
            ) from None
        if isinstance(error, openai.BadRequestError) and error.param and not error.param.startswith(_CONTENT_TOO):
            raise _ParameterRefusedError(error.param, said) from None
        if isinstance(error, openai.RateLimitError):
            if error.code == "insufficient_quota":
                raise TroostwatchError(
                    f"no credit is left at OpenAI: {said}", hint="what was answered so far is kept"
                ) from None
            raise NoAnswerError(f"asked too often: {said}") from None
        if isinstance(error, openai.APITimeoutError):
            raise NoAnswerError("no answer in time") from None
        if isinstance(error, openai.APIConnectionError):
            why = self.without_key(str(error.__cause__ or error))
            raise NoAnswerError(f"the server was not reached: {why}") from None
        raise NoAnswerError(said) from None


class _ParameterRefusedError(TroostwatchError):
    """The model does not take a parameter: no photograph is to blame."""

    def __init__(self, parameter: str, said: str) -> None:
        super().__init__(
            f"the model does not take {parameter[:60]!r}: {said}", hint="set openai.model to one that sees pictures"
        )
        self.parameter = parameter


def problem(error: ValidationError) -> str:
    """Return where an answer left its form, without what stood there."""
    first = error.errors(include_input=False)[0]
    return f"{'.'.join(map(str, first['loc']))} {first['msg']}".strip()
