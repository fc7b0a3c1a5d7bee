"""The HTTP interface: photographs in, codes out, and nothing that a client sends is the service's fault."""

from __future__ import annotations

import asyncio
import logging
import secrets
import time
from collections.abc import AsyncIterator, Callable
from concurrent.futures import Executor
from concurrent.futures.process import BrokenProcessPool
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Annotated, Any

from fastapi import Depends, FastAPI, File, Header, HTTPException, Query, Request, Response, UploadFile
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.exceptions import HTTPException as StarletteHTTPException
from starlette.middleware.trustedhost import TrustedHostMiddleware

from troostwatch import __version__
from troostwatch.domain.errors import ImageError, TroostwatchError
from troostwatch.domain.learning.features import FEATURE_VERSION, FEATURES
from troostwatch.domain.reading_format import reading_values
from troostwatch.domain.readings import CLASSIFIER, ReadingKind
from troostwatch.domain.token_format import token_values
from troostwatch.infrastructure.ai.pool import process_executor
from troostwatch.infrastructure.http.answers import AddressRefusedError, HttpError, TooLargeError
from troostwatch.infrastructure.http.client import ClientOptions, HttpClient, whole_body
from troostwatch.infrastructure.learning.classifier import TokenClassifier
from troostwatch.infrastructure.pixels.opening import TooManyPixelsError, UnknownKindError
from troostwatch.label_service.guard import Guard, Metrics
from troostwatch.label_service.ocr_engine import EngineOptions, Engines, Parsed, parse_label_ml, warm_up
from troostwatch.label_service.schemas import (
    Health,
    LabelAnswer,
    LabelCode,
    Line,
    Problem,
    Ready,
    Timing,
    UrlRequest,
    Versions,
)
from troostwatch.label_service.settings import Settings
from troostwatch.label_service.workers import DiedError, OverloadedError, TooSlowError, Workers

_log = logging.getLogger(__name__)
_DETAILS = "also return readings and words: the evidence"
_USER_AGENT = f"Troostwatch-label-service/{__version__}"


@dataclass
class Service:
    """What one running service holds."""

    settings: Settings
    workers: Workers
    options: EngineOptions
    refused: str | None = None  # why a model that is there is not used
    engines: Engines | None = None  # once they are loaded
    broken: str | None = None  # why they cannot be
    metrics: Metrics = field(default_factory=Metrics)

    @classmethod
    def of(cls, settings: Settings, new_executor: Callable[[], Executor]) -> Service:
        refused = _refusal(settings)
        model = settings.model if settings.model.exists() and refused is None else None
        return cls(
            settings=settings,
            workers=Workers(
                settings.workers,
                most_waiting=settings.queue,
                most_waiting_bytes=settings.max_waiting_bytes,
                timeout_seconds=settings.timeout_seconds,
                new_executor=new_executor,
            ),
            options=EngineOptions(settings.ocr_engine, settings.max_pixels, model, settings.model_sha256),
            refused=refused,
        )

    async def load(self) -> None:
        try:
            self.engines = (await self.workers.everywhere(warm_up, self.options))[0]
        except TroostwatchError as error:
            self.broken = f"{error}" + (f" (try: {error.hint})" if error.hint else "")
        except BrokenProcessPool:
            self.broken = "a reading process died while it loaded its models (out of memory?)"
        if self.broken:
            _log.error("the service cannot read: %s", self.broken)


def _refusal(settings: Settings) -> str | None:
    """Return why the model that is there may not be used; no model at all is no refusal."""
    if not settings.model.exists() and settings.model_sha256 is None:
        return None
    try:
        TokenClassifier.from_file(settings.model, sha256=settings.model_sha256)
    except TroostwatchError as error:
        _log.error("reading by rules alone: %s", error)
        return str(error)
    return None


