"""Settings: flag over TROOSTWATCH_* environment over config.json over default. Read once, passed down."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
)

from troostwatch import __version__
from troostwatch.domain.errors import TroostwatchError
from troostwatch.domain.readings import Backend, OcrEngine
from troostwatch.domain.remedies import Remedy
from troostwatch.domain.secrets import secret_from

CONFIG_NAME = "config.json"
CONFIG_VARIABLE = "TROOSTWATCH_CONFIG"
ENV_PREFIX = "TROOSTWATCH_"
_SHORTEST_TOKEN = 12
_AGENT = f"Troostwatch/{__version__} (reads auction lots for one bidder)"


class ConfigError(TroostwatchError):
    """A setting is unknown or has a value that makes no sense."""


def _without_password(address: str) -> str:
    """Return an address as it is. Raises ValueError for one with a user or password: addresses are shown."""
    if "@" in address.partition("://")[2].partition("/")[0]:
        raise ValueError("an address with a user or a password in it would be shown; keys go into the environment")
    return address


_Address = Annotated[str, AfterValidator(_without_password)]


class Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Paths(Section):
    """Where things lie; relative paths in config.json start at the folder of that file."""

    database: Path = Path("data/troostwatch.db")
    images: Path = Path("data/images")


class Network(Section):
    """How we speak to other machines."""

    user_agent: str = Field(default=_AGENT, pattern="^[ -~]+$", description="printable ASCII: it is sent")
    allow_private: bool = Field(default=False, description="follow URLs to loopback and private addresses")
    timeout_seconds: float = Field(default=30.0, gt=0)
    attempts: int = Field(default=5, ge=1, le=20, description="tries of one request within a run")


class Sync(Section):
    """Which pages are read, and how politely."""

    sources: tuple[str, ...] = Field(default=(), description="what a night synchronises")
    sites: dict[str, _Address] = Field(
        default={"A1": "https://www.troostwijkauctions.com"},
        description="site prefix of a display id -> scheme and host",
    )
    delay_seconds: float = Field(default=1.0, ge=0, description="between two requests to a host")
    jitter_seconds: float = Field(default=0.5, ge=0)
    refresh_after_hours: float = Field(default=72.0, ge=0, description="read an unchanged lot page again")
    max_page_bytes: int = Field(default=20_000_000, gt=0)
    respect_robots: bool = True

    @field_validator("sites")
    @classmethod
    def _name_sites_as_lots_do(cls, sites: dict[str, str]) -> dict[str, str]:
        # Names from the environment come in lower case.
        return {prefix.upper(): site for prefix, site in sites.items()}


class Download(Section):
    """How photographs are fetched."""

    concurrency: int = Field(default=4, ge=1, le=64)
    per_host: int = Field(default=4, ge=1, le=64)
    max_bytes: int = Field(default=25_000_000, gt=0)
    max_pixels: int = Field(default=40_000_000, gt=0)
    max_attempts: int = Field(default=5, ge=1, description="runs that may try a photograph before it is parked")


class Analysis(Section):
    """How photographs are read."""

    ocr_engine: OcrEngine = OcrEngine.RAPIDOCR
    confidence_threshold: float = Field(default=0.8, ge=0, le=1, description="below it a person is asked")
    auto_approve_threshold: float = Field(default=0.95, ge=0, le=1, description="from here on the rule approves")
    jobs: int = Field(default=2, ge=1, le=64, description="reading processes")
    save_tokens: bool = True
    timeout_seconds: float = Field(default=120.0, gt=0, description="for one photograph")
    max_attempts: int = Field(default=2, ge=1)


class Openai(Section):
    """The second reader. Its key is OPENAI_API_KEY in the environment and stands in no file."""

    model: str = Field(default="gpt-4.1-mini", min_length=1)
    base_url: _Address | None = Field(
        default=None, description="another server that speaks the API; else OPENAI_BASE_URL"
    )
    timeout_seconds: float = Field(default=60.0, gt=0, description="for one answer")
    attempts: int = Field(default=3, ge=1, le=10, description="tries of one question")
    concurrency: int = Field(default=2, ge=1, le=32, description="questions under way at once")
    calls_per_run: int | None = Field(default=200, ge=0)
    calls_per_day: int | None = Field(default=500, ge=0)
    eur_per_run: float | None = Field(default=1.0, ge=0)
    eur_per_day: float | None = Field(default=2.0, ge=0)
    eur_per_million_input_tokens: float = Field(default=0.40, ge=0)
    eur_per_million_output_tokens: float = Field(default=1.60, ge=0)
    embedding_model: str = Field(default="text-embedding-3-small", min_length=1, description="of the texts of lots")
    embedding_dimension: int = Field(default=1536, ge=1, description="of its vectors")
    eur_per_million_embedding_tokens: float = Field(default=0.02, ge=0)


class LabelApi(Section):
    """The label service. Its token, if it asks for one, is LABEL_API_TOKEN in the environment."""

    url: _Address = "http://127.0.0.1:8001"
    timeout_seconds: float = Field(default=60.0, gt=0, description="for one photograph")
    concurrency: int = Field(default=4, ge=1, le=64, description="photographs under way at once")
    attempts: int = Field(default=3, ge=1, le=10, description="tries of one photograph")


class Learning(Section):
    """The token classifier."""

    model: Path = Field(default=Path("data/label_classifier.pkl"), description="where the trained classifier lies")
    in_batch: bool = Field(default=False, description="retrain every night too")


class Embedding(Section):
    """How photographs and texts become vectors, and how both count in a combined score."""

    model: str = Field(default="ViT-B-32-quickgelu", min_length=1, description="of open_clip, or a .json of its kind")
    pretrained: str = Field(default="openai", min_length=1, description="weights by their name on the hub")
    weights: Path | None = Field(default=None, description="a file of weights instead")
    weights_sha256: str | None = Field(default=None, pattern="^[0-9a-fA-F]{64}$", description="what the file has to be")
    device: Literal["auto", "cpu", "cuda"] = "auto"
    batch_size: int = Field(default=50, ge=1, le=4096)
    max_attempts: int = Field(default=3, ge=1, description="runs that may try a photograph before it is parked")
    openai_texts: bool = Field(default=True, description="texts by OpenAI as well, where a key is set")
    in_batch: bool = Field(default=False, description="embed every night too")
    image_weights: dict[str, Annotated[float, Field(ge=0, le=1)]] = Field(
        default={"fashion": 0.75, "interior": 0.75, "jewellery": 0.55, "tech": 0.55, "other": 0.60},
        description="how much the photograph counts for a kind of thing; its text counts the rest",
    )
    categories: dict[str, tuple[str, ...]] = Field(
        default={
            "jewellery": ("jewel", "juwel", "sieraden", "schmuck", "bijou"),
            "tech": (
                "wearable", "smartwatch", "electr", "elektr", "comput", "laptop", "tablet", "phone", "telefoon",
                "audio", "camera", "ict", "gaming",
            ),
            "fashion": ("fashion", "mode", "kleding", "kleidung", "clothing", "textil", "textiel", "schoen", "shoe"),
            "interior": ("interi", "furnitu", "meubel", "möbel", "wonen", "woning", "decorati", "verlichting"),
        },
        description="words in a category's path that name a kind of thing",
    )  # fmt: skip


class Search(Section):
    """How lots are found."""

    faiss_from: int = Field(default=200_000, ge=1, description="vectors from which on faiss is used, where installed")


class Web(Section):
    """The desk: review, lots and search in a browser."""

    host: str = Field(default="127.0.0.1", min_length=1)
    port: int = Field(default=8321, ge=0, le=65535)
    hosts: tuple[str, ...] = Field(default=(), description="other names under which the desk is reached")
    token: SecretStr | None = Field(default=None, description="who comes from elsewhere has to know it")
    reviewer: str | None = Field(default=None, max_length=100, description="the name under which decisions are kept")
    cache_bytes: int = Field(default=500_000_000, ge=0, description="of small pictures, beside the database")

    @field_validator("token")
    @classmethod
    def _long_enough(cls, token: SecretStr | None) -> SecretStr | None:
        if token and len(token.get_secret_value()) < _SHORTEST_TOKEN:
            raise ValueError(f"a token of at least {_SHORTEST_TOKEN} characters is needed")
        return token


class Batch(Section):
    """The whole night in one command."""

    max_minutes: float | None = Field(default=None, gt=0)
    backend: Backend = Field(default=Backend.LOCAL, description="who reads at night")


class Settings(BaseSettings):
    model_config = SettingsConfigDict(
        env_prefix=ENV_PREFIX, env_nested_delimiter="__", extra="forbid", frozen=True, hide_input_in_errors=True
    )

    paths: Paths = Paths()
    network: Network = Network()
    sync: Sync = Sync()
    download: Download = Download()
    analysis: Analysis = Analysis()
    openai: Openai = Openai()
    label_api: LabelApi = LabelApi()
    learning: Learning = Learning()
    embedding: Embedding = Embedding()
    search: Search = Search()
    batch: Batch = Batch()
    web: Web = Web()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003 (signature of pydantic-settings)
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return env_settings, init_settings  # what we pass in comes from config.json


class Keys:
    """What opens paid or guarded doors: from the environment alone, shown and stored nowhere.

    Each is looked at when it is asked for; what cannot be a key then raises MissingDependencyError.
    """

    @property
    def openai(self) -> str | None:
        return secret_from(os.environ.get("OPENAI_API_KEY"), "OPENAI_API_KEY")

    @property
    def openai_base_url(self) -> str | None:
        try:
            return _without_password(os.environ.get("OPENAI_BASE_URL", "").strip()) or None
        except ValueError as error:
            raise ConfigError(f"OPENAI_BASE_URL: {error}") from error

    @property
    def label_api(self) -> str | None:
        return secret_from(os.environ.get("LABEL_API_TOKEN"), "LABEL_API_TOKEN")


def keys() -> Keys:
    return Keys()


_SECRETS = ("OPENAI_API_KEY", "LABEL_API_TOKEN", "TROOSTWATCH_WEB__TOKEN")


def secrets() -> tuple[str, ...]:
    """Return the secrets of the environment, whole or not, so that no text is shown with one in it."""
    named = (os.environ.get(name, "").strip() for name in _SECRETS)
    return tuple(secret for secret in named if secret)


@dataclass(frozen=True, slots=True)
class Setting:
    """One value of the settings and where it comes from."""

    name: str  # 'download.concurrency'
    value: object
    source: str  # 'environment TROOSTWATCH_…', the path of config.json, or 'default'


@dataclass(frozen=True, slots=True)
class Configuration:
    """The settings in force and the file they were read from, if any."""

    settings: Settings
    file: Path | None
    from_file: dict[str, Any]
    from_environment: dict[str, Any]

    def explain(self) -> Iterator[Setting]:
        """Yield every setting with its value and the place that decided it."""
        for section, values in self.settings:
            for name, value in values:
                yield Setting(f"{section}.{name}", value, self._source(section, name))

    def _source(self, section: str, name: str) -> str:
        if name in self.from_environment.get(section, {}):
            return f"environment {ENV_PREFIX}{section.upper()}__{name.upper()}"
        if name in self.from_file.get(section, {}):
            return str(self.file)
        return "default"


@contextmanager
def environment_set_aside() -> Iterator[None]:
    """Let no TROOSTWATCH_* variable count while the block runs, here or in processes started meanwhile."""
    aside = {name: value for name, value in os.environ.items() if name.upper().startswith(ENV_PREFIX)}
    for name in aside:
        del os.environ[name]
    try:
        yield
    finally:
        os.environ.update(aside)


def load(file: Path | None = None) -> Configuration:
    """Read the settings; `file` defaults to TROOSTWATCH_CONFIG, then to ./config.json where there is one.

    Raises ConfigError when a file that was asked for is missing, is no JSON object, or holds a setting that
    does not exist or a value out of its range.
    """
    path = file or (Path(named) if (named := os.environ.get(CONFIG_VARIABLE)) else None)
    path = expanded(path) if path else None
    if path is None and Path(CONFIG_NAME).exists():
        path = Path(CONFIG_NAME)
    from_file = _read(path) if path else {}
    from_environment = _environment()
    try:
        settings = Settings(**from_file)
    except ValidationError as error:
        raise _as_config_error(error, path, from_environment) from error
    base = path.parent if path else Path()
    return Configuration(_anchored(settings, base, from_environment), path, from_file, from_environment)


def expanded(path: Path) -> Path:
    """Return a path with '~' resolved. Raises ConfigError where it leads nowhere: who runs this may have no home."""
    try:
        return path.expanduser()
    except RuntimeError as error:
        raise ConfigError(f"{path}: there is no such home folder", hint="write the path without '~'") from error


def _environment() -> dict[str, Any]:
    """Return the settings in the environment. Raises ConfigError for a variable that sets nothing we know."""
    for variable in sorted(os.environ):
        name = variable.upper()
        section = name.removeprefix(ENV_PREFIX).partition("__")[0].lower()
        if name.startswith(ENV_PREFIX) and name != CONFIG_VARIABLE and section not in Settings.model_fields:
            raise ConfigError(f"there is no setting {variable}", hint=Remedy.SHOW_SETTINGS)
    source = EnvSettingsSource(Settings)
    together = source.env_vars
    for variable, value in together.items():
        # One by one: the error of pydantic names the section alone, and the operator has to find the variable.
        source.env_vars = {variable: value}
        try:
            source()
        except SettingsError as error:
            raise ConfigError(
                f"the environment: {variable.upper()} is no JSON",
                hint="write lists and tables as JSON, as in TROOSTWATCH_SYNC__SOURCES='[\"A1-39499\"]'",
            ) from error
    source.env_vars = together
    return source()


def _read(path: Path) -> dict[str, Any]:
    try:
        if path.exists() and not path.is_file():
            raise ConfigError(f"cannot read settings from {path}: it is no regular file")
        values = json.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError as error:
        raise ConfigError(f"no settings file {path}", hint=Remedy.DEFAULT_SETTINGS) from error
    except (OSError, ValueError, RecursionError) as error:
        raise ConfigError(f"cannot read settings from {path}: {error}") from error
    if not isinstance(values, dict):
        raise ConfigError(f"{path} holds no JSON object")
    for section in Settings.model_fields:
        # Merged with a variable of the environment, a section that is no table would vanish without a word.
        if not isinstance(values.get(section, {}), dict):
            raise ConfigError(f"setting {section}: it should be a table {{…}}", hint=f"look at {path}")
    return values


def _anchored(settings: Settings, base: Path, from_environment: dict[str, Any]) -> Settings:
    """Resolve the paths of the file against its folder; those of the environment stay with the caller's."""
    mine = from_environment.get("paths", {})
    paths = {name: expanded(value) if name in mine else base / expanded(value) for name, value in settings.paths}
    model = expanded(settings.learning.model)
    learning = settings.learning
    if "model" not in from_environment.get("learning", {}):
        learning = learning.model_copy(update={"model": base / model})
    embedding = settings.embedding
    if embedding.weights and "weights" not in from_environment.get("embedding", {}):
        embedding = embedding.model_copy(update={"weights": base / expanded(embedding.weights)})
    return settings.model_copy(update={"paths": Paths(**paths), "learning": learning, "embedding": embedding})


def _as_config_error(error: ValidationError, path: Path | None, from_environment: dict[str, Any]) -> ConfigError:
    """Return what is wrong, with the place to look at."""
    problem = error.errors()[0]
    name = ".".join(str(part) for part in problem["loc"])
    where = "the environment" if path is None or _says(from_environment, problem["loc"]) else str(path)
    if problem["type"] == "extra_forbidden":
        return ConfigError(f"there is no setting {name}", hint=Remedy.LOOK_AT_SETTINGS.about(where))
    return ConfigError(f"setting {name}: {problem['msg']}", hint=f"look at {where}")


def _says(values: object, place: Sequence[str | int]) -> bool:
    """Tell whether nested tables say something at a place, or above it where no table belongs."""
    for step in place:
        if not isinstance(values, dict):
            return True
        if step not in values:
            return False
        values = values[step]
    return True
