"""The printed words that say what the code beside them is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from troostwatch.domain.codes import CodeType
from troostwatch.domain.judgement import captions


def found(line: str) -> list[tuple[str, str]]:
    return [(c.type.value, c.value) for c in captions.find(line)]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("Serial Number: PF3K7M2W", [("serial_number", "PF3K7M2W")]),
        ("(S)Serial Number:P30AKLM7", [("serial_number", "P30AKLM7")]),
        ("Serienummer 5CG1234ABC", [("serial_number", "5CG1234ABC")]),
        ("Seriennr.: 100-2934", [("serial_number", "100-2934")]),
        ("N° de série: Z98313455", [("serial_number", "Z98313455")]),
        ("Número de serie: 10M245235117", [("serial_number", "10M245235117")]),
        ("Matricola: 77120A", [("serial_number", "77120A")]),
        ("Service Tag (S/N): F2X9CZ3", [("serial_number", "F2X9CZ3")]),
        ("Product No. 7XY89EA#AKD", [("part_number", "7XY89EA#AKD")]),
        ("Artikelnr: 772124-01", [("part_number", "772124-01")]),
        ("Référence: 772124-01", [("part_number", "772124-01")]),
        ("MTM:20AB-0001GE", [("model_number", "20AB-0001GE")]),
        ("EAN CODE: 0012345678905", [("ean", "0012345678905")]),
        ("IMEI1:490154203237518", [("imei", "490154203237518")]),
        ("WLAN MAC: 001B44113AB7", [("mac_address", "001B44113AB7")]),
        ("RMN:HSN-X99Z", [("regulatory_model", "HSN-X99Z")]),
        ("Serial No.", [("serial_number", "")]),
    ],
)
def test_captions_of_six_languages_give_type_and_value(line: str, expected: list[tuple[str, str]]) -> None:
    assert [(kind, value) for kind, value in found(line) if kind != "other"][-1:] == expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("S/N: P30AKLM7 MO:M4N0A123456Y", [("serial_number", "P30AKLM7"), ("other", "M4N0A123456Y")]),
        ("R/N:US9ABC123P/N:2X12345", [("regulatory_model", "US9ABC123"), ("part_number", "2X12345")]),
        ("(1S)MTM:20CD0002MH S/N:P30AKLM7", [("model_number", "20CD0002MH"), ("serial_number", "P30AKLM7")]),
    ],
)
def test_several_captions_on_a_line_share_it(line: str, expected: list[tuple[str, str]]) -> None:
    assert found(line) == expected


@pytest.mark.parametrize(
    ("damaged", "kind"),
    [
        ("Serlal Number: PF2XYZ12", "serial_number"),
        ("PIN", "other"),  # never 'P/N': it is the key of a bank card or of a telephone
        ("5erial", None),
        ("SERIAL N0. X12345", "serial_number"),
    ],
)
def test_a_caption_that_ocr_damaged_is_still_a_caption(damaged: str, kind: str | None) -> None:
    assert [c[0] for c in found(damaged)] == ([kind] if kind else [])


@pytest.mark.parametrize(
    "line",
    [
        "One PCIe 16 pin or three 8 pin power connectors",
        "Western Digital Technologies",
        "a new model with 5 keys",
        "Please refer to the serial manual",
        "machine",
        "snow and ocean",
    ],
)
def test_running_text_has_no_captions(line: str) -> None:
    assert found(line) == []


@pytest.mark.parametrize(
    "line",
    ["Microsoft Product Key ID",
     "Compliance ID: TP00999Z", "LabelP/N:SL10A12345", "(1S)M/T-Model S/N: 20AB0001GEPF3K7M2W",
     "Express Service Code: 328-285-314-39", "WWN:5000C500A1B2C3D4", "FCC ID: SWX-U6", "CMIIT ID: 2016DJ1234"],
)  # fmt: skip
def test_numbers_that_are_none_of_ours_are_known_as_such(line: str) -> None:
    assert [kind for kind, _ in found(line)] == ["other"]


@given(st.text(max_size=80))
def test_any_line_gives_values_that_stand_on_it(line: str) -> None:
    for captioned in captions.find(line):
        assert 0 <= captioned.start <= captioned.end <= 1
        assert isinstance(captioned.type, CodeType)
