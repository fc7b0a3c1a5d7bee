"""Clients of other machines, as the settings say: how to ask, whom to trust, how long to wait."""

from __future__ import annotations

from typing import TYPE_CHECKING

from troostwatch.config import Settings, keys

if TYPE_CHECKING:
    from troostwatch.infrastructure.ai.label_api_client import LabelAPIClient
    from troostwatch.infrastructure.ai.openai_api import Connection
    from troostwatch.infrastructure.http.client import ClientOptions


def http(
    settings: Settings, *, connections: int, per_host: int, patience: int, delay: float = 0.0, jitter: float = 0.0
) -> ClientOptions:
    """Return how other machines are asked; one request takes at most `patience` times the time without an answer."""
    from troostwatch.infrastructure.http.client import ClientOptions

    network = settings.network
    return ClientOptions(
        user_agent=network.user_agent,
        allow_private=network.allow_private,
        timeout_seconds=network.timeout_seconds,
        total_seconds=patience * network.timeout_seconds,
        attempts=network.attempts,
        connections=connections,
        per_host=per_host,
        delay_seconds=delay,
        jitter_seconds=jitter,
    )


def openai(settings: Settings, model: str) -> Connection:
    from troostwatch.infrastructure.ai.openai_api import Connection

    own, given = settings.openai, keys()
    return Connection(
        key=given.openai or "",
        base_url=own.base_url or given.openai_base_url,
        model=model,
        timeout_seconds=own.timeout_seconds,
        attempts=own.attempts,
    )


def label_service(settings: Settings) -> LabelAPIClient:
    from troostwatch.infrastructure.ai.label_api_client import LabelAPIClient

    own = settings.label_api
    return LabelAPIClient(own.url, token=keys().label_api, timeout_seconds=own.timeout_seconds, attempts=own.attempts)
