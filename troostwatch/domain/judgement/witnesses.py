"""What speaks for and against the characters of a candidate: symbols, lines of text, closer looks, and doubts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from troostwatch.domain.judgement import checks, values
from troostwatch.domain.judgement.candidates import Candidate, Scene
from troostwatch.domain.judgement.claims import CAPTIONED, Basis
from troostwatch.domain.judgement.rivals import (
    begins_a_symbol,
    has_rival,
    has_rival_bars,
    is_part_of_a_symbol,
    is_weak,
    may_begin_with_an_identifier,
)
from troostwatch.domain.judgement.weighing import Witness
from troostwatch.domain.readings import Reading, ReadingKind, WitnessClass, is_matrix

# What vouches for a symbol that was seen once: its own grammar or print, not merely that it could be something.
_VOUCHES = CAPTIONED | {Basis.RETAIL_SYMBOL, Basis.IDENTIFIER, Basis.LABELLED}
# The first, second and third line that show the characters; later ones add nothing.
_TEXTS = (Witness.TEXT, Witness.SECOND_TEXT, Witness.THIRD_TEXT)
# The least sure character of a value tells right from wrong better than its line. Below the first number values
# were wrong as often as right; lines of which no more than a mean is known are poor below the third.
_POOR_BELOW, _SURE_FROM, _POOR_LINE_BELOW = 0.8, 0.95, 0.93
_HESITATES_BELOW = 0.995
_WORTH_TELLING = 0.02


def witnesses(candidate: Candidate, others: Sequence[Candidate], scene: Scene) -> list[Witness]:
    """Return what speaks for and against the characters of the candidate."""
    readings = [scene.readings[i] for i in candidate.shown_by]
    symbols = [r for r in readings if r.kind is ReadingKind.SYMBOL]
    texts = [r for r in readings if r.kind is ReadingKind.TEXT]
    whole = [r for r in texts if not scene.cuts(r.quad.box)]
    found = list(_of_symbols(candidate, symbols))
    found += _of_texts(candidate, whole)
    # The classifier looks at words, not at pixels: it adds nothing about the characters.
    if any(r.kind is ReadingKind.OPINION and r.witness is not WitnessClass.DERIVED for r in readings):
        found.append(Witness.OPINION)
    if texts and not found:
        found += [Witness.TEXT, Witness.CUT_OFF]
    if whole and not symbols:
        found += _doubts(candidate, whole)
        found += [Witness.IN_SYMBOL] * begins_a_symbol(candidate, scene.readings)
    if whole and (checks.proves_itself(candidate.type, candidate.value) or Basis.CROSS_CHECK in candidate.bases):
        found.append(Witness.CHECK_DIGIT)
    if not symbols and (has_rival(candidate, others) or is_part_of_a_symbol(candidate, scene.readings)):
        found.append(Witness.RIVAL)
    if has_rival_bars(candidate, symbols, scene.readings) or may_begin_with_an_identifier(candidate, texts):
        found.append(Witness.RIVAL_BARS)
    return found


def _of_symbols(candidate: Candidate, symbols: Iterable[Reading]) -> Iterator[Witness]:
    vouched = len(candidate.shown_by) > 1 or bool(candidate.bases & _VOUCHES)
    vouched = vouched or checks.proves_itself(candidate.type, candidate.value)
    for symbol in symbols:
        yield of_symbol(symbol, vouched=vouched)


def of_symbol(symbol: Reading, *, vouched: bool) -> Witness:
    if is_matrix(symbol):
        return Witness.MATRIX
    if not seen_once(symbol):
        return Witness.SYMBOL_WEAK if is_weak(symbol) else Witness.SYMBOL
    return Witness.SYMBOL_ONCE if vouched else Witness.SYMBOL_ONCE_ALONE


def seen_once(symbol: Reading) -> bool:
    """Tell whether bars were decoded in one pass only; a matrix symbol corrects its errors and needs no other."""
    # The reader's number is the share of its passes that saw the symbol.
    return not is_matrix(symbol) and (symbol.confidence or 0.0) < 0.34


def _of_texts(candidate: Candidate, texts: Sequence[Reading]) -> Iterator[Witness]:
    clear = [text for text in texts if not _is_poor(text, candidate)]
    yield from [Witness.TEXT_POOR] * (len(texts) - len(clear))
    yield from _TEXTS[: len(clear)]
    if any((least_sure(text, candidate) or 0.0) >= _SURE_FROM for text in clear):
        yield Witness.TEXT_SURE
    if clear and all(text.witness is WitnessClass.COARSE for text in clear):
        yield Witness.TEXT_COARSE
    if texts and not any(candidate.stands_in(text.text) for text in texts):
        yield Witness.MENDED
    looked_again = [candidate.seen_again_in(text) for text in texts if text.again is not None]
    if looked_again:
        yield Witness.AGAIN if any(looked_again) else Witness.AGAIN_OTHERWISE


def _is_poor(text: Reading, candidate: Candidate) -> bool:
    least = least_sure(text, candidate)
    if least is not None:
        return least < _POOR_BELOW
    return text.witness is WitnessClass.DIRECT and (text.confidence or 1.0) < _POOR_LINE_BELOW


def least_sure(text: Reading, candidate: Candidate) -> float | None:
    """Return how sure the engine is of the least sure character of the value, where it says so."""
    return min((sure for _, _, sure in _said_of(text, candidate)), default=None)


def _doubts(candidate: Candidate, texts: Sequence[Reading]) -> Iterator[Witness]:
    settled = candidate.settled or checks.proves_itself(candidate.type, candidate.value)
    if not settled and (checks.easily_misread(candidate.type, candidate.value) or _hesitated(candidate, texts)):
        yield Witness.LOOK_ALIKES
    if " " in candidate.value:
        yield Witness.GROUPED
    if all(_goes_on(text.text, candidate) for text in texts):
        yield Witness.MORE_FOLLOWS


def _hesitated(candidate: Candidate, texts: Sequence[Reading]) -> bool:
    """Tell whether the engine hesitated at a sign that has a look-alike, in a value of letters and digits."""
    mixed = any(c.isalpha() for c in candidate.characters)
    return mixed and any(
        sure < _HESITATES_BELOW and sign in "O0I1Q" for text in texts for _, sign, sure in _said_of(text, candidate)
    )


def second_choices(candidate: Candidate, text: Reading) -> Iterator[str]:
    """Yield a sentence for each sign of the value that the engine nearly took for another; none of these is chosen."""
    for number, (at, sign, _) in enumerate(_said_of(text, candidate), 1):
        for other in text.runners_up:
            if other.at == at and other.probability >= _WORTH_TELLING and other.sign.strip():
                yield f"sign {number}, '{sign}', may be '{other.sign}'"


def _said_of(text: Reading, candidate: Candidate) -> list[tuple[int, str, float]]:
    """Return the characters of the value in this line: where each stands, and how sure the engine is of it."""
    signs = enumerate(zip(text.text, text.characters, strict=False))
    kept = [(at, sign.upper(), sure) for at, (sign, sure) in signs if sign.isalnum() and sign.isascii()]
    first = "".join(sign for _, sign, _ in kept).find(candidate.characters)
    return kept[first : first + len(candidate.characters)] if first >= 0 else []


def _goes_on(line: str, candidate: Candidate) -> bool:
    """Tell whether behind the value another word stands that looks like more of it: 'WD82 PURZ-68CSPY6'."""
    at = line.upper().find(candidate.value)
    return at >= 0 and values.goes_on(line[at + len(candidate.value) :])
