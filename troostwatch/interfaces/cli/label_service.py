"""`troostwatch label-service`: photographs in, codes out, over HTTP."""

from __future__ import annotations

import importlib.util

import click

from troostwatch import bootstrap
from troostwatch.domain.errors import MissingDependencyError
from troostwatch.interfaces.cli import errors


@click.command("label-service", epilog=errors.EPILOG)
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", type=click.IntRange(0, 65535), default=8001, show_default=True, help="0 takes a free one.")
@click.pass_obj
def label_service(session: bootstrap.Session, /, host: str, port: int) -> None:
    """Serve the label service: photographs in, codes out, over HTTP.

    It reads as 'images analyze' does, with the token classifier as one more witness where there is a model.
    The model is the one that 'images retrain' keeps ('learning.model'), unless LABEL_OCR_MODEL names another; the
    other settings are the variables LABEL_OCR_* of the environment. Needs the extra 'service'.

    \b
    troostwatch label-service
    LABEL_OCR_WORKERS=4 troostwatch label-service --port 8101
    """
    missing = [name for name in ("fastapi", "uvicorn", "sklearn") if importlib.util.find_spec(name) is None]
    if missing:
        raise MissingDependencyError(
            f"the label service needs {', '.join(missing)}", hint="pip install 'troostwatch[service]'"
        )
    import uvicorn

    from troostwatch.label_service.main import create_app
    from troostwatch.label_service.settings import Settings

    settings = Settings()
    if "model" not in settings.model_fields_set:
        settings = settings.model_copy(update={"model": session.settings.learning.model})
    uvicorn.run(create_app(settings), host=host, port=port, log_level="warning" if session.quiet else "info")
