"""The one table of features that training and serving share. A model names them; one that names others is refused."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from itertools import pairwise

from stdnum import luhn

from troostwatch.domain.codes import CodeType, squeeze
from troostwatch.domain.judgement import checks
from troostwatch.domain.judgement.vendors import vendors
from troostwatch.domain.learning.words import FAR, Word, words_in
from troostwatch.domain.readings import Token

# Raised whenever a feature changes its meaning and keeps its name: models that learned the old one are refused.
FEATURE_VERSION = 1

Feature = Callable[[Word], float]

_UNIT = re.compile(
    r"[~≈]?\d+(?:[.,]\d+)?(?:[-/~X]\d+(?:[.,]\d+)?)*(?:V|A|W|HZ|KHZ|MHZ|GHZ|GB|TB|MM|CM|KG|G|MAH|WH|°C|C|%)?"
)
_DATE = re.compile(r"(?:\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}|\d{4}[-/.]\d{1,2}(?:[-/.]\d{1,2})?|(?:19|20)\d{2})")
_GROUPED = re.compile(r"\d{1,6}")


def _share(text: str, belongs: Callable[[str], bool]) -> float:
    return sum(map(belongs, text)) / len(text) if text else 0.0


def _longest_run(text: str, belongs: Callable[[str], bool]) -> int:
    longest = run = 0
    for character in text:
        run = run + 1 if belongs(character) else 0
        longest = max(longest, run)
    return longest


def _changes(text: str) -> int:
    """Return how often letters and digits take turns: seldom in words and numbers, often in serials."""
    kinds = [c.isdigit() for c in text if c.isalnum()]
    return sum(a != b for a, b in pairwise(kinds))


def _is(condition: Callable[[Word], object]) -> Feature:
    return lambda word: float(bool(condition(word)))


def _plausible(kind: CodeType) -> Feature:
    return _is(lambda word: checks.plausible(kind, word.text))


def _shaped(kind: CodeType) -> Feature:
    return _is(lambda word: kind in word.shapes)


def _made_by(maker: str) -> Feature:
    return _is(lambda word: maker in word.makers)


def _captioned(kind: CodeType) -> dict[str, Feature]:
    return {
        f"own_caption_{kind}": _is(lambda word: kind in word.own),
        f"caption_on_line_{kind}": _is(lambda word: word.on_line is kind),
        f"caption_left_{kind}": _nearness(lambda word: word.left.get(kind, FAR)),
        f"caption_above_{kind}": _nearness(lambda word: word.above.get(kind, FAR)),
    }


def _luhn(word: Word) -> bool:
    digits = squeeze(word.text)
    return len(digits) > 7 and digits.isdigit() and bool(luhn.is_valid(digits))


def _nearness(distances: Callable[[Word], float]) -> Feature:
    """Return 1 beside it and 0 where it is not seen at all."""
    return lambda word: 1.0 - min(distances(word), FAR) / FAR


_TEXT: dict[str, Feature] = {
    "length": lambda w: float(len(w.text)),
    "squeezed_length": lambda w: float(len(squeeze(w.text))),
    "digit_share": lambda w: _share(w.text, str.isdigit),
    "upper_share": lambda w: _share(w.text, str.isupper),
    "lower_share": lambda w: _share(w.text, str.islower),
    "sign_share": lambda w: _share(w.text, lambda c: not c.isalnum()),
    "hex_share": lambda w: _share(squeeze(w.text), lambda c: c in "0123456789ABCDEF"),
    "longest_digits": lambda w: float(_longest_run(w.text, str.isdigit)),
    "longest_letters": lambda w: float(_longest_run(w.text, str.isalpha)),
    "changes": lambda w: float(_changes(w.text)),
    "hyphens": lambda w: float(w.text.count("-")),
    "colons": lambda w: float(w.text.count(":")),
    "has_hash": _is(lambda w: "#" in w.text),
    "has_slash": _is(lambda w: "/" in w.text),
    "has_point": _is(lambda w: "." in w.text or "," in w.text),
    "starts_with_digit": _is(lambda w: w.text[:1].isdigit()),
    "ends_with_colon": _is(lambda w: w.token.text.rstrip().endswith(":")),
}

_FORM: dict[str, Feature] = {
    "is_quantity": _is(lambda w: _UNIT.fullmatch(w.text.upper())),
    "is_date": _is(lambda w: _DATE.fullmatch(w.text)),
    "is_group_of_digits": _is(lambda w: _GROUPED.fullmatch(w.text)),
    "has_look_alikes": lambda w: _share(squeeze(w.text), lambda c: c in "OISB"),
    **{
        f"plausible_{kind}": _plausible(kind)
        for kind in (
            CodeType.EAN, CodeType.IMEI, CodeType.EID, CodeType.MAC_ADDRESS, CodeType.UUID,
            CodeType.SERIAL_NUMBER, CodeType.MODEL_NUMBER, CodeType.PART_NUMBER,
        )
    },
    "luhn": _is(_luhn),
    **{
        f"shape_{kind}": _shaped(kind)
        for kind in (CodeType.SERIAL_NUMBER, CodeType.MODEL_NUMBER, CodeType.PART_NUMBER, CodeType.REGULATORY_MODEL)
    },
    "trap": _is(lambda w: w.trapped),
}  # fmt: skip

_CAPTIONS: dict[str, Feature] = {name: feature for kind in CodeType for name, feature in _captioned(kind).items()}

_PLACE: dict[str, Feature] = {
    "confidence": lambda w: 1.0 if w.token.confidence is None else w.token.confidence,
    "letter_height": lambda w: min(w.letter_height, 10.0),
    "x": lambda w: (w.token.box.x0 + w.token.box.x1) / 2 / w.width,
    "y": lambda w: (w.token.box.y0 + w.token.box.y1) / 2 / w.height,
    "width": lambda w: (w.token.box.x1 - w.token.box.x0) / w.width,
    "upright": _is(lambda w: w.token.box.y1 - w.token.box.y0 > 1.5 * (w.token.box.x1 - w.token.box.x0)),
    "number_in_line": lambda w: float(min(w.number, 10)),
    "words_in_line": lambda w: float(min(w.words_in_line, 12)),
    "digits_before": lambda w: _share(w.before, str.isdigit),
    "letters_before": lambda w: _share(w.before, str.isalpha),
    "colon_before": _is(lambda w: w.before.endswith((":", "."))),
    "digits_after": lambda w: _share(w.after, str.isdigit),
    "letters_after": lambda w: _share(w.after, str.isalpha),
}

_MAKERS: dict[str, Feature] = {
    f"maker_{vendor.name.lower().replace(' ', '_')}": _made_by(vendor.name) for vendor in vendors() if vendor.marks
}

FEATURES: dict[str, Feature] = _TEXT | _FORM | _CAPTIONS | _PLACE | _MAKERS


def matrix(tokens: Sequence[Token], *, width: int, height: int) -> list[list[float]]:
    """Return a row of features for every token of a photograph, columns in the order of FEATURES."""
    return [[feature(word) for feature in FEATURES.values()] for word in words_in(tokens, width=width, height=height)]
