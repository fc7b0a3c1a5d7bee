"""Reading the fields of a page with three answers: a value, absent (None), or not understood (None, and noted)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, TypeVar
from urllib.parse import urljoin

from troostwatch.domain.sites import AMOUNTS, EARLIEST, LATEST
from troostwatch.infrastructure.web.parsers import next_data

T = TypeVar("T")

_LARGEST = 2**62
# By their size alone it is plain what numbers of a time count: nothing here is older than 2015.
_UNITS = (1, 1_000, 1_000_000)


class Fields:
    """The fields of one object. What is there and not understood is noted under the name that a person knows."""

    def __init__(self, values: object, noted: dict[str, str], *, called: str | None = None) -> None:
        self._noted = noted
        if called and _says_something(values) and not isinstance(values, dict):
            self.note(called, values)
        self.values: Mapping[str, Any] = next_data.mapping(values)

    def note(self, called: str, value: object) -> None:
        self._noted.setdefault(called, f"{value!r:.60}")

    def inner(self, key: str, called: str) -> Fields:
        return Fields(self.values.get(key), self._noted, called=called)

    def text(self, key: str, called: str) -> str | None:
        return self._read(key, called, as_text)

    def number(self, key: str, called: str) -> int | None:
        return self._read(key, called, as_number)

    def moment(self, key: str, called: str) -> datetime | None:
        return self._read(key, called, as_moment)

    def _read(self, key: str, called: str, read: Callable[[object], T | None]) -> T | None:
        value = self.values.get(key)
        if not _says_something(value):
            return None
        found = read(value)
        if found is None:
            self.note(called, value)
        return found

    def money(self, key: str, called: str) -> tuple[int | None, str | None]:
        """Return cents and currency. Neither is told where the amount is not understood."""
        inner = self.inner(key, called)
        currency = inner.text("currency", "currency")
        if _says_something(inner.values.get("cents")):
            cents = inner.number("cents", called)
        else:
            given = next((inner.values[name] for name in AMOUNTS if _says_something(inner.values.get(name))), None)
            cents = as_cents(given)
            if cents is None and any(map(_says_something, (given, *inner.values.values()))):
                self.note(called, given if given is not None else dict(inner.values))
        return (cents, currency) if cents is not None else (None, None)


def _says_something(value: object) -> bool:
    return value is not None and not (isinstance(value, str) and not value.strip())


def as_text(value: object) -> str | None:
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value) if abs(value) < _LARGEST else None
    return next_data.text(value)


def as_number(value: object) -> int | None:
    """Return a whole number, also one in digits; None for a fraction, which is another unit than we know."""
    number = _decimal(value)
    whole = number is not None and number == number.to_integral_value()
    return int(number) if number is not None and whole else None


def as_cents(value: object) -> int | None:
    """Return the cents of an amount in whole units, '250.55'."""
    number = _decimal(value)
    return None if number is None else as_number(str(number * 100))


def as_moment(value: object) -> datetime | None:
    """Return a time given in seconds, milliseconds or microseconds, or as ISO 8601 with its zone."""
    ticks = _decimal(value)
    if ticks is not None:
        for unit in _UNITS:
            if EARLIEST.timestamp() <= ticks / unit < LATEST.timestamp():
                return datetime.fromtimestamp(float(ticks / unit), UTC)
        return None
    try:
        time = datetime.fromisoformat(value.strip()) if isinstance(value, str) else None
    except ValueError:
        return None
    try:
        # Without its zone a closing time may be two hours off.
        time = time.astimezone(UTC) if time and time.tzinfo else None
    except OverflowError:
        return None
    return time if time and EARLIEST <= time < LATEST else None


def as_url(value: object, site: str | None) -> str | None:
    """Return a web address; one that leaves out the site is completed with it."""
    found = next_data.text(value)
    if found and site and found.startswith("/") and not found.startswith("//"):
        found = urljoin(site, found)
    return next_data.web_url(found)


def _decimal(value: object) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    if isinstance(value, str) and (len(value) > 30 or not value.isascii() or "_" in value):
        return None
    try:
        number = Decimal(str(value).strip()) if not isinstance(value, int) or abs(value) < _LARGEST else None
    except InvalidOperation:
        return None
    return number if number is not None and number.is_finite() and abs(number) < _LARGEST else None
