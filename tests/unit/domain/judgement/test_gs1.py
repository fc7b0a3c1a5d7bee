"""GS1 element strings and links."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import ean

from troostwatch.domain.judgement import gs1

GTINS = st.from_regex(r"[0-9]{13}", fullmatch=True).map(lambda body: body + ean.calc_check_digit(body))
SERIALS = st.from_regex(r"[0-9A-Z/-]{1,20}", fullmatch=True)


def pairs(text: str, *, surely: bool = False) -> list[tuple[str, str]]:
    return [(element.identifier, element.value) for element in gs1.elements(text, surely=surely)]


@given(GTINS.filter(lambda gtin: int(gtin) > 10**8), SERIALS, SERIALS)
def test_what_is_put_together_comes_apart_again(gtin: str, serial: str, batch: str) -> None:
    text = f"01{gtin}1126013121{serial}{gs1.SEPARATOR}10{batch}"

    assert pairs(text) == [("01", gtin), ("11", "260131"), ("21", serial), ("10", batch)]


@given(
    GTINS.filter(lambda gtin: int(gtin) > 10**8), SERIALS, st.from_regex(r"(?:29|80|99)[0-9A-Z]{3,12}", fullmatch=True)
)
def test_what_is_unknown_is_passed_over_and_not_the_end(gtin: str, serial: str, unknown: str) -> None:
    text = f"01{gtin}{unknown}{gs1.SEPARATOR}21{serial}"

    assert ("21", serial) in pairs(text)


@given(GTINS.filter(lambda gtin: int(gtin) > 10**8), SERIALS)
def test_brackets_around_the_identifiers_say_the_same(gtin: str, serial: str) -> None:
    printed = gs1.printed_elements(f"(01){gtin}(21){serial}(17)271231")

    assert [(e.identifier, e.value) for e in printed] == [("01", gtin), ("21", serial), ("17", "271231")]


@pytest.mark.parametrize(
    "text",
    [
        "PF3K7M2W",
        "0195042177480",  # an EAN is no element string
        "01095060001343",  # too short for its identifier
        "0109506000134353" + "21ABC",  # wrong check digit
        "S4711" + gs1.SEPARATOR + "21ABC",  # identifiers of another list
        "",
    ],
)
def test_what_is_no_element_string_as_a_whole_gives_nothing(text: str) -> None:
    assert gs1.elements(text) == []


@pytest.mark.parametrize("text", ["(030) 901820", "(01)123", "(21)ABC", "see (01)09506000134352", "(99)"])
def test_brackets_alone_make_no_elements(text: str) -> None:
    assert gs1.printed_elements(text) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0109506000134352" + "3103001750" + "21A1", [("01", "09506000134352"), ("3103", "001750"), ("21", "A1")]),
        # A time has ten digits, so it ends by itself where the separator was left out.
        (
            "0109506000134352" + "70032711301200" + "21A1",
            [("01", "09506000134352"), ("7003", "2711301200"), ("21", "A1")],
        ),
        (
            "0109506000134352" + "800825071412" + "\x1d21A1",
            [("01", "09506000134352"), ("8008", "25071412"), ("21", "A1")],
        ),
        ("0109506000134352" + "21A1\x1d4307NL", [("01", "09506000134352"), ("21", "A1"), ("4307", "NL")]),
    ],
)
def test_each_element_has_the_form_that_the_list_of_gs1_gives_it(text: str, expected: list[tuple[str, str]]) -> None:
    assert pairs(text) == expected


def test_a_gtin_alone_is_one_only_in_bars_that_hold_nothing_else() -> None:
    assert pairs("0109506000134352") == []
    assert pairs("0109506000134352", surely=True) == [("01", "09506000134352")]


def test_an_element_that_reads_on_as_others_may_end_earlier() -> None:
    (_, serial) = gs1.elements("010871795300123821SER1234510LOT77")

    assert (serial.value, serial.shorter) == ("SER1234510LOT77", ("SER12345",))


def test_an_element_that_is_too_long_ends_earlier() -> None:
    (_, serial) = gs1.elements("010400123451207521K44718021727113010B882")

    assert serial.value == ""
    assert "K4471802" in serial.shorter


def test_where_there_is_a_separator_every_element_ends_where_it_says() -> None:
    found = gs1.elements("010871795300123821XY061M5Z9NHXP10R20NN\x1d17310630")

    assert [e.shorter for e in found] == [(), (), ()]


def test_a_payload_made_to_be_slow_is_not_followed_to_its_end() -> None:
    assert gs1.elements("0109506000134352" + "21" + "11260101" * 2000) == []


def test_a_link_holds_elements_in_its_path_and_in_its_query() -> None:
    found = gs1.link("/some/where/01/09506000134352/21/A%2F1", [("17", "271231"), ("utm_source", "x"), ("10", "")])

    assert [(e.identifier, e.value) for e in found] == [("01", "09506000134352"), ("21", "A/1"), ("17", "271231")]


@given(st.text())
def test_no_text_and_no_address_breaks_the_parsers(text: str) -> None:
    gs1.elements(text)
    gs1.elements(text, surely=True)
    gs1.printed_elements("(01)" + text)
    list(gs1.link("/01/09506000134352/" + text, [(text, text)]))
