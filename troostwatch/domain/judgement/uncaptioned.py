"""Models that stand on a label without a caption, as a third of them do: large, and with the characters of a code.

One such witness makes a code that waits for a person, with an honest probability.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from functools import cache
from statistics import median

from troostwatch.domain.codes import CodeType, squeeze
from troostwatch.domain.judgement import captions
from troostwatch.domain.judgement.claims import Basis, Claim
from troostwatch.domain.judgement.grammar import spelled, vocabulary
from troostwatch.domain.judgement.labels import Label
from troostwatch.domain.judgement.likeness import SURE, code_likeness
from troostwatch.domain.judgement.naming import product_name
from troostwatch.domain.judgement.values import value_in
from troostwatch.domain.judgement.vendors import vendors
from troostwatch.domain.readings import LookReason, Reading, ReadingKind, is_matrix

_SHORTEST, _LONGEST = 4, 24
_AS_LARGE_AS = 0.9  # of the usual line of the label
_MOST_LINES = 40  # a box full of prose is no label


def prominent(readings: Sequence[Reading], on: Sequence[Label], claims: Sequence[Claim]) -> Iterator[Claim]:
    """Yield for each label without a captioned model the line that most likely is one.

    What stands in a symbol as well comes first, then what is printed largest.
    """
    symbols = [r for r in readings if r.kind is ReadingKind.SYMBOL]
    known = {squeeze(claim.value) for claim in claims}
    for label in on:
        lines = [i for i in label.readings if readings[i].kind is ReadingKind.TEXT]
        if not _is_label(label, lines, readings) or any(_is_model(c, label) for c in claims):
            continue
        if _is_small_print(lines, readings) and not any(_is_code(c, label) for c in claims):
            continue
        usual = median(readings[i].quad.height for i in lines)
        makers = {readings[i].text.strip().lower() for i in lines} | _known_makers()
        designations = ((i, _designation(_behind(makers, readings[i].text), plate=label.nameplate)) for i in lines)
        found = [(i, value) for i, value in designations if value and squeeze(value) not in known]
        ranked = [
            (_is_held(value, symbols), readings[i].quad.height, -i, value)
            for i, value in found
            if readings[i].quad.height >= _AS_LARGE_AS * usual and not _belongs_to_bars(value, symbols)
        ]
        if ranked:
            in_symbol, _, index, value = max(ranked)
            yield Claim(CodeType.MODEL_NUMBER, value, Basis.PROMINENT, "stands large on the label", -index)
            if in_symbol:
                yield Claim(CodeType.MODEL_NUMBER, value, Basis.ENCODED, "a symbol holds it too", -index)


def _is_label(label: Label, lines: Sequence[int], readings: Sequence[Reading]) -> bool:
    """Tell whether this is a label and no box full of prose: it has bars, captions, or the form of a plate."""
    bars = any(readings[i].kind in (ReadingKind.SYMBOL, ReadingKind.UNDECODED) for i in label.readings)
    marked = bars or label.nameplate or any(captions.find(readings[i].text) for i in lines)
    return marked and 0 < len(lines) <= _MOST_LINES


def _is_small_print(lines: Sequence[int], readings: Sequence[Reading]) -> bool:
    """Tell whether nothing of it can be read on the whole picture, as what is printed on boards and connectors."""
    looks = [readings[i].look for i in lines]
    return all(look and look.reason is not LookReason.LONG for look in looks)


def _is_code(claim: Claim, label: Label) -> bool:
    return claim.type is not CodeType.OTHER and claim.reading in label.readings


def _is_model(claim: Claim, label: Label) -> bool:
    return claim.type is CodeType.MODEL_NUMBER and claim.reading in label.readings


def _is_held(value: str, symbols: Sequence[Reading]) -> bool:
    return any(squeeze(symbol.text) == squeeze(value) and is_matrix(symbol) for symbol in symbols)


def _belongs_to_bars(value: str, symbols: Sequence[Reading]) -> bool:
    """Tell whether a symbol holds more than this, or bars hold it: what has bars of its own is seldom the model."""
    squeezed = squeeze(value)
    return any(
        squeezed in squeeze(symbol.text) and (squeezed != squeeze(symbol.text) or not is_matrix(symbol))
        for symbol in symbols
    )


def _behind(makers: Collection[str], line: str) -> str:
    """Return what stands behind the maker and words on the line: 'HG8010' of 'Huawei OptiXstar HG8010'."""
    words = line.split()
    named = len(words) > 1 and words[0].lower() in makers and all(word.isalpha() for word in words[:-1])
    return words[-1] if named else line


@cache
def _known_makers() -> frozenset[str]:
    return frozenset(vendor.name.lower() for vendor in vendors())


def _designation(line: str, *, plate: bool) -> str | None:
    """Return the line as a model where all of it can be one, with letters in front and digits."""
    value = value_in(CodeType.MODEL_NUMBER, line)
    if value is None or squeeze(value) != squeeze(line) or not _SHORTEST <= len(squeeze(value)) <= _LONGEST:
        return None
    word = re.split(r"[^A-Z]", value)[0]
    likely = code_likeness(value) >= (0.0 if plate else SURE)
    if not likely or not word or squeeze(value) == word or spelled(word) in vocabulary():
        return None
    # Asked last: these two look at every caption and every product line.
    return None if captions.find(line) or product_name(line) else value
