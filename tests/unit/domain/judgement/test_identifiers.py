"""Data identifiers and envelopes: as makers and distributors print them, and as other readers write them out."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from troostwatch.domain.codes import CodeType
from troostwatch.domain.judgement import identifiers

VALUES = st.from_regex(r"[0-9A-Z][0-9A-Z-]{2,15}", fullmatch=True)
GS, RS, EOT = "\x1d", "\x1e", "\x04"


def fields_of(text: str) -> list[tuple[str, str]]:
    formats = identifiers.formats(identifiers.readable(text))
    told = (t for _, fields in formats for t in identifiers.of_fields(fields.split(GS), "label"))
    return [(t.type.value, t.value) for t in told]


@given(VALUES, VALUES)
def test_an_envelope_comes_apart_however_its_separators_are_written(part: str, serial: str) -> None:
    whole = f"[)>{RS}06{GS}1P{part}{GS}S{serial}{RS}{EOT}"
    ways = [whole, whole.removesuffix(RS + EOT), whole.replace(f"[)>{RS}", ">[)>")]
    ways += [whole.replace(GS, gs).replace(RS, rs).replace(EOT, "") for gs, rs in (("<GS>", "<RS>"), ("{GS}", "{RS}"))]
    ways += [whole.replace(GS, "␝").replace(RS, "␞").replace(EOT, "␄"), whole.replace(GS, "^]").replace(RS, "^^")]

    for way in ways:
        assert fields_of(way) == [("part_number", part), ("serial_number", serial)]


def test_an_envelope_may_hold_several_formats() -> None:
    formats = identifiers.formats(f"[)>{RS}06{GS}1PGW-4471{RS}05{GS}0108717953001238{RS}{EOT}")

    assert formats == [("06", "1PGW-4471"), ("05", "0108717953001238")]


def test_the_number_beside_that_of_the_supplier_is_the_buyers() -> None:
    both = list(identifiers.of_fields(["P731-44175-1-ND", "1PTFQ25201-4R7", "30P731-44175-1-ND"], "label"))
    alone = list(identifiers.of_fields(["P772124-02", "Q10"], "label"))

    assert [t.type for t in both] == [CodeType.OTHER, CodeType.PART_NUMBER, CodeType.OTHER]
    assert [(t.type.value, t.name) for t in alone] == [("part_number", ""), ("other", "quantity")]


@pytest.mark.parametrize(
    "text",
    ["1PASS2024", "31PLUS2024", "SMART2024", "1P", "4L12", "9D25X2", "14D19991231", "Q100", "P772124", "1PROFESSIONAL"],
)
def test_an_identifier_without_its_form_is_the_beginning_of_a_word(text: str) -> None:
    assert list(identifiers.of_payload(text, "Code128")) == []


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("1P772124-01", "part_number", "772124-01"),
        ("30P4417-X", "part_number", "4417-X"),
        ("4LCN", "other", "CN"),
        ("9D2532", "other", "2532"),
        ("1TL0T-77", "other", "L0T-77"),
    ],
)
def test_an_identifier_with_its_form_is_believed_without_an_envelope(text: str, kind: str, value: str) -> None:
    assert [(t.type.value, t.value) for t in identifiers.of_payload(text, "Code128")] == [(kind, value)]


@given(st.text())
def test_no_text_breaks_the_parsers(text: str) -> None:
    identifiers.formats(identifiers.readable("[)>" + text))
    list(identifiers.of_fields(text.split(GS), "label"))
    list(identifiers.of_payload(text, "Code128"))
