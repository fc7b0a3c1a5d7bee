"""Values with keys: whatever the separators, and none that no key names."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from troostwatch.domain.judgement import keyed

SERIALS = st.from_regex(r"[A-Z]{2}[0-9]{2}[0-9A-Z]{4,10}", fullmatch=True)
PARTS = st.from_regex(r"[1-9][0-9]{2}-[0-9]{4}", fullmatch=True)


def named(text: str) -> list[tuple[str, str]]:
    return [(found.meaning.type.value, found.value) for found in keyed.keyed(text)]


@given(
    serial=SERIALS,
    part=PARTS,
    between=st.sampled_from([",", ";", "|", "&", "\n", "\r\n", "\t", " ", " ; "]),
    sign=st.sampled_from([":", "=", ": ", " : ", " = "]),
    keys=st.sampled_from([("SN", "PN"), ("S/N", "P/N"), ("serial", "part"), ("S.N.", "P.N."), ("sn", "sku")]),
)
def test_pairs_come_apart_whatever_stands_between_them(
    serial: str, part: str, between: str, sign: str, keys: tuple[str, str]
) -> None:
    text = f"{keys[0]}{sign}{serial}{between}{keys[1]}{sign}{part}"

    assert named(text) == [("serial_number", serial), ("part_number", part)]
    assert named("{" + text + "}") == named(text)


@given(serial=SERIALS, part=PARTS)
def test_json_xml_and_tables_say_the_same(serial: str, part: str) -> None:
    expected = [("serial_number", serial), ("part_number", part)]

    assert named(json.dumps({"serialNumber": serial, "partNo": part})) == expected
    assert named(json.dumps([{"device": {"sn": serial}}, {"pn": part}])) == expected
    assert named(f"<label><serial>{serial}</serial><partNumber>{part}</partNumber></label>") == expected
    assert named(f'<label sn="{serial}" pn="{part}"/>') == expected
    assert named(f"SN,PN\n{serial},{part}") == expected
    assert named(f"Serial;Part\r\n{serial};{part}\r\n") == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Serial#:AB12CD3456", [("serial_number", "AB12CD3456")]),
        ("Seriennummer: AB12; Modell: XR-1", [("serial_number", "AB12"), ("model_number", "XR-1")]),
        ("Numéro de série=AB12&Référence=X1", [("serial_number", "AB12"), ("part_number", "X1")]),
        ("MAC:60:A4:B7:1C:5D:2E", [("mac_address", "60:A4:B7:1C:5D:2E")]),
        ("IMEI1:490154203237518", [("imei", "490154203237518")]),
        ("SN:AB12CD7701;20230501;V1.2.34", [("serial_number", "AB12CD7701")]),
        ("S/N:AB12CD7702\n230V 50HZ\nMADE2023", [("serial_number", "AB12CD7702")]),
        ("P/N:773-0012,REV.B2,D2217", [("part_number", "773-0012"), ("other", "B2")]),
        ("S/N:\r\nAB12\r\nP/N:\r\n773-0019", [("serial_number", "AB12"), ("part_number", "773-0019")]),
        ("SN:AB12CD7711,AB12CD7712", [("serial_number", "AB12CD7711"), ("serial_number", "AB12CD7712")]),
        ("SN:AB12CD3456/PN:773-0012", [("serial_number", "AB12CD3456"), ("part_number", "773-0012")]),
        ("SN,AB12CD3456,PN,773-0012", [("serial_number", "AB12CD3456"), ("part_number", "773-0012")]),
        ("S/N AB12CD3456\nP/N 773-0012", [("serial_number", "AB12CD3456"), ("part_number", "773-0012")]),
        ("SN\uff1aAB12CD3456", [("serial_number", "AB12CD3456")]),
        ("{'sn':'AB12CD3456','pn':'773-0012'}", [("serial_number", "AB12CD3456"), ("part_number", "773-0012")]),
        ('{"battery": {"sn": "B12"}, "sn": "AB12"}', [("other", "B12"), ("serial_number", "AB12")]),
        ("battery_sn=B12", [("other", "B12")]),
    ],
)
def test_a_value_belongs_to_its_key_and_to_no_other(text: str, expected: list[tuple[str, str]]) -> None:
    assert named(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "SN:N/A123",
        "SN: none",
        "SN:000-000",
        "60:A4:B7:1C:5D:2E",
        "Meeting at 10:30",
        "AB12CD3456",
        "{broken",
        "<a",
        "",
        "::",
    ],
)
def test_what_no_key_names_is_left_alone(text: str) -> None:
    assert named(text) == []


@pytest.mark.parametrize("text", ["WIFI:T:WPA;S:SN1234;P:SN:AB1234;;", "BEGIN:VCARD\nTEL:+31", "otpauth://totp/x?s=1"])
def test_keys_of_networks_and_cards_of_persons_are_no_labels(text: str) -> None:
    assert keyed.is_no_label(text)


def test_however_deep_a_payload_is_nested_it_ends() -> None:
    assert named("[" * 50_000) == []
    assert named('{"a":' * 500 + '{"sn":"AB12"}' + "}" * 500) == []


@given(st.text())
def test_no_text_breaks_the_parser(text: str) -> None:
    for start in ("", "{", "<", "SN:", "SN,PN\n"):
        keyed.keyed(start + text)
