"""What the text inside a symbol claims by its own grammar.

Sources: GTIN check digits, GS1 General Specifications; application identifiers, see `gs1`; data identifiers,
ANSI MH10.8.2; envelopes, ISO/IEC 15434; Lenovo's 1S (machine type and model, then serial number) and HP's
product#region, from labels.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from urllib.parse import parse_qsl, urlsplit

from troostwatch.domain.codes import CodeType, canonical, squeeze
from troostwatch.domain.judgement import checks, gs1
from troostwatch.domain.judgement.claims import Basis, Claim
from troostwatch.domain.readings import Reading, ReadingKind

RETAIL = frozenset({"EAN13", "EAN8", "UPCA", "UPCE"})
# A length that a misread of a pattern of stripes reaches easily.
_SHORTEST = {"ITF": 14, "Code39": 6, "Codabar": 8, "Code93": 6}

_ENVELOPE = re.compile(r"\[\)>\x1e?(?P<form>0[56]|12)\x1d(?P<fields>.*?)(?:\x1e?\x04)?$", re.DOTALL)
_MTM_AND_SERIAL = re.compile(r"(?P<mtm>\d{2}[0-9A-Z]{8}),?(?P<serial>[0-9A-HJ-NP-Z]{8})")
_HP_PRODUCT = re.compile(r"(?:HPI-)?(?P<product>[0-9A-Z]{6,8}#[0-9A-Z]{3})")
_LABELLED = re.compile(r"\(?(?P<label>[A-Z0-9./ ()-]{1,16}?)\)?\s*[:=]\s*(?P<value>.*)", re.DOTALL)

# What a data identifier says of the rest of the payload (ANSI MH10.8.2, the categories seen on goods).
_IDENTIFIERS: tuple[tuple[str, CodeType], ...] = (
    ("31P", CodeType.MODEL_NUMBER),  # supplier's item number; Lenovo prints the model there
    ("30S", CodeType.UUID),
    ("30P", CodeType.PART_NUMBER),
    ("23S", CodeType.MAC_ADDRESS),
    ("1P", CodeType.PART_NUMBER),
    ("18V", CodeType.OTHER),
    ("4L", CodeType.OTHER),
)
# In an envelope of format 06 every field has an identifier, so those that are single letters count there too.
_IDENTIFIERS_IN_ENVELOPES: tuple[tuple[str, CodeType], ...] = (
    *_IDENTIFIERS,
    ("S", CodeType.SERIAL_NUMBER),
    ("P", CodeType.PART_NUMBER),
)
# Format 12 has words (ATA Spec 2000 text element identifiers).
_TEXT_ELEMENTS = {"SER": CodeType.SERIAL_NUMBER, "PNR": CodeType.PART_NUMBER, "PNO": CodeType.PART_NUMBER}
# What GS1 application identifiers hold that we look for.
_APPLICATION = {
    "01": CodeType.EAN,
    "02": CodeType.EAN,
    "21": CodeType.SERIAL_NUMBER,
    "240": CodeType.PART_NUMBER,
    "241": CodeType.PART_NUMBER,
}
_WORLD_WIDE_NAME = re.compile(r"5(?=[0-9A-F]*[A-F])[0-9A-F]{15}")  # NAA 5: IEEE registered (T10 SPC)
# Words before a value inside a two-dimensional symbol or a URL.
_LABELS = {
    "SN": CodeType.SERIAL_NUMBER,
    "S/N": CodeType.SERIAL_NUMBER,
    "SERIAL": CodeType.SERIAL_NUMBER,
    "SERIALNUMBER": CodeType.SERIAL_NUMBER,
    "SER": CodeType.SERIAL_NUMBER,
    "MTM": CodeType.MODEL_NUMBER,
    "MODEL": CodeType.MODEL_NUMBER,
    "MDL": CodeType.MODEL_NUMBER,
    "PN": CodeType.PART_NUMBER,
    "P/N": CodeType.PART_NUMBER,
    "SKU": CodeType.PART_NUMBER,
    "PID": CodeType.PART_NUMBER,
    "EAN": CodeType.EAN,
    "GTIN": CodeType.EAN,
    "UPC": CodeType.EAN,
    "IMEI": CodeType.IMEI,
    "IMEI1": CodeType.IMEI,
    "IMEI2": CodeType.IMEI,
    "EID": CodeType.EID,
    "MAC": CodeType.MAC_ADDRESS,
    "UUID": CodeType.UUID,
}


def standing(readings: Sequence[Reading]) -> list[Reading]:
    """Return the readings without symbols that are but stripes: short one-dimensional ones without check digit.

    A UPC-E stands where all its eight digits are printed, too: textures spell it, and so does half an EAN.
    """
    return [r for r in readings if r.kind is not ReadingKind.SYMBOL or _stands(r, readings)]


def _stands(symbol: Reading, readings: Iterable[Reading]) -> bool:
    if symbol.symbology == "UPCE":
        texts = (squeeze(r.text) for r in readings if r.kind is ReadingKind.TEXT)
        value = canonical(CodeType.EAN, checks.upc_a_of(symbol.text))
        return any(canonical(CodeType.EAN, checks.upc_a_of(digits)) == value for digits in texts if len(digits) == 8)
    return len(symbol.text) >= _SHORTEST.get(symbol.symbology or "", 4)


def claims(reading: Reading, index: int) -> list[Claim]:
    """Return what the payload of one symbol claims; an ordinary string claims nothing by itself."""
    found: dict[tuple[CodeType, str], Claim] = {}
    for kind, value, basis, why in _parse(reading.text.strip(), reading.symbology or ""):
        if checks.plausible(kind, value):
            claim = Claim(kind, canonical(kind, value), basis, why, index)
            found.setdefault((claim.type, claim.value), claim)
    return list(found.values())


def shown(reading: Reading) -> list[str]:
    """Return the values that a symbol shows: its payload, what its grammar takes out, and the rest after an S."""
    text = reading.text.strip().upper()
    return [
        text,
        *(claim.value for claim in claims(reading, 0)),
        *([text[1:]] if text[:1] == "S" else []),
    ]


_Raw = tuple[CodeType, str, Basis, str]


def _parse(text: str, symbology: str) -> Iterator[_Raw]:
    if symbology in RETAIL:
        text = checks.upc_a_of(text) if symbology == "UPCE" else text
        yield CodeType.EAN, text, Basis.RETAIL_SYMBOL, f"{symbology} symbol with a right check digit"
        return
    if envelope := _ENVELOPE.match(text):
        yield from _enveloped(envelope["form"], envelope["fields"], f"{symbology} in an ISO 15434 envelope")
        return
    if elements := gs1.elements(text):
        yield from _applied(elements, symbology)
        return
    if text.lower().startswith(("http://", "https://")):
        yield from _from_url(text)
        return
    if any(sign in text for sign in ":=") and not checks.mac_is_valid(text):
        yield from _labelled(text, symbology)
        return
    yield from _identified(text.upper(), symbology)
    yield from _self_evident(text.upper(), symbology)


def _enveloped(form: str, fields: str, symbology: str) -> Iterator[_Raw]:
    if form == "05":
        yield from _applied(gs1.elements(gs1.SEPARATOR + fields), symbology)
        return
    for field in fields.upper().split("\x1d"):
        if form == "06":
            yield from _identified(field, symbology, _IDENTIFIERS_IN_ENVELOPES)
        elif kind := _TEXT_ELEMENTS.get(field[:3]):
            yield kind, field[3:].strip(), Basis.IDENTIFIER, f"{symbology} with the element {field[:3]}"


def _applied(elements: Iterable[tuple[str, str]], symbology: str) -> Iterator[_Raw]:
    for identifier, value in elements:
        if kind := _APPLICATION.get(identifier):
            yield kind, value, Basis.IDENTIFIER, f"{symbology} with GS1 application identifier ({identifier})"


def _identified(
    text: str, symbology: str, identifiers: Sequence[tuple[str, CodeType]] = _IDENTIFIERS
) -> Iterator[_Raw]:
    """Read data identifiers. A bare S says nothing alone: ordinary serials start with S too."""
    if _HP_PRODUCT.fullmatch(text):
        return  # '1PP61EA#ABH' begins as a product of HP does, too
    if text.startswith("1S") and (match := _MTM_AND_SERIAL.fullmatch(text[2:])):
        why = f"{symbology} with identifier 1S"
        yield CodeType.MODEL_NUMBER, match["mtm"], Basis.IDENTIFIER, f"{why}: machine type and model"
        yield CodeType.SERIAL_NUMBER, match["serial"], Basis.IDENTIFIER, f"{why}: serial number"
        return
    for identifier, kind in identifiers:
        if text.startswith(identifier) and checks.plausible(kind, text.removeprefix(identifier)):
            yield (
                kind,
                text.removeprefix(identifier),
                Basis.IDENTIFIER,
                f"{symbology} with identifier {identifier}",
            )
            return


def _self_evident(text: str, symbology: str) -> Iterator[_Raw]:
    if "," in text and (match := _MTM_AND_SERIAL.fullmatch(text)):
        yield CodeType.MODEL_NUMBER, match["mtm"], Basis.SHAPE, f"{symbology} of the form machine type,serial"
        yield CodeType.SERIAL_NUMBER, match["serial"], Basis.SHAPE, f"{symbology} of the form machine type,serial"
    if match := _HP_PRODUCT.fullmatch(text):
        yield CodeType.PART_NUMBER, match["product"], Basis.SHAPE, f"{symbology} of the form product#region"
    if _WORLD_WIDE_NAME.fullmatch(text):
        yield CodeType.OTHER, text, Basis.SHAPE, f"{symbology} that holds a World Wide Name"
    for kind, name in (
        (CodeType.EAN, "a GTIN"),
        (CodeType.IMEI, "an IMEI"),
        (CodeType.EID, "an EID"),
        (CodeType.MAC_ADDRESS, "a MAC address"),
        (CodeType.UUID, "a UUID"),
    ):
        if checks.plausible(kind, text) and not (kind is CodeType.EAN and len(text) < 12):
            separated = kind is CodeType.MAC_ADDRESS and ":" in text
            basis = Basis.SHAPE if kind is CodeType.UUID or separated else Basis.CHECK_DIGIT
            yield kind, text, basis, f"{symbology} that holds {name}"


def _from_url(text: str) -> Iterator[_Raw]:
    yield from _applied(gs1.link(text), "web address")
    for name, value in parse_qsl(urlsplit(text).query):
        if kind := _LABELS.get(name.upper()):
            yield kind, value, Basis.LABELLED, f"web address with {name}="


def _labelled(text: str, symbology: str) -> Iterator[_Raw]:
    """Read 'SN:…' lines; the value may stand on the line below its label."""
    label = ""
    for line in re.split(r"[\r\n;,]+|\s+(?=[A-Z/]{2,8}:)", text.upper()):
        match = _LABELLED.fullmatch(line.strip())
        if match:
            label, value = match["label"], match["value"].strip()
        else:
            value = line.strip()
        if value:
            yield from _under_label(label, value, symbology)


def _under_label(label: str, value: str, symbology: str) -> Iterator[_Raw]:
    why = f"{symbology} with the label {label}" if label else symbology
    names = set(re.split(r"[^0-9A-Z/]+", label))
    if value.startswith("1S") and "1S" in names:
        yield from _identified(value, symbology)
        return
    for name in names:
        kind = _LABELS.get(name)
        if kind and len(names & _LABELS.keys()) == 1 and "MO" not in names:
            # '(S)SN:' announces the identifier S in front of the value.
            yield kind, value.removeprefix("S") if "S" in names else value, Basis.LABELLED, why
