"""Gathering what all readings claim, and putting right what they got wrong in each other's light."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from troostwatch.domain.codes import CodeType, canonical, squeeze, without_look_alikes
from troostwatch.domain.judgement import captions, checks, pairing, payloads
from troostwatch.domain.judgement.candidates import shows
from troostwatch.domain.judgement.claims import CAPTIONED, Basis, Claim
from troostwatch.domain.judgement.labels import labels
from troostwatch.domain.judgement.likeness import SURE, code_likeness
from troostwatch.domain.judgement.pairing import Orphan
from troostwatch.domain.judgement.uncaptioned import prominent
from troostwatch.domain.judgement.vendors import Seen
from troostwatch.domain.readings import Reading, ReadingKind, WitnessClass

_CAPTIONED = CAPTIONED | {Basis.VAGUE_CAPTION}
_SHORTEST_MODEL = 4
_NAMED_EAN = _CAPTIONED | {Basis.RETAIL_SYMBOL, Basis.IDENTIFIER}
# Types whose values have no form of their own, so that a word may be taken for one.
_WORDS_TOO = frozenset({CodeType.SERIAL_NUMBER, CodeType.MODEL_NUMBER, CodeType.PART_NUMBER})


def gather(readings: Sequence[Reading]) -> tuple[list[Claim], list[Orphan]]:
    """Return all claims about a photograph, and the captions beside which nothing could be read."""
    seen = Seen.on(r.text for r in readings if r.kind is ReadingKind.TEXT)
    on = labels(readings)
    claims, orphans = pairing.claims(readings, on)
    for index, reading in enumerate(readings):
        claims += _self_claims(reading, index, seen)
    claims = _ended_by_print(claims, readings)
    claims += pairing.printed_gtins(readings)
    claims += _announced_serials(readings, claims, seen)
    claims = _cross_checked(claims, readings)
    claims = _settled_by_symbols(claims, readings, seen)
    claims = _spelled_as_the_maker_does(claims, readings, seen)
    claims += _by_form(claims, seen)
    claims += _code_like(claims)
    claims += _extending(claims)
    claims += prominent(readings, on, claims)
    return claims, orphans


def _self_claims(reading: Reading, index: int, seen: Seen) -> list[Claim]:
    """Return what a reading claims without looking at others: by the grammar of its payload, or by its form."""
    if reading.kind is ReadingKind.UNDECODED:
        return []
    if reading.says is not None:
        return _opinion(reading, reading.says, index)
    if reading.kind is ReadingKind.SYMBOL and (claims := payloads.claims(reading, index)):
        return claims
    text = " ".join(reading.text.upper().split())
    found = [
        Claim(shape.type, canonical(shape.type, match.group()), Basis.SHAPE, f"form of a {shape.name}", index)
        for shape in seen.shapes
        if shape.inside
        for match in shape.inside.finditer(text)
        if checks.plausible(shape.type, match.group())
    ]
    # By the rest of the shapes a whole line or payload is judged, not a word in it.
    found += [
        Claim(shape.type, canonical(shape.type, text), Basis.VENDOR_SHAPE, f"looks like a {shape.name}", index)
        for shape in seen.fitting(text)
        if not shape.loose and not shape.inside and checks.plausible(shape.type, text)
    ]
    return found


def _opinion(reading: Reading, kind: CodeType, index: int) -> list[Claim]:
    if kind is not CodeType.OTHER and not checks.plausible(kind, reading.text):
        return []
    value = canonical(kind, reading.text)
    if reading.witness is WitnessClass.DERIVED:
        return [Claim(kind, value, Basis.CLASSIFIED, "the classifier takes it for one", index)]
    return [Claim(kind, value, Basis.OPINION, f"{reading.reader} names it so", index)]


def _ended_by_print(claims: Sequence[Claim], readings: Sequence[Reading]) -> list[Claim]:
    """Where a printer left out the separator behind an element, the print beside it tells where the element ends."""
    texts = [reading for reading in readings if reading.kind is ReadingKind.TEXT]
    settled = list(claims)
    for index, reading in enumerate(readings):
        options = payloads.shorter(reading) if reading.kind is ReadingKind.SYMBOL else ()
        for kind in {kind for kind, _ in options}:
            whole = [c for c in settled if c.reading == index and c.type is kind]
            printed = [v for k, v in options if k is kind and any(shows(text, squeeze(v)) for text in texts)]
            if any(shows(text, squeeze(c.value)) for c in whole for text in texts):
                settled = [c for c in settled if c not in whole or c.basis is not Basis.CONTESTED]
            elif printed:
                why = f"{reading.symbology} with an element that ends as it is printed"
                settled = [c for c in settled if c not in whole]
                settled.append(Claim(kind, max(printed, key=len), Basis.IDENTIFIER, why, index))
    return settled


def _announced_serials(readings: Sequence[Reading], claims: Sequence[Claim], seen: Seen) -> list[Claim]:
    """A symbol 'S…' is a serial with identifier S when something else shows the rest, or the maker's form does."""
    serials = {squeeze(c.value) for c in claims if c.type is CodeType.SERIAL_NUMBER}
    found = []
    for index, reading in enumerate(readings):
        payload = reading.text.strip().upper()
        if reading.kind is not ReadingKind.SYMBOL or not payload.startswith("S"):
            continue
        rest = payload[1:]
        shaped = any(shape.type is CodeType.SERIAL_NUMBER and not shape.loose for shape in seen.fitting(rest))
        begun = any(rest.startswith(s) and checks.is_clipped(s, rest, most=checks.LONGEST_LOSS) for s in serials)
        if rest in serials or begun or (shaped and not any(seen.fitting(payload))):
            why = f"{reading.symbology} with identifier S"
            found.append(Claim(CodeType.SERIAL_NUMBER, rest, Basis.IDENTIFIER, why, index))
            if begun:
                why = "print under a caption begins so"
                found.append(Claim(CodeType.SERIAL_NUMBER, rest, Basis.EXTENDS, why, index))
    return found


