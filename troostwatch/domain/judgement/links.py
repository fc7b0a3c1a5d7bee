"""Web addresses inside symbols: links of GS1 and of IEC 61406, and parameters that name a code.

A parameter of an address is worth a caption only on a maker's own host, or where its value is printed beside it:
shops, campaigns and short links use the same words for other things. Parameters that follow a visitor never count.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from troostwatch.domain.judgement import gs1, identifiers, vendors
from troostwatch.domain.judgement.gs1 import Element
from troostwatch.domain.judgement.identifiers import Told
from troostwatch.domain.judgement.keyed import Keyed, meaning_of

_TRACKING = re.compile(
    r"utm_|mc_|pk_|mtm_|hsa_|_|(?:gclid|fbclid|msclkid|dclid|igshid|yclid|ref|source|src|campaign|cid|sid|session|token|"
    r"hash|sig|signature|lang|locale|page|q|query|search|redirect|return|affiliate|aff|tag|id)$",
    re.IGNORECASE,
)
_IDENTIFIER_KEY = re.compile(r"\.?(\d{0,2}[A-Z])")


@dataclass(frozen=True, slots=True)
class Address:
    """What an address holds: elements of GS1, fields with identifiers, and parameters."""

    elements: tuple[Element, ...]
    fields: tuple[Told, ...]
    parameters: tuple[Keyed, ...]
    of_maker: bool  # it leads to a maker's own host


def is_address(text: str) -> bool:
    return text.lower().startswith(("http://", "https://", "www."))


def read(text: str) -> Address | None:
    """Return what an address holds; nothing where it is none."""
    try:
        url = urlsplit(text if "://" in text else f"https://{text}")
        host = (url.hostname or "").lower()
    except ValueError:
        return None
    pairs = [(name, value) for name, value in _pairs(url) if not _TRACKING.match(name)]
    elements = tuple(gs1.link(url.path, pairs))
    fields = (
        identifiers.of_key(match[1], value, "web address")
        for name, value in (*pairs, *_segments(url.path))
        if not elements and (match := _IDENTIFIER_KEY.fullmatch(name))
    )
    parameters = (Keyed(name, value, meaning) for name, value in pairs if value and (meaning := meaning_of(name)))
    return Address(elements, tuple(filter(None, fields)), tuple(parameters), _is_a_makers(host))


def _pairs(url: SplitResult) -> Iterator[tuple[str, str]]:
    """Yield name and value of the query, and of a fragment that is written as one."""
    for part in (url.query, url.fragment.rpartition("?")[2]):
        yield from parse_qsl(part.replace(";", "&"))


def _segments(path: str) -> Iterator[tuple[str, str]]:
    """Yield each segment of the path with the next one: '/1P/4711/S/0815'."""
    parts = [unquote(part) for part in path.strip("/").split("/")]
    yield from pairwise(parts)


@cache
def _hosts() -> frozenset[str]:
    return frozenset(host for vendor in vendors.vendors() for host in vendor.hosts)


def _is_a_makers(host: str) -> bool:
    labels = host.split(".")
    return any(".".join(labels[at:]) in _hosts() for at in range(len(labels)))
