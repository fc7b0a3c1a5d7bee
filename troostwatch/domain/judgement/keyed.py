"""Values that a payload names by keys: JSON, XML, tables with a head, and 'key: value' with any separators."""

from __future__ import annotations

import json
import re
import tomllib
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files

from troostwatch.domain.codes import CodeType
from troostwatch.domain.judgement import captions
from troostwatch.domain.judgement.grammar import Meaning, grammar, spelled

_DEEPEST, _LONGEST, _LONGEST_LINE = 20, 20_000, 60
_ELEMENT = re.compile(r"<([A-Za-z_][\w.:-]{0,40})[^<>]{0,400}>([^<>]{1,200})</\1\s*>")
_ATTRIBUTE = re.compile(r"([A-Za-z_][\w.:-]{0,40})\s*=\s*(?:\"([^\"<>]{1,200})\"|'([^'<>]{1,200})')")
_KEY = r"(?:\(\s*\d{0,2}[A-Z]\s*\)\s*)?[(\[]?[A-Za-zÀ-￿][\w ./()#°'-]{0,40}?"
_PAIR = re.compile(rf"\s*(?P<key>{_KEY})\s*(?:[:=]+>?|#:?\s)\s*(?P<value>.*)", re.DOTALL)
# A key in the midst of a piece: 'PID:C9300-24T-A SN:FCW1936Q5TB', 'SN:AB12/PN:773-0012'.
_INNER = re.compile(r"(?<![^\W_])(?=(S/N|P/N|M/N|[A-Za-z][A-Za-z.]{0,12}(?: [A-Za-z][A-Za-z.]{1,12})?)\s*[:=])")
_HARD = re.compile(r"[\r\n;|&\t\x1d\x1e\x04]+")
_SOFT = re.compile(r"\s*,\s*")
_QUOTES = " \t\"'{}[]<>"
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])|[\s_.-]+")
_ANNOUNCED = re.compile(r"\(\s*(\d{0,2}[A-Z])\s*\)\s*")
# Schemes of payloads that are no label: a network's key, a person's card, an address to call.
_NO_LABEL = re.compile(
    r"(?:WIFI|MECARD|BIZCARD|BEGIN|MATMSG|SMSTO|SMS|TEL|MAILTO|GEO|OTPAUTH|OTPAUTH-MIGRATION|BITCOIN|ETHEREUM|LPA"
    r"|DPP|MT|X-HM|BCD|UPI|EPD|TEL|FACETIME|MARKET|INTENT)\s*:",
    re.IGNORECASE,
)
_PLACEHOLDER = re.compile(r"N/A.*|(?:NA|NONE|NULL|NIL|UNKNOWN|UNDEFINED|TBD|TBC|TEST)(?:\W.*)?|[0X?_ .-]+")


@dataclass(frozen=True, slots=True)
class Keyed:
    """A value with its key as it stands there, and what the key means."""

    key: str
    value: str
    meaning: Meaning
    identifier: str = ""  # stands in brackets before the key and is printed in front of the value: '(1S)MTM.SN'


def is_no_label(text: str) -> bool:
    """Tell whether this is the key of a network, the card of a person or the like."""
    return _NO_LABEL.match(text) is not None


def keyed(text: str) -> list[Keyed]:
    """Return the values whose keys are known, in order."""
    text = unicodedata.normalize("NFKC", text[:_LONGEST]).strip()
    pairs = _of_json(text) or _of_xml(text) or _of_table(text) or _of_pairs(text)
    found = ((key, value.strip(_QUOTES), meaning_of(key)) for key, value in pairs)
    return [
        Keyed(key.strip(_QUOTES), value, meaning, _announced(key))
        for key, value, meaning in found
        if meaning and value and not _PLACEHOLDER.fullmatch(value.upper())
    ]


def meaning_of(key: str) -> Meaning | None:
    """Return what a key names: by the grammar of captions, undamaged, or as programs abbreviate it.

    Of a key with words in front that nobody knows ('GPON SN') the rest says it vaguely.
    """
    bare = _ANNOUNCED.sub("", key.strip(_QUOTES)).strip(_QUOTES + "#:*")
    words = [spelled(word) for word in _CAMEL.split(bare) if word]
    if not words or words[0].isdigit():
        return None
    if any(word in grammar().qualifiers for word in words[:-1]):
        return Meaning(CodeType.OTHER)
    for first in range(len(words)):
        if known := _known("".join(words[first:]), slashed="/" in bare):
            return replace(known, vague=known.vague or first > 0)
    return None


def _known(spelling: str, *, slashed: bool) -> Meaning | None:
    for one in (spelling, spelling.rstrip("0123456789")):
        if known := _keys().get(one):
            return known
        if (known := grammar().phrases.get(one)) and (slashed or not known.slashed):
            return known
    return None


def _announced(key: str) -> str:
    match = _ANNOUNCED.match(key.strip(_QUOTES))
    return match[1] if match else ""


def _of_json(text: str) -> list[tuple[str, str]]:
    if text[:1] not in "{[":
        return []
    try:
        return list(_walked(json.loads(text), "", 0))
    except (ValueError, RecursionError):
        return []


