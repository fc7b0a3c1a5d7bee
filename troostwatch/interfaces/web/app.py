"""The desk as an ASGI application: its guards, its pages, and what an error looks like."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from jinja2 import Environment, FileSystemLoader, select_autoescape
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware.errors import ServerErrorMiddleware
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from troostwatch import __version__
from troostwatch.domain import errors
from troostwatch.domain.codes import CodeType, shown_probability
from troostwatch.interfaces.visible import visible
from troostwatch.interfaces.web import guard, login, views
from troostwatch.interfaces.web.desk import Desk
from troostwatch.interfaces.web.pages import decisions, home, lot, lots, pictures, review, search, system
from troostwatch.interfaces.web.upkeep import Upkeep

_HERE = Path(__file__).parent
_PROGRAMS = ("/api/", "/pictures/", "/crops/", "/metrics", "/health", "/ready")
_STATUS = (
    (errors.ConflictError, 409),
    (errors.UsageError, 422),
    (errors.ImageError, 404),
    (errors.DatabaseError, 503),
    (errors.MissingDependencyError, 501),
)

_log = logging.getLogger(__name__)


class _Immutable(StaticFiles):
    """Files whose address names the version: a browser need never ask again."""

    def file_response(self, *args: object, **kwargs: object) -> Response:
        response = super().file_response(*args, **kwargs)  # type: ignore[arg-type]
        response.headers["cache-control"] = "public, max-age=31536000, immutable"
        return response

    def lookup_path(self, path: str) -> tuple[str, object]:  # type: ignore[override]
        _, _, name = path.partition("/")  # the version stands first
        return super().lookup_path(name)

    async def get_response(self, path: str, scope: Scope) -> Response:
        return await super().get_response(path.replace("\\", "/"), scope)


def create_app(desk: Desk) -> FastAPI:
    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        upkeep = Upkeep(desk)
        upkeep.start()
        try:
            yield
        finally:
            await run_in_threadpool(upkeep.stop)

    app = FastAPI(
        title="Troostwatch desk",
        version=__version__,
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/openapi.json",
        lifespan=lifespan,
    )
    app.state.desk = desk
    app.state.templates = _templates()
    app.mount("/static", _Immutable(directory=_HERE / "static"))
    for page in (home, review, decisions, lots, lot, search, pictures, system):
        app.include_router(page.router)
    app.add_exception_handler(errors.TroostwatchError, _told)
    app.add_exception_handler(HTTPException, _told)
    app.add_exception_handler(RequestValidationError, _told)
    # The framework's own stands outside all others; what it tells would leave without our headers.
    app.add_middleware(ServerErrorMiddleware, handler=_told)
    app.add_middleware(login.Login, desk=desk)
    app.add_middleware(guard.Guard, desk=desk, most_upload=desk.process.settings.download.max_bytes)
    return app


def _templates() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_HERE / "templates"),
        autoescape=select_autoescape(),
        finalize=lambda value: visible(value) if type(value) is str else value,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "moment": views.moment, "until": views.until, "probability": shown_probability, "place": views.cursor_text,
    }  # fmt: skip
    environment.globals |= {"money": views.money, "version": __version__, "types": list(CodeType)}
    return environment


async def _told(request: Request, error: Exception) -> Response:
    """Answer with what happened, as JSON for programs and as a page for people; never with a traceback."""
    status, text, headers = _status(error)
    if status == 500:
        _log.exception("%s %s", request.method, request.url.path, exc_info=error)
    if request.url.path.startswith(_PROGRAMS):
        return JSONResponse({"detail": text}, status, headers)
    return views.page(request, "error.html", status=status, text=text, headers=headers)


def _status(error: Exception) -> tuple[int, str, dict[str, str]]:
    if isinstance(error, HTTPException):
        return error.status_code, str(error.detail), dict(error.headers or {})
    if isinstance(error, RequestValidationError):
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"][1:])
        return 422, f"{where}: {first['msg']}", {}
    if isinstance(error, errors.TroostwatchError):
        status = next((status for kind, status in _STATUS if isinstance(error, kind)), 400)
        text = f"{error} ({error.hint})" if error.hint else str(error)
        return status, text, {"retry-after": "5"} if status == 503 else {}
    return 500, "something went wrong; the log of the desk says more", {}
