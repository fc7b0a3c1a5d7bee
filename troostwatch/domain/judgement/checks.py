"""Check digits and shapes: does a string hold together as what it claims to be?

The arithmetic is python-stdnum's: GTIN (GS1 General Specifications), IMEI (Luhn, 3GPP TS 23.003),
EID (ISO 7064 mod 97-10, GSMA SGP.02), MAC (IEEE 802).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from stdnum import ean, imei, mac
from stdnum.exceptions import ValidationError
from stdnum.iso7064 import mod_97_10

from troostwatch.domain.codes import CodeType, canonical, squeeze

_UUID = re.compile(r"[0-9A-F]{8}-?[0-9A-F]{4}-?[0-9A-F]{4}-?[0-9A-F]{4}-?[0-9A-F]{12}")
# Digits decide, letters and signs follow: 'SM-X306B', '20AB-000CDE', '5CD2132MTT', '65Z99EA#ABH', '16-b1001nd'.
_PLAIN = re.compile(r"(?=[^\s]*\d)[0-9A-Z][0-9A-Z#./+-]{2,29}(?<![./+-])")
# Groups of a code parted by blanks: '0 601 9H5 302', 'LS 2208-SR', 'TTK 70 S'.
_GROUPS = re.compile(r"(?=[^\n]*\d)[0-9A-Z][0-9A-Z#./+_-]*(?: [0-9A-Z#./+_-]+){1,5}(?<![./+-])")
_LETTERS_ALONE = re.compile(r"[A-Z]{2,6}(?:-[A-Z]{1,6}){2,4}")  # 'UAP-AC-LR'


def gtin_is_valid(text: str) -> bool:
    """Tell whether this is a GTIN-8, -12, -13 or -14 whose last digit checks the rest."""
    digits = squeeze(text)
    # Zeros alone and zero-filled short numbers satisfy the arithmetic and are no article.
    return bool(ean.is_valid(digits)) and len(digits.lstrip("0")) >= 7


def upc_a_of(upc_e: str) -> str:
    """Return the UPC-A of which these eight digits are the short form; other text comes back as it is.

    The last digit before the check digit tells where zeros were left out (GS1 General Specifications, 5.2.2.4.2).
    """
    if len(upc_e) != 8 or not (upc_e.isascii() and upc_e.isdigit()):
        return upc_e
    system, a, b, c, d, e, last, check = list(upc_e)
    body = {
        "0": f"{a}{b}{last}0000{c}{d}{e}",
        "1": f"{a}{b}{last}0000{c}{d}{e}",
        "2": f"{a}{b}{last}0000{c}{d}{e}",
        "3": f"{a}{b}{c}00000{d}{e}",
        "4": f"{a}{b}{c}{d}00000{e}",
    }.get(last, f"{a}{b}{c}{d}{e}0000{last}")
    return f"{system}{body}{check}"


def service_tag_of(express_code: str) -> str | None:
    """Return the Dell service tag of which this is the express service code: the tag is its number to base 36."""
    digits = squeeze(express_code)
    if not digits.isdigit() or not 36**6 <= int(digits) < 36**7:
        return None
    number, tag = int(digits), ""
    while number:
        number, digit = divmod(number, 36)
        tag = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"[digit] + tag
    return tag


def imei_is_valid(text: str) -> bool:
    digits = squeeze(text)
    return len(digits) == 15 and len(set(digits)) > 2 and bool(imei.is_valid(digits))


def eid_is_valid(text: str) -> bool:
    """Tell whether this is the 32-digit number of an eSIM chip: it starts with 89 and is 1 modulo 97."""
    digits = squeeze(text)
    if len(digits) != 32 or not digits.isdigit() or not digits.startswith("89"):
        return False
    try:
        return bool(mod_97_10.validate(digits))
    except ValidationError:
        return False


def mac_is_valid(text: str) -> bool:
    """Tell whether this is a unicast EUI-48 that a factory could have given, in any notation."""
    digits = squeeze(text)
    if len(digits) != 12 or digits in ("0" * 12, "F" * 12) or not re.fullmatch(r"[0-9A-F]{12}", digits):
        return False
    # The lowest bit of the first byte marks multicast: no interface has such an address.
    return _is_registered(digits) and int(digits[1], 16) % 2 == 0


@lru_cache(maxsize=4096)
def _is_registered(digits: str) -> bool:
    # The search in the list of makers takes ten milliseconds, and a photograph asks several times for one address.
    return bool(mac.is_valid(canonical(CodeType.MAC_ADDRESS, digits)))


def uuid_is_valid(text: str) -> bool:
    """Tell whether this is a UUID; 32 decimal digits without hyphens are some other number."""
    bare = squeeze(text)
    return bool(_UUID.fullmatch(text.strip().upper())) and len(set(bare)) > 2 and ("-" in text or not bare.isdigit())


_NUMBER_AT_AN_END = re.compile(r"^\d{6,}(?=\D)|(?<=\D)\d{6,}$")
_MISREAD = {"O": "0", "Q": "0", "0": "O", "I": "1", "1": "I"}
_LONGEST = 30
LONGEST_LOSS = 10  # signs that a line may have lost at an end


def is_clipped(short: str, long: str, *, most: int = 2) -> bool:
    """Tell whether the first is the second without up to `most` signs at an end; an S in front is an identifier."""
    a, b = squeeze(short), squeeze(long)
    if len(a) < 5 or not 1 <= len(b) - len(a) <= most or b == f"S{a}":
        return False
    return b.startswith(a) or b.endswith(a)


def easily_misread(kind: CodeType, text: str) -> bool:
    """Tell whether signs in it are often taken for others in print, whichever of the two was read.

    O and 0, I and 1 in a group that has letters and digits, but for those within a number of six signs and more at an
    end of it; 8 and B in a MAC.
    """
    if kind is CodeType.MAC_ADDRESS:
        return "8" in text or "B" in text
    groups = re.split(r"[^0-9A-Z]+", text.upper())
    return any(_mixes(group) and _MISREAD.keys() & set(_NUMBER_AT_AN_END.sub("", group)) for group in groups)


def misreadings(text: str) -> Iterator[str]:
    """Yield the text with one sign in turn as the one that it is often taken for."""
    for i, sign in enumerate(text):
        if other := _MISREAD.get(sign):
            yield text[:i] + other + text[i + 1 :]


def _mixes(group: str) -> bool:
    return any(c.isdigit() for c in group) and any(c.isalpha() for c in group)


def is_of_one_shop(ean: str) -> bool:
    """Tell whether a GTIN is from a range that shops number themselves, or from coupons: no article of the world.

    GS1 General Specifications, 1.4.2: prefixes 02, 04, 05, 20-29 and 98-99 of thirteen digits; 0 and 2 of eight.
    """
    digits = ean.zfill(13)
    if digits.startswith("00000"):
        return digits[5] in "02"
    return digits.startswith(("02", "04", "05", "2", "98", "99")) and len(digits) == 13


def plausible(kind: CodeType, text: str) -> bool:
    """Tell whether the string can be a value of this type at all."""
    match kind:
        case CodeType.EAN:
            return gtin_is_valid(text)
        case CodeType.IMEI:
            return imei_is_valid(text)
        case CodeType.EID:
            return eid_is_valid(text)
        case CodeType.MAC_ADDRESS:
            return mac_is_valid(text)
        case CodeType.UUID:
            return uuid_is_valid(text)
        case CodeType.SERIAL_NUMBER:
            return _is_code(text) and "#" not in text and 4 <= len(squeeze(text)) <= 26
        case CodeType.MODEL_NUMBER:
            return _is_code(text) or _LETTERS_ALONE.fullmatch(text.upper()) is not None
        case _:
            return _is_code(text)


def _is_code(text: str) -> bool:
    return any(form.fullmatch(text.upper()) for form in (_PLAIN, _GROUPS)) and 3 <= len(squeeze(text)) <= _LONGEST


def proves_itself(kind: CodeType, text: str) -> bool:
    """Tell whether a check digit inside the value confirms it."""
    return kind in (CodeType.EAN, CodeType.IMEI, CodeType.EID) and plausible(kind, text)
