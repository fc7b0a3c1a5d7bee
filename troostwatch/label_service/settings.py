"""What an operator may change: variables LABEL_OCR_* of the environment."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from troostwatch.domain.errors import MissingDependencyError
from troostwatch.domain.readings import OcrEngine
from troostwatch.domain.secrets import secret_from


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="LABEL_OCR_", frozen=True, hide_input_in_errors=True)

    model: Path = Field(default=Path("data/label_classifier.pkl"), description="the token classifier")
    model_sha256: str | None = Field(default=None, description="take this very model and no other")
    ocr_engine: OcrEngine = OcrEngine.RAPIDOCR
    workers: int = Field(default=2, ge=1, le=64, description="reading processes")
    queue: int = Field(default=256, ge=0, description="photographs that may wait for a process")
    max_waiting_bytes: int = Field(default=400_000_000, gt=0, description="of all of them together")
    max_bytes: int = Field(default=25_000_000, gt=0, description="a larger photograph is refused")
    max_pixels: int = Field(default=40_000_000, gt=0, description="a larger picture is refused before it is decoded")
    timeout_seconds: float = Field(default=60.0, gt=0, description="for reading one photograph")
    allow_urls: bool = Field(default=False, description="fetch photographs from addresses that clients name")
    allow_private: bool = Field(default=False, description="from this machine and private networks too; for tests")
    fetch_seconds: float = Field(default=20.0, gt=0, description="for fetching one photograph")
    token: SecretStr | None = Field(default=None, description="clients have to send it: Authorization: Bearer …")
    hosts: list[str] = Field(
        default=["127.0.0.1", "localhost", "[::1]"], description="names under which the service is reached"
    )

    @field_validator("token")
    @classmethod
    def _as_a_header_holds_it(cls, token: SecretStr | None) -> SecretStr | None:
        try:
            secret = secret_from(token.get_secret_value() if token else None, "LABEL_OCR_TOKEN")
        except MissingDependencyError as error:
            raise ValueError(str(error)) from error
        return SecretStr(secret) if secret else None
