"""The judgement of one photograph: which codes stand, how probable each is, and why."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib.resources import files

from troostwatch.domain.codes import Code, CodeType, squeeze
from troostwatch.domain.judgement import approval, checks, gathering, payloads, weighing
from troostwatch.domain.judgement.candidates import (
    Candidate,
    Scene,
    candidates,
    repeats_what_the_edge_cut,
    shows,
)
from troostwatch.domain.judgement.claims import Basis, Claim
from troostwatch.domain.judgement.pairing import Orphan, stands_at
from troostwatch.domain.judgement.weighing import Witness, weights
from troostwatch.domain.judgement.witnesses import of_symbol, second_choices, seen_once, witnesses
from troostwatch.domain.readings import Reading, ReadingKind


def _reading_version() -> int:
    record = files("troostwatch.domain.judgement") / "reading_version.toml"
    return int(tomllib.loads(record.read_text(encoding="utf-8"))["version"])


# Raised whenever the judgement or a reader changes so that photographs deserve to be read again.
READING_VERSION = _reading_version()

_DECODED = frozenset(
    {Witness.SYMBOL, Witness.SYMBOL_ONCE, Witness.SYMBOL_ONCE_ALONE, Witness.SYMBOL_WEAK, Witness.MATRIX}
)
# What is left to a person keeps its order and stays below any threshold that the rule may sensibly have.
_SHARE_FOR_A_PERSON = 0.92
_MOST = 0.9999  # nothing is certain


@dataclass(frozen=True, slots=True)
class Judgement:
    """The codes that stand, most probable first, and why a person should look although nothing is doubtful.

    `to_confirm` are lines of text on which a code rests that no symbol confirms: worth a closer look.
    """

    codes: tuple[Code, ...]
    unread_reason: str | None
    to_confirm: tuple[Reading, ...] = ()


@dataclass(frozen=True, slots=True)
class Weighed:
    """A candidate with all that counts for its probability."""

    candidate: Candidate
    witnesses: tuple[Witness, ...]
    others: tuple[Candidate, ...]  # that claim the same characters for another type

    @property
    def confidence(self) -> float:
        others = (other.bases for other in self.others)
        confidence = weighing.confidence(weights(), self.candidate.bases, others, self.witnesses)
        return min(confidence * self.share, _MOST)

    @property
    def share(self) -> float:
        """Return by what its confidence is multiplied, however well its evidence does on average."""
        return _SHARE_FOR_A_PERSON if self._is_for_a_person else 1.0

    @property
    def _is_for_a_person(self) -> bool:
        mine = self.candidate
        return approval.is_for_a_person(mine.type, mine.value, mine.bases, self.witnesses)


def judge(readings: Sequence[Reading], *, width: int, height: int) -> Judgement:
    """Conclude codes from the readings of one photograph of `width` x `height` pixels."""
    scene = Scene(payloads.standing(readings), width, height)
    claims, orphans = gathering.gather(scene.readings)
    candidates = weigh(claims, scene)
    codes = [_concluded(weighed, scene) for weighed in candidates]
    codes += _unexplained_symbols(scene.readings, claims, codes)
    reason = _unread_reason(codes, orphans, scene)
    best_first = sorted(codes, key=lambda c: (-c.confidence, c.type, c.value))
    return Judgement(tuple(best_first), reason, _to_confirm(candidates, scene))


def _unread_reason(codes: Iterable[Code], orphans: Iterable[Orphan], scene: Scene) -> str | None:
    """Return why a label was plainly there and something on it was not read."""
    concluded = {code.type for code in codes}
    for orphan in orphans:
        if orphan.type not in concluded:
            return f"nothing could be read beside '{orphan.caption}'"
    texts = [r for r in scene.readings if r.kind is ReadingKind.TEXT]
    for bars in scene.readings:
        # Letters of a logo look like bars too, and a value that was read under them is no loss.
        if bars.kind is ReadingKind.UNDECODED and not any(stands_at(text.quad, bars.quad) for text in texts):
            return "there are bars that could not be decoded"
    return None


def _to_confirm(candidates: Iterable[Weighed], scene: Scene) -> tuple[Reading, ...]:
    resting_on_text = [c for c in candidates if not _DECODED & set(c.witnesses)]
    claims = (claim for weighed in resting_on_text for claim in weighed.candidate.claims)
    lines = dict.fromkeys(claim.reading for claim in claims)
    return tuple(r for r in map(scene.readings.__getitem__, lines) if r.kind is ReadingKind.TEXT and r.again is None)


def weigh(claims: Iterable[Claim], scene: Scene) -> list[Weighed]:
    """Return the candidates that may stand, each with its evidence; of one string only its best attested type."""
    everything = candidates(claims, scene.readings)
    return [
        Weighed(candidate, tuple(witnesses(candidate, everything, scene)), _claimed_otherwise(candidate, everything))
        for candidate in _one_type_each(everything)
        # OTHER is the value of a trap: known not to be ours, and no more than that.
        if candidate.type is not CodeType.OTHER and not repeats_what_the_edge_cut(candidate, everything, scene)
    ]


def _one_type_each(everything: Sequence[Candidate]) -> list[Candidate]:
    """Of candidates with the same characters keep the one whose type is better attested."""
    order = list(CodeType)  # settles a tie, so that the order of the readings does not
    best: dict[str, Candidate] = {}
    for candidate in sorted(everything, key=lambda c: (-weights().of_type(c.bases), order.index(c.type))):
        best.setdefault(candidate.characters, candidate)
    return list(best.values())


def _claimed_otherwise(candidate: Candidate, everything: Iterable[Candidate]) -> tuple[Candidate, ...]:
    mine = candidate.characters
    return tuple(c for c in everything if c.type is not candidate.type and c.characters == mine)


def _concluded(weighed: Weighed, scene: Scene) -> Code:
    candidate = weighed.candidate
    return Code(
        type=candidate.type,
        value=candidate.value,
        confidence=round(weighed.confidence, 4),
        box=scene.readings[_place(candidate)].quad.box,
        context=next((c.caption for c in candidate.claims if c.caption), None),
        evidence=_evidence(candidate, weighed.witnesses, scene.readings),
        readers=tuple(sorted({scene.readings[i].reader for i in candidate.shown_by})),
    )


def _place(candidate: Candidate) -> int:
    """Return the reading to show: printed text where a caption points to it, else the symbol."""
    claimed = [c.reading for c in candidate.claims if c.caption]
    return (claimed or [c.reading for c in candidate.claims])[0]


_SAID_OF_WITNESSES = {
    Witness.AGAIN: "a closer look read the same",
    Witness.AGAIN_OTHERWISE: "a closer look read something else",
    Witness.CUT_OFF: "the edge of the picture cuts it",
    Witness.LOOK_ALIKES: "it has signs that are easily taken for others",
    Witness.MORE_FOLLOWS: "more may belong to it on the same line",
    Witness.GROUPED: "it is printed in groups, and a blank may part it from something else",
    Witness.SYMBOL_WEAK: "a part of such bars reads as well as the whole",
    Witness.RIVAL: "something else on the picture reads almost the same",
    Witness.RIVAL_BARS: "the same bars may say something else",
}


def _evidence(candidate: Candidate, witnesses: Sequence[Witness], readings: Sequence[Reading]) -> tuple[str, ...]:
    reasons = dict.fromkeys(claim.why for claim in candidate.claims)
    claimed = {claim.reading for claim in candidate.claims}

    def unsaid(index: int) -> bool:
        """Tell whether no claim names the symbol that it rests on."""
        symbology = readings[index].symbology
        return symbology is not None and not any(symbology in reason for reason in reasons)

    for reading in (readings[index] for index in candidate.shown_by if index not in claimed or unsaid(index)):
        what = f"{reading.symbology} symbol" if reading.kind is ReadingKind.SYMBOL else "text"
        reasons.setdefault(f"the same characters in {what} '{reading.text.strip()}'", None)
    if checks.proves_itself(candidate.type, candidate.value):
        reasons.setdefault("its check digit is right", None)
    if not _DECODED & set(witnesses):
        shown = (readings[index] for index in candidate.shown_by)
        reasons |= dict.fromkeys(said for reading in shown for said in second_choices(candidate, reading))
    reasons |= dict.fromkeys(said for witness, said in _SAID_OF_WITNESSES.items() if witness in witnesses)
    return tuple(reasons)


def _understood(index: int, claims: Iterable[Claim]) -> list[Claim]:
    """Return what a symbol says by its identifiers, where that is none of our codes: where a thing comes from."""
    mine = [claim for claim in claims if claim.reading == index]
    named = all(claim.type is CodeType.OTHER and claim.basis is Basis.IDENTIFIER for claim in mine)
    return mine if named else []


def _named(others: Sequence[Claim], text: str, symbol: Reading) -> Code:
    confidence = weighing.confidence(weights(), [Basis.IDENTIFIER], (), [of_symbol(symbol, vouched=True)])
    why = tuple(claim.why for claim in others)
    return Code(CodeType.OTHER, text, round(confidence, 4), symbol.quad.box, None, why, (symbol.reader,))


def _unexplained_symbols(readings: Sequence[Reading], claims: Sequence[Claim], codes: Sequence[Code]) -> list[Code]:
    """Return as `other` what symbols hold that nothing else explains."""
    explained = {squeeze(code.value) for code in codes} | {claim.reading for claim in claims}
    trapped = {squeeze(c.value) for c in claims if c.type is CodeType.OTHER}
    found: dict[str, Code] = {}
    for index, reading in enumerate(readings):
        text = " ".join(reading.text.split()).upper()
        if others := _understood(index, claims):
            found.setdefault(text, _named(others, text, reading))
        if reading.kind is not ReadingKind.SYMBOL or index in explained or squeeze(text) in explained:
            continue
        printed = any(shows(other, squeeze(text)) for other in readings if other.kind is ReadingKind.TEXT)
        if seen_once(reading) and not printed:
            continue  # stripes that looked like a symbol once
        if squeeze(text) in trapped:
            why, basis = f"{reading.symbology} symbol beside the caption of another number", Basis.CAPTION
        else:
            why, basis = f"{reading.symbology} symbol that nothing else explains", Basis.UNEXPLAINED
        confidence = weighing.confidence(weights(), [basis], (), [of_symbol(reading, vouched=True)])
        code = Code(
            CodeType.OTHER, text, round(confidence, 4), reading.quad.box, None, (why,), (reading.reader,)
        )  # fmt: skip
        found.setdefault(text, code)
    return list(found.values())
