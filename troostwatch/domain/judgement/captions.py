"""Captions: the printed words that say what the code beside them is, in six languages.

Also the traps: captions of numbers that look like codes and are none that we look for. Recognising them keeps
their values from being taken for something else.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from troostwatch.domain.codes import CodeType

_PHRASES: dict[CodeType, tuple[str, ...]] = {
    CodeType.SERIAL_NUMBER: (
        "serial number", "serial no", "serial nr", "serial", "ser. no", "ser no", "s/n", "sn", "service tag",
        "s/n no",
        "serienummer", "serienr", "serie nr",
        "seriennummer", "seriennr", "serien-nr", "fabriknummer", "fabrik-nr",
        "numéro de série", "n° de série", "n° série", "no de série", "no. de série", "n/s",
        "número de serie", "nº de serie", "nº serie", "n.º de serie", "n° de serie", "no. de serie",
        "numero di serie", "n. di serie", "matricola", "numero seriale",
    ),
    CodeType.MODEL_NUMBER: (
        "model number", "model no", "model nr", "model name", "model id", "model", "mdl", "mtm", "m/t model",
        "m/t-model", "machine type model", "mod. no", "mod",
        "modelnummer", "modelnr", "modelnaam", "typenummer",
        "modellnummer", "modell-nr", "modellbezeichnung", "modell",
        "numéro de modèle", "n° de modèle", "nº de modelo", "référence modèle", "modèle",
        "número de modelo", "modelo", "numero di modello", "numero modello", "modello",
    ),
    CodeType.PART_NUMBER: (
        "part number", "part no", "part nr", "p/n", "pn", "product number", "product no", "product nr", "prod. no",
        "prod. id", "prod id", "product id", "product code", "sku", "item number", "item no", "order no", "mpn",
        "pid", "dp/n", "dpn", "cat. no", "cat no", "catalog no",
        "artikelnummer", "artikelnr", "artikel nr", "onderdeelnummer", "bestelnummer", "productnummer", "productnr",
        "art. nr", "art nr", "art.-nr", "artikel-nr", "teilenummer", "teile-nr", "bestellnummer", "best.-nr",
        "produktnummer", "produkt-nr", "sachnummer",
        "référence", "numéro de pièce", "réf. produit", "numéro de produit", "code produit", "code article",
        "n° d'article", "n° de produit", "réf. article",
        "número de pieza", "número de producto", "número de artículo", "nº de artículo", "n° articolo", "referencia",
        "código de producto",
        "numero di parte", "codice prodotto", "codice articolo", "numero prodotto",
    ),
    CodeType.EAN: (
        "ean", "ean code", "ean-code", "ean-13", "ean13", "upc", "upc code", "upc/ean", "gtin", "barcode"),
    CodeType.IMEI: ("imei", "imei1", "imei2", "imei 1", "imei 2", "imei/meid", "imei no"),
    CodeType.MAC_ADDRESS: (
        "mac", "mac id", "mac address", "mac addr", "mac no", "mac1", "mac2", "wlan mac", "lan mac", "wifi mac",
        "wi-fi mac", "wi-fi address", "ethernet mac", "eth mac", "bt mac",
        "bluetooth mac", "base mac", "mac-adres", "mac-adresse",
        "adresse mac", "dirección mac", "indirizzo mac", "wifi address", "bluetooth address", "wlan", "lan",
    ),
    CodeType.REGULATORY_MODEL: (
        "rmn", "regulatory model", "regulatory model number", "reg model", "reg. model", "reg model no", "r/n",
        "regulatory type", "reg type no",
    ),
    CodeType.UUID: ("uuid", "guid"),
    CodeType.EID: ("eid",),
    CodeType.OTHER: (
        # Traps: what follows these is never reported under a scored type.
        "m/t-model s/n", "mtm s/n", "mtm.sn", "sn.mo", "mtm-sn",
        "microsoft product key id", "product key id", "product key", "windows product key", "pkid",
        "compliance id", "fcc id", "ic", "cmiit id", "anatel", "ul file", "ccc", "nom", "kcc id", "iccid",
        "label p/n", "label pn", "bld pn", "bld p/n", "battery info", "battery model", "batt", "battery p/n",
        "mo", "po", "po no", "p.o", "poseq", "flcsno", "wwn", "wwid", "date", "mfg date", "mfd", "dom", "dop",
        "lot no",
        "lot", "batch", "batch no", "origin", "rev", "version", "ver", "fw", "hw", "f/w", "h/w", "firmware", "color",
        "colour", "cpu", "ram", "gpu", "storage", "display", "display1", "display2", "os", "battery", "memory",
        "input", "output", "rating", "express service code", "express code", "asset tag", "asset no", "customer no",
        "invoice", "invoice no", "order", "tel", "phone", "fax", "weight", "qty", "quantity", "ssid", "password",
        "wifi key", "wpa key", "pin code", "pallettype", "carton no", "box no", "case no", "full case", "psid",
        "address", "email", "made in", "eu contact", "name", "max", "volt",
        "hersteldatum", "herstelldatum", "manufacture date", "production date", "fecha", "datum", "data",
    ),
}  # fmt: skip

# So short that they occur inside words and sentences: they count only before a colon or alone on their line.
_SHORT = 4
_CODE_NEXT = re.compile(r"[\s)]*(?=\S*\d\S*\d)[0-9A-Za-z#/.-]{5,}")
_SEPARATORS = ":.#=;"


@dataclass(frozen=True, slots=True)
class Captioned:
    """A caption found in a line of text and what follows it on that line (perhaps nothing)."""

    type: CodeType
    caption: str  # as printed
    value: str  # up to the next caption or the end of the line
    start: float  # where the caption begins, as a share of the line's length
    end: float  # where the value ends


_ALIKE = str.maketrans({"l": "i", "1": "i", "|": "i", "!": "i", "0": "o", "º": "o", "°": "o", "-": " "})


def fold(text: str) -> str:
    """Return the text as OCR may have damaged it: case, accents, and the look-alikes of I and O made one."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", text.lower()) if not unicodedata.combining(c))
    return plain.translate(_ALIKE)