def create_app(
    settings: Settings | None = None, *, new_executor: Callable[[], Executor] = lambda: process_executor(1)
) -> FastAPI:
    """Return the service; without settings those of the environment count.

    `new_executor` makes what one photograph at a time is read in: a process, unless a test says otherwise.
    """
    service = Service.of(settings or Settings(), new_executor)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        service.workers.start()
        loading = asyncio.create_task(service.load())
        try:
            yield  # uvicorn ends this block when SIGTERM came and all requests are answered
        finally:
            loading.cancel()
            service.workers.stop()

    app = FastAPI(
        title="Troostwatch label service",
        version=__version__,
        summary="Reads product codes from photographs of stickers.",
        lifespan=lifespan,
    )
    app.state.service = service
    _add_tellings(app, service)
    _add_readings(app, service)
    _add_handlers(app)
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=list(service.settings.hosts))
    app.add_middleware(
        Guard,
        most_bytes=service.settings.max_bytes,
        metrics=service.metrics,
        paths=frozenset(getattr(route, "path", "") for route in app.routes),
    )
    return app


def _problem(description: str) -> dict[str, Any]:
    return {"model": Problem, "description": description}


_PROBLEMS: dict[int | str, dict[str, Any]] = {
    400: _problem("The Host header names another service"),
    401: _problem("The token is missing or wrong"),
    403: _problem("Not allowed here"),
    413: _problem("Too many bytes or pixels"),
    415: _problem("No photograph of a kind that is taken: JPEG, PNG, WebP, GIF, BMP, AVIF"),
    422: _problem("The request makes no sense, or the photograph is damaged"),
    503: _problem("Too many photographs wait, or the engines are not loaded; see Retry-After"),
    504: _problem("It took too long"),
}


def _add_tellings(app: FastAPI, service: Service) -> None:
    @app.get("/health", responses={400: _PROBLEMS[400], 403: _PROBLEMS[403]})
    async def health() -> Health:
        """Tell that the service is alive, and whether it reads with a model or by rules alone."""
        if service.refused:
            return Health(model="refused", reason=service.refused, service=__version__)
        return Health(model="loaded" if service.options.model else "none", reason=None, service=__version__)

    @app.get("/ready", responses={400: _PROBLEMS[400], 403: _PROBLEMS[403], 503: {"model": Ready}})
    async def ready(response: Response) -> Ready:
        """Tell whether photographs can be read now, by which model, features and engines."""
        reason = service.broken or service.refused or (None if service.engines else "the engines are being loaded")
        response.status_code = 503 if reason else 200
        readers = service.engines.readers if service.engines else {}
        return Ready(
            ready=reason is None,
            reason=reason,
            model=readers.get(CLASSIFIER),
            features=len(FEATURES),
            feature_version=FEATURE_VERSION,
            reading=service.engines.reading_version if service.engines else None,
            readers=readers,
            workers=service.settings.workers,
        )

    @app.get("/metrics", response_class=Response, responses={400: _PROBLEMS[400], 403: _PROBLEMS[403]})
    async def metrics() -> Response:
        """Tell what was asked and how long it took, in the text format of Prometheus."""
        service.metrics.working.set(service.workers.load.working)
        service.metrics.waiting.set(service.workers.load.waiting)
        return Response(generate_latest(service.metrics.registry), media_type=CONTENT_TYPE_LATEST)


def _add_readings(app: FastAPI, service: Service) -> None:
    async def allowed(authorization: Annotated[str | None, Header(description="Bearer TOKEN")] = None) -> None:
        token = service.settings.token
        if token is None:
            return
        sent = (authorization or "").partition("Bearer ")[2].strip()
        if not secrets.compare_digest(sent.encode(), token.get_secret_value().encode()):
            raise HTTPException(401, "the token is missing or wrong", {"WWW-Authenticate": "Bearer"})

    guarded: dict[str, Any] = {"dependencies": [Depends(allowed)], "responses": _PROBLEMS}

    @app.post("/parse-label", **guarded)
    async def parse_label(
        file: Annotated[UploadFile, File(description="a photograph")],
        details: Annotated[bool, Query(description=_DETAILS)] = False,
    ) -> LabelAnswer:
        """Read the codes on a photograph that is sent."""
        started = time.perf_counter()
        data = await file.read(service.settings.max_bytes + 1)
        return await _read(service, data, started, details=details)

    @app.post("/parse-label/url", **guarded)
    async def parse_label_url(
        request: UrlRequest, details: Annotated[bool, Query(description=_DETAILS)] = False
    ) -> LabelAnswer:
        """Read the codes on a photograph that lies at a public address; off unless the operator allows it."""
        if not service.settings.allow_urls:
            raise HTTPException(403, "fetching addresses is not allowed here (LABEL_OCR_ALLOW_URLS)")
        started = time.perf_counter()
        return await _read(service, await _fetch(service, request.image_url), started, details=details)


