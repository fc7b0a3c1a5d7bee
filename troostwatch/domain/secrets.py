"""Secrets: what may be one, and how a text is told without it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from urllib.parse import quote

from troostwatch.domain.errors import MissingDependencyError

_INSTEAD = "[secret]"
_SHORTEST = 4  # shorter ones stand inside ordinary words, and keep nobody out


def secret_from(text: str | None, name: str) -> str | None:
    """Return a secret as it goes into a header, without the blanks around it; None where there is none.

    A line end that came along with a paste would be refused by the HTTP library with the secret in its message:
    whatever is not printable ASCII raises MissingDependencyError, which names the variable and the place alone.
    """
    secret = (text or "").strip()
    for place, sign in enumerate(secret, start=1):
        if not ("!" <= sign <= "~"):
            kind = "a blank or control sign" if sign.isspace() or ord(sign) < 0x80 else "a sign beyond ASCII"
            raise MissingDependencyError(
                f"{name} has {kind} at place {place}, so it cannot be what the server gave you",
                hint=f"copy it again, without quotes and line ends, and export {name}=…; nothing was asked",
            )
    return secret or None


def without_secrets(text: str, secrets: Iterable[str]) -> str:
    """Return the text with each secret cut out, also where it was quoted for an address or for JSON."""
    forms = {
        form
        for s in secrets
        if len(s) >= _SHORTEST
        for form in (s, quote(s, safe="", errors="replace"), json.dumps(s)[1:-1])
    }
    for form in sorted(forms, key=len, reverse=True):
        text = text.replace(form, _INSTEAD)
    return text