def _pattern(phrase: str) -> str:
    """Blanks and points come and go between printers and readers, and the stroke of 'P/N' is often read as I."""
    parts = (re.escape(part) for part in re.split(r"[\s.]+", fold(phrase)) if part)
    return r"[\s.]*".join(parts).replace("/", "[/i]")


# A phrase of another type that folds alike would be a mistake in the table: the longest phrase is tried first.
_TABLE: list[tuple[str, str, CodeType]] = sorted(
    ((phrase, _pattern(phrase), kind) for kind, phrases in _PHRASES.items() for phrase in phrases),
    key=lambda row: -len(row[0]),
)
_BY_GROUP = [kind for _, _, kind in _TABLE]
_IDENTIFIER = r"(?:\(\s*[0-9iso]{0,2}[a-z5]\s*\)\s*|\(\s*\)\s*)?"
# 'US7SAR180P/N:' lost its blank: those few may follow a letter or digit.
_START = r"(?:(?<![0-9a-z])|(?<=[0-9a-z])(?=[psr]/n:))"
_END = r"(?:(?![a-z0-9])|(?<=/n)(?=[2-9]))"  # 'P/N8KY79EA' lost its blank too
_CAPTION = re.compile(f"{_START}{_IDENTIFIER}(?:{'|'.join(f'({p})' for _, p, _ in _TABLE)}){_END}")


def find(line: str) -> list[Captioned]:
    """Return the captions of a line in order, each with the value that follows it on the line.

    'S/N: P209ZPB6 MO:P2N0B072500X' gives a serial number and a trap; 'Serial No.' gives one without a value.
    """
    folded = fold(line)
    # A character that decomposes would shift the places; a line with one is read as if it were plain.
    source = line if len(folded) == len(line) else unicodedata.normalize("NFKC", line)
    source = source if len(folded) == len(source) else folded.upper()
    matches = [m for m in _CAPTION.finditer(folded) if _counts(m, folded, source)]
    found = []
    for match, following in pairwise([*matches, None]):
        assert match is not None
        end = following.start() if following else len(source)
        raw = source[match.end() : end]
        value = re.sub(r"^[\s:.#=;)]*(?:no\.?|nr\.?)?[\s:.#=;]*", "", raw, flags=re.IGNORECASE).strip()
        found.append(
            Captioned(
                type=_BY_GROUP[(match.lastindex or 1) - 1],
                caption=source[match.start() : match.end()].strip(),
                value=value,
                start=match.start() / max(1, len(source)),
                end=end / max(1, len(source)),
            )
        )
    return found


def _counts(match: re.Match[str], line: str, source: str) -> bool:
    """Tell a caption from the same letters in running text."""
    if source[match.start() : match.end()] in ("pin", "sin", "rin"):
        return False  # 'P/N' read as 'PIN' is a caption, the word 'pin' is not
    rest = line[match.end() :].lstrip(" )")
    alone = not rest.strip(_SEPARATORS + " ")
    if rest[:1] in tuple(_SEPARATORS) or alone:
        return True
    if match.start() > 1 and "/" not in match.group():
        return False
    return len(match.group()) > _SHORT or bool(_CODE_NEXT.match(source, match.end()))


def phrases() -> Iterator[tuple[CodeType, str]]:
    """Yield every caption of the table; tests and drawings of labels use them."""
    for phrase, _, kind in _TABLE:
        yield kind, phrase
