"""Where `uvicorn main:app` finds the service when it is started in this folder."""

from app.main import app

__all__ = ["app"]