def _cross_checked(claims: Iterable[Claim], readings: Sequence[Reading]) -> list[Claim]:
    """Where the express service code of a Dell is printed, spell its service tag as the code has it."""
    tags: dict[str, str] = {}
    for reading in readings:
        for captioned in captions.find(reading.text) if reading.kind is ReadingKind.TEXT else ():
            if "express" in captions.fold(captioned.caption) and (tag := checks.service_tag_of(captioned.value)):
                tags[without_look_alikes(tag)] = tag
    checked: list[Claim] = []
    for claim in claims:
        known = tags.get(without_look_alikes(claim.value)) if claim.type is CodeType.SERIAL_NUMBER else None
        checked.append(claim if known is None else replace(claim, value=known))
        if known is not None:
            why = "its express service code is printed too"
            checked.append(replace(claim, value=known, basis=Basis.CROSS_CHECK, why=why))
    return checked


def _spelled_as_the_maker_does(claims: Iterable[Claim], readings: Sequence[Reading], seen: Seen) -> list[Claim]:
    """Where OCR read a letter that the maker never uses, take the digit that looks like it."""
    spelled = []
    for claim in claims:
        value = claim.value
        if readings[claim.reading].kind is ReadingKind.TEXT:
            for shape in (*seen.shapes, *seen.traps):
                if shape.type is claim.type and (shape.never or shape.mend):
                    value = shape.respelled(value)
        spelled.append(replace(claim, value=value))
    return spelled


def _by_form(claims: Sequence[Claim], seen: Seen) -> list[Claim]:
    """Return what the forms of the makers seen say about values that are already claimed."""
    found: dict[tuple[CodeType, str, str], Claim] = {}
    for claim in claims:
        # No form of a maker speaks against bars or a caption whose check digit is right.
        proven = claim.basis in _NAMED_EAN and checks.proves_itself(claim.type, claim.value)
        if (trap := seen.trap(claim.value)) and not proven:
            why = f"form of a {trap.name}"
            found[trap.type, claim.value, why] = replace(claim, type=trap.type, basis=Basis.TRAP, why=why)
        for shape in seen.fitting(claim.value):
            if shape.type is claim.type:
                why = f"looks like a {shape.name}"
                named = not shape.inside or seen.names_maker_of(shape)
                basis = Basis.VENDOR_SHAPE if named else Basis.SHAPE
                settles = not any(map(shape.whole.fullmatch, checks.misreadings(claim.value)))
                found[claim.type, claim.value, why] = replace(claim, basis=basis, why=why, settles=settles)
                if not shape.loose and seen.names_maker_of(shape):
                    why = f"the maker of the {shape.name} is printed too"
                    found[claim.type, claim.value, why] = replace(claim, basis=Basis.MAKER, why=why)
    return list(found.values())


def _code_like(claims: Sequence[Claim]) -> list[Claim]:
    """Return what the characters of captioned values say: that they are those of a code and not of a word."""
    return [
        replace(claim, basis=Basis.CODE_LIKE, why="its characters are those of a code")
        for claim in claims
        if claim.basis in _CAPTIONED and claim.type in _WORDS_TOO and code_likeness(claim.value) >= SURE
    ]


def _extending(claims: Sequence[Claim]) -> list[Claim]:
    """Return what models say of part numbers that begin with them: 'SM-X306B' of 'SM-X306BZGAEEE'."""
    models = {squeeze(c.value) for c in claims if c.type is CodeType.MODEL_NUMBER and c.basis in _CAPTIONED}
    return [
        replace(claim, basis=Basis.EXTENDS, why="it begins with the model on the label")
        for claim in claims
        if claim.type is CodeType.PART_NUMBER
        and claim.basis in (Basis.SHAPE, Basis.VENDOR_SHAPE)
        and any(
            len(m) > _SHORTEST_MODEL and squeeze(claim.value).startswith(m) and squeeze(claim.value) != m
            for m in models
        )
    ]


def _settled_by_symbols(claims: Iterable[Claim], readings: Sequence[Reading], seen: Seen) -> list[Claim]:
    """Where a symbol shows the same characters but for look-alikes, the symbol is right about them.

    It is right, too, about an end that print lost, where the whole has the maker's form and the rest has not.
    """
    values = [v for r in readings if r.kind is ReadingKind.SYMBOL for v in payloads.shown(r)]
    decoded: dict[str, str] = {}
    for value in values:
        decoded.setdefault(without_look_alikes(value), value)
    for claim in claims:
        if claim.type is CodeType.SERIAL_NUMBER and readings[claim.reading].kind is ReadingKind.SYMBOL:
            decoded.setdefault(without_look_alikes(claim.value), claim.value)
    settled = []
    for claim in claims:
        shown = decoded.get(without_look_alikes(claim.value)) or _completed(claim, values, seen)
        same = shown is None or squeeze(shown) == squeeze(claim.value)
        settled.append(claim if same or shown is None else replace(claim, value=canonical(claim.type, shown)))
    return settled


def _completed(claim: Claim, values: Iterable[str], seen: Seen) -> str | None:
    """Return the decoded value of which the claimed one lost an end."""
    if _has_form(claim.type, claim.value, seen):
        return None
    whole = (value for value in values if checks.is_clipped(claim.value, value))
    return next((value for value in whole if _has_form(claim.type, value, seen)), None)


def _has_form(kind: CodeType, value: str, seen: Seen) -> bool:
    return any(shape.type is kind and not shape.loose for shape in seen.fitting(value))
