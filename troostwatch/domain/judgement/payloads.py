"""What the text inside a symbol claims by its own grammar, whichever of them it is written in.

Each grammar has a module: `gs1`, `identifiers` (ANSI MH10.8.2 and ISO 15434), `hibc`, `links` (web addresses), `keyed`
(JSON, XML, tables, 'key: value'). Here is decided which of them a payload speaks, and what its words are worth.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from troostwatch.domain.codes import CodeType, canonical, squeeze
from troostwatch.domain.judgement import checks, code39, gs1, hibc, identifiers, keyed, links, things
from troostwatch.domain.judgement.claims import Basis, Claim
from troostwatch.domain.judgement.gs1 import Element
from troostwatch.domain.judgement.identifiers import Told
from troostwatch.domain.judgement.keyed import Keyed
from troostwatch.domain.judgement.values import value_in
from troostwatch.domain.readings import Reading, ReadingKind

_CODE_39 = "Code39"
RETAIL = frozenset({"EAN13", "EAN8", "UPCA", "UPCE"})
# A length that a misread of a pattern of stripes reaches easily; shorter ones have to be seen more than once.
_SHORTEST = {"ITF": 14, "Code39": 6, "Codabar": 6, "Code93": 6}
_SHORTEST_SEEN_TWICE = {"ITF": 8}
_TWICE = 0.5  # the reader's number is the share of its scales, in quarters

_HP_PRODUCT = re.compile(r"(?:HPI-)?(?P<product>[0-9A-Z]{6,8}#[0-9A-Z]{3})")
# What GS1 application identifiers hold that we look for.
_APPLICATION = {
    "01": CodeType.EAN,
    "02": CodeType.EAN,
    "03": CodeType.EAN,
    "21": CodeType.SERIAL_NUMBER,
    "240": CodeType.PART_NUMBER,
    "241": CodeType.PART_NUMBER,
    "8002": CodeType.IMEI,
}
_OF_GS1 = re.compile(r"\](?:C1|d2|Q3|J1|e0)")  # an AIM identifier that a reader left in front of the payload
_PRICE_OF_A_BOOK = ("191", "192")  # the second symbol of Japanese books and magazines; no country has these prefixes
_OF_THE_BUYER = "241"
_WORLD_WIDE_NAME = re.compile(r"5(?=[0-9A-F]*[A-F])[0-9A-F]{15}")  # NAA 5: IEEE registered (T10 SPC)


def standing(readings: Sequence[Reading]) -> list[Reading]:
    """Return the readings without symbols that are but stripes: short one-dimensional ones without check digit.

    A UPC-E stands where all its eight digits are printed, too: textures spell it, and so does half an EAN.
    """
    return [r for r in readings if r.kind is not ReadingKind.SYMBOL or _stands(r, readings)]


def _stands(symbol: Reading, readings: Iterable[Reading]) -> bool:
    form = symbol.symbology or ""
    if form == "UPCE":
        texts = (squeeze(r.text) for r in readings if r.kind is ReadingKind.TEXT)
        value = canonical(CodeType.EAN, checks.upc_a_of(symbol.text))
        return any(canonical(CodeType.EAN, checks.upc_a_of(digits)) == value for digits in texts if len(digits) == 8)
    least = _SHORTEST.get(form, 4)
    if (symbol.confidence or 0.0) >= _TWICE:
        least = _SHORTEST_SEEN_TWICE.get(form, least)
    return len(symbol.text) >= least


def claims(reading: Reading, index: int) -> list[Claim]:
    """Return what the payload of one symbol claims; an ordinary string claims nothing by itself.

    As `other` it claims what is understood and none of our codes: a quantity, an origin, an invoice.
    """
    found: dict[tuple[CodeType, str, Basis], Claim] = {}
    for kind, value, basis, why in _parse(reading.text.strip(), reading.symbology or ""):
        if kind is CodeType.OTHER or checks.plausible(kind, value):
            claim = Claim(kind, canonical(kind, value), basis, why, index)
            found.setdefault((claim.type, claim.value, basis), claim)
    return list(found.values())


def shown(reading: Reading) -> list[str]:
    """Return the values that a symbol shows: its payload, what its grammar takes out, and the rest after an S."""
    text = reading.text.strip().upper()
    return [
        text,
        *(claim.value for claim in claims(reading, 0)),
        *(value for _, value in shorter(reading)),
        *(value.upper() for value in code39.other_readings(text) if reading.symbology == _CODE_39),
        *([text[1:]] if text[:1] == "S" else []),
    ]


def shorter(reading: Reading) -> list[tuple[CodeType, str]]:
    """Return the values that the payload of a symbol may mean as well, where its printer left out a separator."""
    return [
        (kind, canonical(kind, value))
        for element in _elements(reading.text.strip(), reading.symbology or "")
        if (kind := _APPLICATION.get(element.identifier))
        for value in element.shorter
        if checks.plausible(kind, value)
    ]


_Raw = tuple[CodeType, str, Basis, str]


def _parse(text: str, symbology: str) -> Iterator[_Raw]:
    if symbology == "EAN13" and text.startswith(_PRICE_OF_A_BOOK):
        yield CodeType.OTHER, text, Basis.RETAIL_SYMBOL, "EAN13 symbol with class and price of a Japanese book"
    elif symbology in RETAIL:
        text = checks.upc_a_of(text) if symbology == "UPCE" else text
        yield CodeType.EAN, text, Basis.RETAIL_SYMBOL, f"{symbology} symbol with a right check digit"
    elif formats := identifiers.formats(identifiers.readable(text)):
        yield from _enveloped(formats, f"{symbology} in an ISO 15434 envelope")
    elif parts := hibc.codes(text.upper()):
        yield from _of_health(text.upper(), parts, symbology)
    elif elements := _elements(text, symbology):
        yield from _applied(elements, symbology)
    elif links.is_address(text):
        yield from _addressed(text)
    elif not keyed.is_no_label(text):
        yield from _named(text, symbology)


def _elements(text: str, symbology: str) -> list[Element]:
    if text.startswith("("):
        return gs1.printed_elements(text)
    announced = _OF_GS1.match(text)
    surely = announced is not None or symbology.startswith(gs1.DATABAR)
    return gs1.elements(identifiers.readable(_OF_GS1.sub("", text)), surely=surely)


def _named(text: str, symbology: str) -> Iterator[_Raw]:
    """Read a payload by its keys, else by its identifiers, else by its form."""
    values = keyed.keyed(text) if not checks.mac_is_valid(text) else []
    if values:
        for value in values:
            yield from _under_key(value, symbology)
        return
    bare = text.upper()
    fields = identifiers.readable(bare).split(gs1.SEPARATOR)
    alone = [told for field in fields for told in _identified(field, symbology)]
    if len(fields) > 1 and alone:
        yield from map(_raw, identifiers.of_fields(fields, symbology))
    else:
        yield from map(_raw, alone)
    yield from _self_evident(bare, symbology)


def _enveloped(formats: Iterable[tuple[str, str]], where: str) -> Iterator[_Raw]:
    for form, fields in formats:
        match form:
            case "05":
                yield from _applied(gs1.elements(fields, surely=True), where)
            case "06":
                yield from map(_raw, identifiers.of_fields(fields.upper().split(gs1.SEPARATOR), where))
            case "12":
                yield from map(_raw, identifiers.of_words(fields.upper().split(gs1.SEPARATOR), where))
            case _:
                continue


def _of_health(text: str, parts: Iterable[tuple[CodeType, str]], symbology: str) -> Iterator[_Raw]:
    for kind, value in parts:
        yield kind, value, Basis.IDENTIFIER, f"{symbology} with a label of the health industry (HIBC)"
        if not hibc.is_checked(text):
            yield kind, value, Basis.CONTESTED, "its check sign does not fit"


def _applied(elements: Sequence[Element], where: str) -> Iterator[_Raw]:
    makers = any(element.identifier == "240" for element in elements)
    for element in elements:
        kind = _APPLICATION.get(element.identifier, CodeType.OTHER)
        kind = CodeType.OTHER if makers and element.identifier == _OF_THE_BUYER else kind
        why = f"{where} with GS1 application identifier ({element.identifier})"
        why += "" if kind is not CodeType.OTHER else f": {element.name}"
        if element.value:
            yield kind, element.value, Basis.IDENTIFIER, why
        if element.value and element.shorter and kind is not CodeType.OTHER:
            yield kind, element.value, Basis.CONTESTED, "its end may be another element: a separator may be missing"


def _addressed(text: str) -> Iterator[_Raw]:
    address = links.read(text)
    if address is None:
        return
    yield from _applied(address.elements, "web address")
    yield from map(_raw, address.fields)
    for parameter in address.parameters:
        if parameter.meaning.vague and not address.of_maker:
            continue
        sure = address.of_maker and not parameter.meaning.vague
        basis = Basis.LABELLED if sure else Basis.VAGUE_CAPTION
        yield from _worth(parameter, basis, f"web address with {parameter.key}=")


def _under_key(found: Keyed, symbology: str) -> Iterator[_Raw]:
    why = f"{symbology} with the label {found.key.upper()}"
    if found.identifier and found.value.upper().startswith(found.identifier):
        if found.identifier == "S" and found.meaning.type is CodeType.SERIAL_NUMBER:
            yield CodeType.SERIAL_NUMBER, found.value[1:], Basis.LABELLED, why  # the S is printed in front
        else:
            yield from map(_raw, _identified(found.value.upper(), symbology))
        return
    yield from _worth(found, Basis.VAGUE_CAPTION if found.meaning.vague else Basis.LABELLED, why)


def _worth(found: Keyed, basis: Basis, why: str) -> Iterator[_Raw]:
    """Yield the code that a named value holds: the whole of it, or that with which it begins."""
    kind = found.meaning.type
    if kind is CodeType.OTHER:
        yield kind, found.value, basis, why
    elif not things.is_no_code(found.value):
        whole = " " not in found.value and checks.plausible(kind, found.value)
        value = found.value if whole else value_in(kind, found.value)
        if value:
            yield kind, value, basis, why


def _identified(text: str, symbology: str) -> list[Told]:
    # '1PP61EA#ABH' begins as a product of HP does, too.
    return [] if _HP_PRODUCT.fullmatch(text) else list(identifiers.of_payload(text, symbology))


def _raw(told: Told) -> _Raw:
    return told.type, told.value, Basis.IDENTIFIER, told.why


def _self_evident(text: str, symbology: str) -> Iterator[_Raw]:
    if "," in text and (match := identifiers.MTM_AND_SERIAL.fullmatch(text)):
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
