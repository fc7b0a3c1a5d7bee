"""What stands on labels and is no code."""

from __future__ import annotations

import pytest

from troostwatch.domain.judgement import things


@pytest.mark.parametrize(
    "text",
    ["230V~50Hz", "220-240V", "1.7 kg", "18 V", "IP 55", "EN 60335-1", "2019-04", "0,75 kW", "1400 min-1", "Rev. A",
     "100-240V~ 50/60Hz", "3x400 V", "V1.2.34", "378x185x582mm", "+31 46 5417647", "www.example.com", "24/03/2021",
     "2021年3月", "cosφ 0.8", "70 S"],
)  # fmt: skip
def test_ratings_dates_standards_and_addresses_are_no_codes(text: str) -> None:
    assert things.is_no_code(text)


@pytest.mark.parametrize(
    "text",
    ["XR-500", "20417722", "17.66.53", "4579-76", "3038.435S", "01178H", "VSMK54R", "BS909", "574.2X9", "37-5K-72-41",
     "375K7241", "R6226", "1.120.000.070", "12/345", "20417A9"],
)  # fmt: skip
def test_codes_are_not_taken_for_ratings_or_dates(text: str) -> None:
    assert not things.is_no_code(text)


def test_a_plate_of_a_machine_is_told_by_several_ratings_together() -> None:
    plate = ["KELTRON GmbH", "Typ KM 90 L", "Nr. 48-1177", "230/400 V 50 Hz", "1,5 kW cos φ 0,8", "IP 55"]

    assert things.is_nameplate(plate)
    assert not things.is_nameplate(["Model: XR-500", "Input: 12V 2A", "S/N: 20417722"])


@pytest.mark.parametrize("word", ["230V", "REV", "IP55", "MADE", "V"])
def test_units_revisions_and_words_end_a_value(word: str) -> None:
    assert things.ends_a_value(word, "2") or things.ends_a_value(word, "")
