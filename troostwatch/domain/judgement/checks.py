"""Check digits and shapes: does a string hold together as what it claims to be?

The arithmetic is python-stdnum's: GTIN (GS1 General Specifications), IMEI (Luhn, 3GPP TS 23.003),
EID (ISO 7064 mod 97-10, GSMA SGP.02), MAC (IEEE 802).
"""

from __future__ import annotations

import re
from functools import lru_cache

from stdnum import ean, imei, mac
from stdnum.exceptions import ValidationError
from stdnum.iso7064 import mod_97_10

from troostwatch.domain.codes import CodeType, canonical, squeeze

_UUID = re.compile(r"[0-9A-F]{8}-?[0-9A-F]{4}-?[0-9A-F]{4}-?[0-9A-F]{4}-?[0-9A-F]{12}")
# Digits decide, letters and signs follow: 'SM-X306B', '20AB-000CDE', '5CD2132MTT', '65Z99EA#ABH', '16-b1001nd'.
_PLAIN = re.compile(r"(?=[^\s]*\d)[0-9A-Z][0-9A-Z#./+-]{2,29}(?<![./+-])")
_LETTERS_ALONE = re.compile(r"[A-Z]{2,6}(?:-[A-Z]{1,6}){2,4}")  # 'UAP-AC-LR'
_TWO_WORDS = re.compile(r"[A-Z]{1,10} (?=[0-9A-Z-]*\d)[0-9A-Z-]{2,12}")  # 'HB 124A'


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


_LETTER_LIKE_DIGIT = re.compile(r"[OIQ](?=[0-9])|(?<=[0-9])[OIQ]")


LONGEST_LOSS = 10  # signs that a line may have lost at an end


def is_clipped(short: str, long: str, *, most: int = 2) -> bool:
    """Tell whether the first is the second without up to `most` signs at an end; an S in front is an identifier."""
    a, b = squeeze(short), squeeze(long)
    if len(a) < 5 or not 1 <= len(b) - len(a) <= most or b == f"S{a}":
        return False
    return b.startswith(a) or b.endswith(a)


def easily_misread(kind: CodeType, text: str) -> bool:
    """Tell whether signs in it are often taken for others in print: O, I and Q among digits, 8 and B in a MAC."""
    if kind is CodeType.MAC_ADDRESS:
        return "8" in text or "B" in text
    return _LETTER_LIKE_DIGIT.search(squeeze(text)) is not None


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
            return bool(_PLAIN.fullmatch(text.upper())) and "#" not in text and 5 <= len(squeeze(text)) <= 26
        case CodeType.MODEL_NUMBER:
            return any(form.fullmatch(text.upper()) for form in (_PLAIN, _LETTERS_ALONE, _TWO_WORDS))
        case _:
            return bool(_PLAIN.fullmatch(text.upper()))


def proves_itself(kind: CodeType, text: str) -> bool:
    """Tell whether a check digit inside the value confirms it."""
    return kind in (CodeType.EAN, CodeType.IMEI, CodeType.EID) and plausible(kind, text)
