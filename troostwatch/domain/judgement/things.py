"""What stands on labels and is no code: ratings with units, dates, years, standards, revisions, quantities, addresses.

A value that is one of these belongs to no caption of ours, and a word that is one ends the value before it.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from importlib.resources import files


def _table() -> dict[str, list[str]]:
    return tomllib.loads((files("troostwatch.domain.judgement") / "things.toml").read_text(encoding="utf-8"))


# No rating has more digits before the point, or a zero in front of others; codes have.
_NUMBER = r"[~≈<>≤≥±+-]?(?:0|[1-9]\d{0,4})(?:[.,]\d{1,3})?"
_UNITS = "|".join(map(re.escape, _table()["units"]))
# Single letters that end many a code: units only behind a blank.
_APART = re.compile(rf"{_NUMBER} [TLKNJSHM]")
_RATING = re.compile(
    rf"{_NUMBER}(?:\s?(?:[-/…xX\N{{EN DASH}}\N{{MULTIPLICATION SIGN}}]|TO|BIS|\.\.\.?)\s?{_NUMBER})*\s?(?:{_UNITS})"
    rf"(?:[~=⎓≈]|AC|DC)?(?:\s?[-/,;~]\s?{_NUMBER}\s?(?:{_UNITS})?)*[.;,]?"
)
_ALONE_ALSO_LETTERS = frozenset("THNJSKXLM")  # behind a designation these are as often a part of it: 'TTK 70 S'
_UNIT = re.compile(rf"(?:{_UNITS})[.;,~=]?")
_DAY, _MONTH = r"(?:0?[1-9]|[12]\d|3[01])", r"(?:0?[1-9]|1[0-2])"
_DATE = re.compile(
    rf"(?:(?:19|20)\d\d[-./]{_MONTH}(?:[-./]{_DAY})?|{_DAY}[-./]{_MONTH}[-./](?:19|20)?\d\d"
    rf"|{_MONTH}[-./]{_DAY}[-./](?:19|20)\d\d|{_MONTH}[-./](?:19|20)\d\d"
    r"|(?:\d{1,2}[ .-])?(?:JAN|FEB|MAR|APR|MAY|MAI|JUN|JUL|AUG|SEP|OCT|OKT|NOV|DEC|DEZ)[A-Z]*[ .,-]{0,2}\d{2,4}"
    r"|\d{4}年(?:\d{1,2}月)?(?:\d{1,2}日)?)"
)
_YEAR = re.compile(r"(?:19[5-9]|20[0-4])\d")
_STANDARD = re.compile(
    r"(?:(?:EN|IEC|DIN|ISO|VDE|IEEE|ASTM|CISPR)[ -/]?|"
    r"(?:UL|NF|BS|CSA|GB|GB/T|JIS|ANSI|SAE|NEN|UNI|PN|ČSN|CSN|ETSI)[ -/])(?:EN|IEC|ISO)?"
    r"[ -/]?\d{2,6}(?:[-.:/]\d+)*(?::\d{4})?(?:/.*)?"
)
_PROTECTION = re.compile(r"IP ?[0-6X][0-9XK]{1,2}[A-Z]?|IK ?\d{1,2}|IE[1-5]|IC ?4\d\d|IM ?[BV]?\d{1,4}")
_REVISION = re.compile(
    r"(?:REV|REVISION|VER|VERSION|ISSUE)(?:[.: ]+[A-Z0-9.]{0,5}|[A-Z]?\d{0,3})|V\d+\.\d+[0-9.A-Z]*|[HSF]W[:.]?\d[0-9.]*"
)
_ADDRESS = re.compile(r"(?:HTTPS?:|WWW\.).*|.*@.*\..*|[A-Z0-9-]+\.(?:COM|NET|ORG|EU|NL|DE|FR|IT|ES|CN)(?:/.*)?")
_TELEPHONE = re.compile(r"\+\d{2,3}[ ()\d/-]{6,}|\(0\d*\).*")
_TIMES = r"\s?[X\N{MULTIPLICATION SIGN}]\s?\d+(?:[.,]\d+)?"
_SIZES = re.compile(rf"\d+(?:[.,]\d+)?(?:(?:{_TIMES}){{2}}|{_TIMES}\s?(?:MM|CM|M|IN))(?:\s?(?:MM|CM|M|IN))?")
_SHARE = re.compile(r"(?:COS ?(?:Φ|PHI|Ø|0)?|PF|Φ) ?[=:]? ?[01][.,]\d+|[01][.,]\d+")
_TOTAL = (_RATING, _APART, _DATE, _YEAR, _STANDARD, _PROTECTION, _REVISION, _ADDRESS, _TELEPHONE, _SIZES, _SHARE)
# What tells the plate of a machine: each of these alone stands on many labels, several together on plates.
_ON_PLATES = {
    "voltage": re.compile(r"\d\s?(?:V|VAC|VDC|KV)\b|\bVOLTS?\b|\d\s?V[~=]"),
    "current": re.compile(r"\d\s?(?:A|AMPS?)\b"),
    "power": re.compile(r"\d\s?(?:W|KW|HP|PS|CV|KVA|VA)\b|\bWATTS?\b"),
    "frequency": re.compile(r"\d\s?(?:HZ|CY|CYCLES)\b|~\s?50\b"),
    "speed": re.compile(r"\d\s?(?:RPM|R/MIN|MIN-1|MIN\W?1|1/MIN|U/MIN|TR/MIN|OBR/MIN|OT/MIN|GIRI)"),
    "power factor": re.compile(r"\bCOS\b|\bPHI\b|\bP\.?F\.? ?0"),
    "protection": re.compile(r"\bIP ?[0-6X][0-9X]\b"),
    "weight": re.compile(r"\d\s?(?:KG|LBS?)\b"),
    "class": re.compile(r"\b(?:CL|CLASS|KLASSE|ISOL?|INS)\b\.? ?(?:CL\.? ?)?[ABEFHI]{1,3}\b|\bS[1-9]\b|\bIE[1-5]\b"),
    "pressure": re.compile(r"\d\s?(?:BAR|PSI|KPA|MPA)\b"),
    "temperature": re.compile(r"\d\s?[°º]\s?[CF]"),
    "flow": re.compile(r"\d\s?(?:M3/H|M³/H|L/MIN|L/H)\b"),
    "year": re.compile(r"\b(?:BAUJAHR|BOUWJAAR|YEAR|ANNO|ANN[ÉE]E|A[NÑ]O|ROK|ANO|GYÁRTÁSI|YILI|VUOSI)\b"),
}
_LEAST_OF_A_PLATE = 3


def is_no_code(text: str) -> bool:
    """Tell whether this is as a whole a rating, a date, a standard or the like: '230V~50Hz', 'IP 55', '2019-04'."""
    bare = " ".join(text.upper().split())
    return any(form.fullmatch(bare) for form in _TOTAL)


def ends_a_value(word: str, following: str) -> bool:
    """Tell whether a word behind a value is none of it: a unit, a rating, a year, a revision, or a word of language."""
    bare = word.upper()
    unit = _UNIT.fullmatch(bare) and bare not in _ALONE_ALSO_LETTERS
    if unit or is_no_code(bare) or is_no_code(f"{bare} {following}"):
        return True
    return sum(c.isalpha() for c in word) > 3 and not any(c.isdigit() for c in word)


def is_nameplate(lines: Iterable[str]) -> bool:
    """Tell whether these lines are the form that stands on machines, motors and appliances."""
    everything = "\n".join(lines).upper()
    return sum(form.search(everything) is not None for form in _ON_PLATES.values()) >= _LEAST_OF_A_PLATE
