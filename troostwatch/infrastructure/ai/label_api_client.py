"""The label service as a reader: asked first, and replaced by reading here wherever it does not answer."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from datetime import UTC, datetime
from itertools import chain
from typing import Any, Protocol

import httpx
import stamina

from troostwatch.domain.errors import ImageError, TroostwatchError, unforeseen
from troostwatch.domain.images import Downloaded, OpenPhotograph
from troostwatch.domain.judgement.fusion import judge
from troostwatch.domain.reading_format import reading_from
from troostwatch.domain.readings import Analysis, Backend
from troostwatch.domain.token_format import token_from
from troostwatch.infrastructure.http.answers import HttpError, is_temporary, retry_after, wait_before_retry

NAME = "label-api"

# A circuit breaker: so many photographs one after the other without an answer, and the rest is read here at once.
_MOST_FAILURES_IN_A_ROW = 3
_HEALTH_SECONDS = 5.0

_log = logging.getLogger(__name__)


class ServiceAwayError(TroostwatchError):
    """The label service does not answer, or not as agreed."""


class LabelAPIClient:
    """Speaks to one label service; may be used by several threads at once. Close it after use."""

    def __init__(self, url: str, *, token: str | None, timeout_seconds: float, attempts: int) -> None:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._client = httpx.Client(base_url=url, headers=headers, timeout=timeout_seconds, trust_env=False)
        self._attempts = attempts

    def close(self) -> None:
        self._client.close()

    def check_health(self) -> Mapping[str, Any]:
        """Return what the service says of itself. Raises ServiceAwayError."""
        try:
            response = self._client.get("/health", timeout=_HEALTH_SECONDS)
            told = response.json() if response.status_code == 200 else None
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
            raise ServiceAwayError(f"{self._client.base_url} does not answer: {error}") from error
        if not isinstance(told, dict) or told.get("status") != "ok":
            raise ServiceAwayError(f"{self._client.base_url} answers {response.status_code}: no label service")
        return told

    def parse(self, data: bytes) -> Analysis:
        """Have a photograph read, and judge here what was read.

        Raises ImageError for a photograph that cannot be read, ServiceAwayError where the service does not answer,
        and TroostwatchError when it wants another token.
        """
        try:
            for attempt in stamina.retry_context(
                on=wait_before_retry, attempts=self._attempts, timeout=None, wait_initial=0.2, wait_max=10.0
            ):
                with attempt:
                    return _analysis(self._ask(data))
        except HttpError as error:
            raise ServiceAwayError(str(error)) from error
        raise AssertionError("the loop above returns or raises")

    def _ask(self, data: bytes) -> Any:  # noqa: ANN401 (JSON)
        try:
            response = self._client.post(
                "/parse-label", files={"file": ("photograph", data)}, params={"details": "true"}
            )
        except httpx.HTTPError as error:
            raise HttpError(f"the label service: {error or type(error).__name__}", temporary=True) from error
        status = response.status_code
        if status == 200:
            return _json(response)
        told = str(_json(response).get("detail", ""))[:300]
        if status in (401, 403):
            raise TroostwatchError(
                f"the label service refuses us: {told}", hint="set LABEL_API_TOKEN to the token that it asks for"
            )
        if status in (415, 422):
            raise ImageError(told or f"the label service answers {status}", permanent=True)
        raise HttpError(
            f"the label service answers {status}: {told}",
            status=status,
            temporary=is_temporary(status) and status != 504,  # it has just taken as long as it may
            retry_after=retry_after(response.headers.get("retry-after"), now=datetime.now(UTC)),
        )


def _json(response: httpx.Response) -> dict[str, Any]:
    try:
        values = response.json()
    except ValueError as error:
        raise ServiceAwayError("the label service answers with no JSON") from error
    if not isinstance(values, dict):
        raise ServiceAwayError("the label service answers with no JSON object")
    return values


def _analysis(values: Mapping[str, Any]) -> Analysis:
    """Build what was read from an answer, and judge it: codes that nothing read supports do not come in."""
    try:
        readings = tuple(reading_from(item) for item in values["readings"])
        tokens = tuple(token_from(item) for item in values["tokens"])
        judgement = judge(readings, width=int(values["width"]), height=int(values["height"]))
        versions = {str(name): str(version) for name, version in values["versions"]["readers"].items()}
        return Analysis(
            backend=Backend.ML,
            readers={NAME: str(values["versions"]["service"]), **versions},
            readings=readings,
            tokens=tokens,
            codes=judgement.codes,
            unread_reason=judgement.unread_reason,
            seconds=float(values["timing"]["read_seconds"]),
        )
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise ServiceAwayError(f"the label service answers otherwise than agreed: {error}") from error


Outcome = tuple[Downloaded, Analysis | ImageError]


class Analyzer(Protocol):
    def analyze_all(self, photographs: Iterable[Downloaded]) -> Iterator[Outcome]: ...


class LabelApiAnalyzer:
    """Sends photographs to the service, a few at once; what it does not answer is read by `local`, and says so."""

    def __init__(
        self,
        client: LabelAPIClient,
        open_photograph: OpenPhotograph,
        local: Callable[[], Analyzer],
        *,
        concurrency: int,
    ) -> None:
        self._client = client
        self._open = open_photograph
        self._local = local
        self._concurrency = concurrency

    def analyze_all(self, photographs: Iterable[Downloaded]) -> Iterator[Outcome]:
        """Yield what came of each photograph, as it comes."""
        left: list[Downloaded] = []
        waiting = iter(photographs)
        try:
            if self._is_there():
                yield from self._ask_all(waiting, left)
        finally:
            self._client.close()
        rest = next(waiting, None) if not left else None
        if left or rest:
            yield from self._local().analyze_all(chain(left, [rest] if rest else [], waiting))

    def _is_there(self) -> bool:
        try:
            health = self._client.check_health()
        except ServiceAwayError as error:
            _log.warning("%s; reading here instead", error)
            return False
        if health.get("model") == "refused":
            _log.warning("the label service reads by rules alone: %s", str(health.get("reason"))[:300])
        elif health.get("model") != "loaded":
            _log.warning("the label service has no model: it reads by rules alone")
        return True

    def _ask_all(self, waiting: Iterator[Downloaded], left: list[Downloaded]) -> Iterator[Outcome]:
        """Yield what the service answered; what it did not answer is left."""
        running: dict[Future[Analysis], Downloaded] = {}
        in_a_row = 0
        with ThreadPoolExecutor(self._concurrency) as pool:
            while True:
                while in_a_row < _MOST_FAILURES_IN_A_ROW and len(running) < self._concurrency:
                    photograph = next(waiting, None)
                    if photograph is None:
                        break
                    running[pool.submit(self._read, photograph)] = photograph
                if not running:
                    return
                done, _ = wait(running, return_when=FIRST_COMPLETED)
                for future in done:
                    photograph = running.pop(future)
                    result = self._outcome(photograph, future)
                    if result is None:
                        left.append(photograph)
                        in_a_row += 1
                    else:
                        in_a_row = 0
                        yield result

    def _read(self, photograph: Downloaded) -> Analysis:
        return self._client.parse(self._open(photograph))

    @staticmethod
    def _outcome(photograph: Downloaded, future: Future[Analysis]) -> Outcome | None:
        image = photograph.image
        try:
            return photograph, future.result()
        except ImageError as error:
            return photograph, error
        except ServiceAwayError as error:
            _log.warning("photograph %s of %s: %s; read here instead", image.position, image.lot, error)
            return None
        except TroostwatchError:
            raise
        except Exception as error:  # noqa: BLE001 (the failure of this one, with its traceback in the log)
            _log.exception("photograph %s of %s: unforeseen error", image.position, image.lot)
            return photograph, ImageError(unforeseen(error))