def _walked(node: object, key: str, depth: int) -> Iterator[tuple[str, str]]:
    """Yield keys and values; a key within another carries its name: a battery has a serial, too."""
    if depth > _DEEPEST:
        return
    if isinstance(node, dict):
        for name, inner in node.items():
            nested = f"{key} {name}" if _qualifies(key) else str(name)
            yield from _walked(inner, nested, depth + 1)
    elif isinstance(node, list):
        for inner in node:
            yield from _walked(inner, key, depth + 1)
    elif isinstance(node, str | int) and not isinstance(node, bool) and key:
        yield key, str(node)


def _qualifies(key: str) -> bool:
    return any(spelled(word) in grammar().qualifiers for word in _CAMEL.split(key))


def _of_xml(text: str) -> list[tuple[str, str]]:
    if text[:1] != "<" or ">" not in text:
        return []
    inside = [(match[1], match[2]) for match in _ELEMENT.finditer(text)]
    return inside + [(match[1], match[2] or match[3]) for match in _ATTRIBUTE.finditer(text)]


def _of_table(text: str) -> list[tuple[str, str]]:
    """Read a table whose first line names its columns."""
    lines = [line for line in re.split(r"[\r\n]+", text) if line.strip()]
    if len(lines) < 2:
        return []
    sign = next((sign for sign in "\t;|," if sign in lines[0]), None)
    rows = [[cell.strip() for cell in line.split(sign)] for line in lines] if sign else []
    if not rows or any(len(row) != len(rows[0]) for row in rows) or any(":" in c or "=" in c for c in rows[0]):
        return []
    known = [meaning_of(cell) for cell in rows[0]]
    if not any(known) or any(c.isdigit() for cell in rows[0] for c in cell):
        return []
    return [(key, value) for row in rows[1:] for key, value in zip(rows[0], row, strict=True)]


def _of_pairs(text: str) -> list[tuple[str, str]]:
    """Read 'SN:…' pieces. A key without a value names the next line; pieces of one form share the first one's key."""
    found: list[tuple[str, str]] = []
    waiting = ""  # a key whose value stands on the line below it
    shared: tuple[str, str] | None = None  # a key, and the form of its first value
    for piece in _pieces(text):
        match = _PAIR.fullmatch(piece)
        if match and not _is_value(match["key"]):
            key, value = match["key"], match["value"].strip()
            waiting, shared = ("", (key, _form(value))) if value else (key, None)
            if value:
                found.append((key, value))
        elif waiting:
            found.append((waiting, piece))
            waiting, shared = "", (waiting, _form(piece))
        elif _is_key_alone(piece):
            waiting, shared = piece, None
        elif captioned := _captioned(piece):
            found.append(captioned)
            shared = captioned[0], _form(captioned[1])
        elif shared and _form(piece) == shared[1]:
            found.append((shared[0], piece))
        else:
            shared = None
    return found


def _pieces(text: str) -> Iterator[str]:
    for hard in _HARD.split(text.strip(_QUOTES)):
        for soft in _SOFT.split(hard):
            yield from (part.strip(_QUOTES) for part in _parted(soft) if part.strip(_QUOTES))


def _parted(piece: str) -> Sequence[str]:
    """Part a line before each known key that stands behind a blank in it."""
    begun = re.search("[:=]", piece)
    inner = _INNER.finditer(piece, begun.end()) if begun else ()
    at = [match.start() for match in inner if _is_a_whole_key(match[1])]
    return [piece[a:b].strip(" /-") for a, b in zip([0, *at], [*at, len(piece)], strict=True)]


def _is_a_whole_key(text: str) -> bool:
    spelling = "".join(spelled(word) for word in _CAMEL.split(text))
    return bool(spelling) and _known(spelling, slashed="/" in text) is not None


def _is_key_alone(piece: str) -> bool:
    """Tell whether a piece is a key whose value is the next one: 'SN,AB12CD3456,PN,773-0012'."""
    meaning = meaning_of(piece) if not any(c.isdigit() for c in piece) else None
    return meaning is not None and not meaning.vague


def _captioned(piece: str) -> tuple[str, str] | None:
    """Return caption and value of a piece that is written as a line of print is: 'S/N AB12CD3456'."""
    found = captions.find(piece) if len(piece) < _LONGEST_LINE else []
    if len(found) != 1 or found[0].start > 0 or found[0].vague or meaning_of(found[0].caption) is None:
        return None
    # 'SN 750' may be a name as well.
    sure = not found[0].faint or "/" in found[0].caption
    return (found[0].caption, found[0].value) if sure else None


def _is_value(key: str) -> bool:
    """Tell whether what stands before a colon is the first pair of a MAC address."""
    return re.fullmatch(r"[0-9A-Fa-f]{2}", key.strip()) is not None and meaning_of(key) is None


def _form(value: str) -> str:
    return re.sub(r"[A-Z]", "A", re.sub(r"[0-9]", "9", value.upper().strip(_QUOTES)))


@cache
def _keys() -> dict[str, Meaning]:
    text = (files("troostwatch.domain.judgement") / "payload_keys.toml").read_text(encoding="utf-8")
    return {
        "".join(spelled(word) for word in _CAMEL.split(key)): Meaning(CodeType(kind))
        for kind, names in tomllib.loads(text).items()
        for key in names
    }
