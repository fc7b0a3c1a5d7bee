"""What the text inside a symbol claims by its own grammar."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from troostwatch.domain.codes import CodeType
from troostwatch.domain.geometry import Quad
from troostwatch.domain.judgement import payloads
from troostwatch.domain.judgement.claims import Basis
from troostwatch.domain.readings import Reading, ReadingKind


def symbol(text: str, symbology: str = "Code128") -> Reading:
    return Reading("barcode", ReadingKind.SYMBOL, text, Quad.upright(0, 0, 100, 20), 1.0, symbology)


def printed(text: str) -> Reading:
    return Reading("rapidocr", ReadingKind.TEXT, text, Quad.upright(0, 20, 100, 40), 0.99)


def claimed(text: str, symbology: str = "Code128") -> set[tuple[str, str]]:
    """Return the codes that we look for; what is understood and none of ours is left out beside them."""
    found = {(claim.type.value, claim.value) for claim in payloads.claims(symbol(text, symbology), 0)}
    return {code for code in found if code[0] != "other"} or found


@pytest.mark.parametrize(
    ("symbology", "text", "expected"),
    [
        ("EAN13", "0012345678905", {("ean", "0012345678905")}),
        ("Code128", "036000291452", {("ean", "0036000291452")}),
        ("Code128", "1S20AB0001GEPF3K7M2W", {("model_number", "20AB0001GE"), ("serial_number", "PF3K7M2W")}),
        ("Code128", "31P20AB0001GE", {("model_number", "20AB0001GE")}),
        ("QRCode", "30S1B4E28BA2FA111D2883F0016D3CCA427", {("uuid", "1B4E28BA-2FA1-11D2-883F-0016D3CCA427")}),
        ("Code128", "4A5B6EA#ABH", {("part_number", "4A5B6EA#ABH")}),
        ("Code128", "00:1B:44:11:3A:B7", {("mac_address", "00:1B:44:11:3A:B7")}),
        ("Code128", "490154203237518", {("imei", "490154203237518")}),
        ("Code128", "89049032000001000000000012345652", {("eid", "89049032000001000000000012345652")}),
        (
            "QRCode",
            "https://support.lenovo.com/qrcode?sn=MP2ABC34&mtm=81AB0001GE",
            {("serial_number", "MP2ABC34"), ("model_number", "81AB0001GE")},
        ),
        (
            "QRCode",
            "(S)SN:\rSMP2ABC34\rSN.MO:\rMP2ABC34MPNAB1234567\r(1S)MTM.SN:\r1S81AB0001GEMP2ABC34",
            {("serial_number", "MP2ABC34"), ("model_number", "81AB0001GE")},
        ),
        (
            "DataMatrix",
            "PID:C9300-24T-A SN:FCW1936Q5TB",
            {("part_number", "C9300-24T-A"), ("serial_number", "FCW1936Q5TB")},
        ),
        ("DataMatrix", "[)>\x1e06\x1d1P772124-01\x1e\x04", {("part_number", "772124-01")}),
        (
            "DataMatrix",
            "[)>\x1e06\x1dSAB1234567\x1dP772124-02\x1e\x04",
            {("serial_number", "AB1234567"), ("part_number", "772124-02")},
        ),
        (
            "DataMatrix",
            "[)>\x1e12\x1dSER 98C01177\x1dPNR 3214-77\x1e\x04",
            {("serial_number", "98C01177"), ("part_number", "3214-77")},
        ),
        (
            "DataMatrix",
            "010950600013435221ABC123\x1d2404711-X\x1d17271231",
            {("ean", "9506000134352"), ("serial_number", "ABC123"), ("part_number", "4711-X")},
        ),
        (
            "QRCode",
            "https://id.gs1.org/01/09506000134352/21/ABC-123",
            {("ean", "9506000134352"), ("serial_number", "ABC-123")},
        ),
        ("UPCE", "01234565", {("ean", "0012345000065")}),
        ("EAN8", "96385074", {("ean", "0000096385074")}),
        ("ITF", "10012345678902", {("ean", "10012345678902")}),
        ("Code128", "5000CCA2AFF44BF3", {("other", "5000CCA2AFF44BF3")}),
    ],
)
def test_payloads_of_the_world_say_what_they_are(symbology: str, text: str, expected: set[tuple[str, str]]) -> None:
    assert claimed(text, symbology) == expected


@pytest.mark.parametrize(
    ("symbology", "text", "expected"),
    [
        (
            "DataMatrix",
            "[)>\x1e06\x1d1PGW-4471\x1dSX1200345\x1e05\x1d0108717953001238\x1e\x04",
            {("part_number", "GW-4471"), ("serial_number", "X1200345"), ("ean", "8717953001238")},
        ),
        (
            "DataMatrix",
            "[)>\x1e06\x1dPBUYER-0091\x1d1PLM-75BD\x1dQ10\x1d4LTH\x1e\x04",
            {("part_number", "LM-75BD")},
        ),
        ("Code128", "1PGW-4471\x1dSX1200345\x1dQ10", {("part_number", "GW-4471"), ("serial_number", "X1200345")}),
        ("QRCode", "(01)08717953001238(21)SER12345", {("ean", "8717953001238"), ("serial_number", "SER12345")}),
        ("DataMatrix", "]d20108717953001238", {("ean", "8717953001238")}),
        ("DataMatrix", "0108717953001238<FNC1>21SER12345", {("ean", "8717953001238"), ("serial_number", "SER12345")}),
        ("DataBarOmni", "0108717953004444", {("ean", "8717953004444")}),
        ("Code128", "+EXYZ3551410/$+SN00123/16D20250412%", {("part_number", "355141"), ("serial_number", "SN00123")}),
        (
            "QRCode",
            '{"sn": "AB12CD3456", "model": "XR-500"}',
            {("serial_number", "AB12CD3456"), ("model_number", "XR-500")},
        ),
        ("QRCode", "WIFI:T:WPA;S:net;P:SN:AB12CD3456;;", set()),
        ("QRCode", "SN:230V", set()),
        ("QRCode", "SN: AB12CD3456 (tested)", {("serial_number", "AB12CD3456")}),
        ("QRCode", "Model: XR-500 Made in Germany", {("model_number", "XR-500")}),
        ("QRCode", "https://acme.example/?ref=AB12CD34&utm_sn=AB12CD34", set()),
        ("Code128", "31PLUS2024", set()),
    ],
)
def test_payloads_are_read_in_whatever_grammar_they_are_written(
    symbology: str, text: str, expected: set[tuple[str, str]]
) -> None:
    assert claimed(text, symbology) == expected


def test_a_parameter_of_an_address_is_a_label_on_a_makers_own_host_and_a_hint_elsewhere() -> None:
    def basis(text: str) -> Basis:
        (claim,) = payloads.claims(symbol(text, "QRCode"), 0)
        return claim.basis

    assert basis("https://support.lenovo.com/qrcode?sn=MP2ABC34") is Basis.LABELLED
    assert basis("https://acme.example/r?sn=MP2ABC34") is Basis.VAGUE_CAPTION


@pytest.mark.parametrize(
    ("text", "name"),
    [("4LCN", "country of origin"), ("9D2532", "date code"), ("010950600013435210LOT7", "Batch or lot number")],
)
def test_what_is_understood_and_none_of_ours_is_named(text: str, name: str) -> None:
    assert any(c.type is CodeType.OTHER and name in c.why for c in payloads.claims(symbol(text), 0))


@pytest.mark.parametrize("text", ["PF3K7M2W", "SPF3K7M2W", "SL10A12345", "1234567", "123456", "HELLO WORLD"])
def test_an_ordinary_string_claims_nothing_by_itself(text: str) -> None:
    assert claimed(text) == set()


@pytest.mark.parametrize(("symbology", "text"), [("ITF", "123456"), ("Code39", "AB1"), ("Code128", "A1")])
def test_short_stripes_do_not_stand(symbology: str, text: str) -> None:
    assert payloads.standing([symbol(text, symbology)]) == []


def test_a_short_upc_stands_where_its_digits_are_printed() -> None:
    upc = symbol("01234565", "UPCE")

    assert payloads.standing([upc]) == []
    assert upc in payloads.standing([upc, printed("0 123456 5")])
    assert upc not in payloads.standing([upc, printed("123456")])  # as under the left half of an EAN


def test_a_long_interleaved_code_and_a_plain_code128_stand() -> None:
    assert len(payloads.standing([symbol("40112233445566", "ITF"), symbol("1234567")])) == 2


@given(st.text(), st.sampled_from(["Code128", "QRCode", "DataMatrix", "EAN13"]))
def test_whatever_a_stranger_encodes_claims_only_canonical_plausible_values(text: str, symbology: str) -> None:
    for claim in payloads.claims(symbol(text, symbology), 7):
        assert claim.reading == 7
        assert claim.type in CodeType
        assert claim.value == claim.value.upper().strip()
