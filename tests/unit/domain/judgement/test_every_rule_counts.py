"""Take any rule away, and something on a worked label comes out otherwise: no shape, trap or weight is idle."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from fakes.stickers import concluded, judged, opinion, symbol, text, undecoded

from troostwatch.domain.judgement import fusion, vendors, weighing
from troostwatch.domain.judgement.claims import Basis
from troostwatch.domain.judgement.vendors import Example, Shape, Vendor
from troostwatch.domain.judgement.weighing import Weights, Witness
from troostwatch.domain.readings import Reading

ALL = vendors.vendors()


def outcome(example: Example) -> set[tuple[str, str, float]]:
    lines = [text(line, y=100 + 80 * n, again=line) for n, line in enumerate(example.text)]
    symbols = [symbol(payload, y=900 + 80 * n) for n, payload in enumerate(example.symbols)]
    codes = judged(*lines, *symbols).codes
    # Rounded: a shape that only supports a caption shows in how sure the code is.
    return {(c.type.value, c.value, round(c.confidence, 4)) for c in codes}


def rules() -> Iterator[object]:
    for vendor in ALL:
        for shape in (*vendor.shapes, *vendor.traps):
            yield pytest.param(vendor, shape, id=f"{vendor.name}: {shape.name}")


@pytest.mark.parametrize(("vendor", "shape"), list(rules()))
def test_a_profile_without_one_of_its_rules_fails_an_example(vendor: Vendor, shape: Shape, monkeypatch) -> None:
    whole = [outcome(example) for example in vendor.examples]
    poorer = replace(
        vendor,
        shapes=tuple(s for s in vendor.shapes if s is not shape),
        traps=tuple(t for t in vendor.traps if t is not shape),
    )
    monkeypatch.setattr(vendors, "vendors", lambda: tuple(poorer if v is vendor else v for v in ALL))

    assert [outcome(example) for example in vendor.examples] != whole


SCENES: dict[str, tuple[Reading, ...]] = {
    "retail bars": (symbol("4006381333931", "EAN13"),),
    "retail bars with print": (symbol("4006381333931", "EAN13"), text("4006381333931", y=345)),
    "identifier": (symbol("31P20AB0001GE"),),
    "labelled": (symbol("SN:AB0123CD", "QRCode"),),
    "caption": (text("S/N: AB0123CD"), text("S/N: AB0123CD", y=300), text("S/N: AB0123CD", y=500)),
    "caption left": (text("S/N", 100, 500), text("AB0123CD", 400, 505)),
    "caption above": (text("Serial Number", 100, 500), text("AB0123CD", 105, 545)),
    "caption below": (
        text("AB0123CD", 100, 500),
        text("S/N", 105, 540),
        text("XR-500", 100, 660),
        text("Model", 105, 700),
    ),
    "vague caption": (text("Ref. 4417-0322"),),
    "plate": (text("230 V 50 Hz"), text("0,75 kW IP 55", y=150), text("Typ XR-500", y=200)),
    "contested": (text("XR-500", 100, 460), text("Model", 105, 500), text("KD-700", 100, 540)),
    "prominent": (text("XR-500"), text("Made in China", y=150)),
    "maker": (text("Samsung"), text("SM-X306B", y=300)),
    "extends": (text("Model SM-X306B"), text("SM-X306BZGAEEE", y=300)),
    "groups": (text("S/N: 20417 22 90"),),
    "part of a model": (text("Model: 20AB"), symbol("20AB004QMH", y=400)),
    "weak bars": (text("Serial Number", 100, 260), symbol("41770221", "Code39", y=300)),
    "caption and bars": (text("S/N: AB0123CD"), symbol("AB0123CD")),
    "shape": (text("HPI-4A5B6EA#ABH"), symbol("4A5B6EA#ABH")),
    "vendor shape": (text("Lenovo"), text("S/N: PF3K7M2W", y=300)),
    "mended": (text("Lenovo"), text("S/N: PF3K7MOI", y=300)),
    "trap": (text("Lenovo"), text("P/N TP00999Z", y=300), symbol("TP00999Z")),
    "check digit": (text("4006381333931"),),
    "under bars": (text("4006381333931", 110, 345), undecoded(y=300)),
    "cross check": (text("Service Tag: 7XK20P3"), text("Express Service Code: 17266546695", y=300)),
    "classified": (text("S/N: AB0123CD"), opinion("serial_number", "AB0123CD", reader="classifier")),
    "opinion": (opinion("serial_number", "AB0123CD"),),
    "unexplained": (symbol("SL10A12345"),),
    "seen once": (symbol("001B44113AB7", passes=0.25),),
    "seen once and printed": (symbol("001B44113AB7", passes=0.25), text("MAC: 001B44113AB7", y=400)),
    "poor text": (text("S/N: AB0123CD", sure=0.7),),
    "tesseract": (text("S/N: AB0123CD", reader="tesseract"),),
    "closer look": (text("S/N: AB0123CD", again="S/N: AB0123CD"),),
    "closer look differs": (text("S/N: AB0123CD", again="S/N: AB01"),),
    "cut off": (text("S/N: AB0123CD", x=0),),
    "look-alikes": (text("S/N: ABO123CD"),),
    "more follows": (text("MDL: WD82 PURZG"),),
    "rival": (text("S/N: AB0123CD"), text("S/N: ABO123CD", y=400)),
    "rival bars": (symbol("4006381333931", "EAN13"), symbol("4006381303934", "EAN13", y=310)),
}


@pytest.mark.parametrize("kind", [*Basis, *Witness], ids=str)
def test_less_weight_for_a_kind_of_evidence_changes_a_probability(kind: Basis | Witness, monkeypatch) -> None:
    before = {name: concluded(*scene) for name, scene in SCENES.items()}
    lighter = _lighter(weighing.weights(), kind)
    monkeypatch.setattr(fusion, "weights", lambda: lighter)

    after = {name: concluded(*scene) for name, scene in SCENES.items()}

    assert after != before


def _lighter(weights: Weights, kind: Basis | Witness) -> Weights:
    if isinstance(kind, Basis):
        return replace(weights, type=weights.type | {kind: weights.type[kind] - 9.0})
    return replace(weights, value=weights.value | {kind: weights.value[kind] - 9.0})