_STATUS: dict[type[Exception], int] = {TooSlowError: 504, UnknownKindError: 415, TooManyPixelsError: 413}


async def _read(service: Service, data: bytes, started: float, *, details: bool) -> LabelAnswer:
    if len(data) > service.settings.max_bytes:
        raise HTTPException(413, f"the photograph is larger than {service.settings.max_bytes:,} bytes")
    if not data:
        raise HTTPException(422, "the file is empty")
    if service.broken:
        raise HTTPException(503, service.broken, {"Retry-After": "60"})
    try:
        parsed = await service.workers.run(len(data), parse_label_ml, data, service.options)
    except OverloadedError as error:
        raise HTTPException(503, str(error), {"Retry-After": str(error.retry_after)}) from error
    except (ImageError, TooSlowError, DiedError) as error:
        raise HTTPException(_STATUS.get(type(error), 422), str(error)) from error
    answer = _answer(parsed, waited=time.perf_counter() - started - parsed.seconds, details=details)
    for code in answer.codes:
        service.metrics.codes.labels(code.type).inc()
    return answer


async def _fetch(service: Service, url: str) -> bytes:
    settings = service.settings
    options = ClientOptions(
        _USER_AGENT, allow_private=settings.allow_private, timeout_seconds=settings.fetch_seconds, attempts=1
    )
    try:
        async with asyncio.timeout(settings.fetch_seconds), HttpClient(options) as client:
            return await client.get(url, whole_body(settings.max_bytes), accept="image/*")
    except TimeoutError as error:
        raise HTTPException(504, f"the photograph did not come within {settings.fetch_seconds:g} s") from error
    except AddressRefusedError as error:
        # Where the name leads to is nothing that a stranger should learn here.
        raise HTTPException(422, "image_url is no public http or https address") from error
    except TooLargeError as error:
        raise HTTPException(413, f"the photograph is larger than {settings.max_bytes:,} bytes") from error
    except HttpError as error:
        status = f" (it answers {error.status})" if error.status else ""
        raise HTTPException(422, f"the photograph could not be fetched{status}") from error


def _answer(parsed: Parsed, *, waited: float, details: bool) -> LabelAnswer:
    analysis = parsed.analysis
    lines = [r for r in analysis.readings if r.kind is ReadingKind.TEXT]
    return LabelAnswer(
        codes=[
            LabelCode(
                type=code.type,
                value=code.value,
                confidence=code.confidence,
                box=code.box.as_list() if code.box else None,
                evidence=list(code.evidence),
                context=code.context,
                readers=list(code.readers),
            )
            for code in analysis.codes
        ],
        text="\n".join(line.text for line in lines),
        lines=[Line(text=r.text, box=r.quad.box.as_list(), confidence=r.confidence) for r in lines],
        unread_reason=analysis.unread_reason,
        width=parsed.width,
        height=parsed.height,
        timing=Timing(waited_seconds=round(max(0.0, waited), 4), read_seconds=parsed.seconds),
        versions=Versions(service=__version__, reading=parsed.reading_version, readers=dict(analysis.readers)),
        readings=[reading_values(r) for r in analysis.readings] if details else None,
        tokens=[token_values(t) for t in analysis.tokens] if details else None,
    )


def _add_handlers(app: FastAPI) -> None:
    @app.exception_handler(RequestValidationError)
    async def not_of_the_form(_: Request, error: RequestValidationError) -> JSONResponse:
        problem = error.errors()[0]
        where = ".".join(str(part) for part in problem["loc"])
        return JSONResponse({"detail": f"{where}: {problem['msg']}"}, 422)

    @app.exception_handler(StarletteHTTPException)
    async def told(_: Request, error: StarletteHTTPException) -> JSONResponse:
        # A body that no form parser understands is a request that makes no sense, as others are.
        status = 422 if error.status_code == 400 else error.status_code
        return JSONResponse({"detail": str(error.detail)}, status, dict(error.headers or {}))
