"""Data identifiers in front of a payload, and the ISO 15434 envelopes that hold several of them.

Sources: ANSI MH10.8.2, whose identifiers stand in `identifiers.toml`; ISO/IEC 15434; ATA Spec 2000, chapter 9, for the
words of format 12; Lenovo's 1S (machine type and model, then serial number), from labels.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files

from troostwatch.domain.codes import CodeType, squeeze
from troostwatch.domain.judgement import checks

MTM_AND_SERIAL = re.compile(r"(?P<mtm>\d{2}[0-9A-Z]{8}),?(?P<serial>[0-9A-HJ-NP-Z]{8})")

_FIELD, _RECORD, _END = "\x1d", "\x1e", "\x04"
# The three separators as people and other readers write them who cannot print them.
_WRITTEN = {
    _FIELD: r"[<{\[]FNC1[>}\]]|<GS>|\{GS\}|\[GS\]|\^\]|␝|\\x1d|\\u001d|\\035|<0x1d>|&#29;",
    _RECORD: r"<RS>|\{RS\}|\[RS\]|\^\^|␞|\\x1e|\\u001e|\\036|<0x1e>|&#30;",
    _END: r"<EOT>|\{EOT\}|\[EOT\]|␄|\\x04|\\u0004|\\004|<0x04>|&#4;",
}
_SEPARATORS = [(re.compile(written, re.IGNORECASE), sign) for sign, written in _WRITTEN.items()]
_HEADER = re.compile(rf">?\[\)>{_RECORD}?(?=\d\d{_FIELD})")
_FORMAT = re.compile(rf"(?P<form>\d\d){_FIELD}(?P<fields>.*)", re.DOTALL)
_IDENTIFIER = re.compile(r"\d{0,2}[A-Z]")
_SUPPLIERS = ("1P", "31P")
# 'PASS2024', 'PLUS2024': with the letter of the identifier it is a word, and a year.
_WORD_AND_YEAR = re.compile(r"[A-Z]{3,}[ -]?(?:19|20)\d\d")
_TEXT_ELEMENTS = {
    "SER": CodeType.SERIAL_NUMBER, "UCN": CodeType.SERIAL_NUMBER, "SEQ": CodeType.SERIAL_NUMBER,
    "PNR": CodeType.PART_NUMBER, "PNO": CodeType.PART_NUMBER, "MFP": CodeType.PART_NUMBER,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Told:
    """What one field says: the code that it is, or the name of what it is beside our codes."""

    type: CodeType
    value: str
    why: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class _Identifier:
    name: str
    type: CodeType
    alone: bool
    form: re.Pattern[str]


def readable(text: str) -> str:
    """Return the text with separators that were written out as the signs that they stand for."""
    for written, sign in _SEPARATORS:
        text = written.sub(sign, text)
    return text


def formats(text: str) -> list[tuple[str, str]]:
    """Return number and fields of each format of an ISO 15434 envelope; of other text nothing."""
    header = _HEADER.match(text)
    if not header:
        return []
    pieces = text[header.end() :].rstrip(_END + _RECORD).split(_RECORD)
    return [(match["form"], match["fields"]) for piece in pieces if (match := _FORMAT.match(piece))]


def of_fields(fields: Sequence[str], where: str) -> Iterator[Told]:
    """Read the fields of a label, each with its identifier; P beside a number of the supplier is the buyer's."""
    split = [(match.group(), field[match.end() :]) for field in fields if (match := _IDENTIFIER.match(field))]
    suppliers = any(identifier in _SUPPLIERS and value for identifier, value in split)
    buyers = {squeeze(value) for identifier, value in split if identifier == "P" and suppliers}
    for identifier, value in split:
        if identifier == "1S":
            yield from of_payload(identifier + value, where)
            continue
        known = _identifiers().get(identifier)
        if known and identifier in ("P", "30P") and squeeze(value) in buyers:
            known = replace(known, name="part number of the buyer", type=CodeType.OTHER)
        if known and value.strip():
            yield _told(identifier, known, value.strip(), where)


def of_words(fields: Sequence[str], where: str) -> Iterator[Told]:
    """Read the fields of format 12, which begin with words of three letters."""
    for field in fields:
        if kind := _TEXT_ELEMENTS.get(field[:3]):
            yield Told(kind, field[3:].strip(), f"{where} with the element {field[:3]}")


def of_payload(text: str, where: str) -> Iterator[Told]:
    """Read an identifier that stands without envelope. A bare S says nothing: ordinary serials start with S too."""
    if text.startswith("1S") and (match := MTM_AND_SERIAL.fullmatch(text[2:])):
        why = f"{where} with identifier 1S"
        yield Told(CodeType.MODEL_NUMBER, match["mtm"], f"{why}: machine type and model")
        yield Told(CodeType.SERIAL_NUMBER, match["serial"], f"{why}: serial number")
        return
    match = _IDENTIFIER.match(text)
    known = _identifiers().get(match.group()) if match else None
    if match is None or known is None or not known.alone:
        return
    value = text[match.end() :]
    formed = known.form.fullmatch(value) and not _WORD_AND_YEAR.fullmatch(match.group()[-1] + value)
    if formed and (known.type is CodeType.OTHER or checks.plausible(known.type, value)):
        yield _told(match.group(), known, value, where)


def of_key(identifier: str, value: str, where: str) -> Told | None:
    """Read an identifier that stands as the key of a value, as in identification links (IEC 61406)."""
    known = _identifiers().get(identifier)
    return _told(identifier, known, value, where) if known else None


def _told(identifier: str, known: _Identifier, value: str, where: str) -> Told:
    ours = known.type is not CodeType.OTHER
    why = f"{where} with identifier {identifier}" + ("" if ours else f": {known.name}")
    return Told(known.type, value, why, "" if ours else known.name)


@cache
def _identifiers() -> dict[str, _Identifier]:
    text = (files("troostwatch.domain.judgement") / "identifiers.toml").read_text(encoding="utf-8")
    return {
        identifier: _Identifier(
            row["name"], CodeType(row.get("type", "other")), row.get("alone", False), re.compile(row.get("form", ".+"))
        )
        for identifier, row in tomllib.loads(text).items()
    }
