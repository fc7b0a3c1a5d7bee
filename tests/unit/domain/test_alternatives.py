"""What else was read where a code stands is offered once, with who read it; the code itself never is."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from troostwatch.domain.alternatives import MOST, Alternative, alternatives, differing
from troostwatch.domain.codes import Code, CodeType, squeeze
from troostwatch.domain.geometry import Box, Quad
from troostwatch.domain.readings import Reading, ReadingKind, RunnerUp

BOX = Box(10, 20, 110, 50)
HERE, ELSEWHERE = Quad.upright(10, 20, 110, 50), Quad.upright(500, 500, 600, 530)


def code(value: str = "CD123456", kind: CodeType = CodeType.SERIAL_NUMBER, box: Box | None = BOX) -> Code:
    return Code(kind, value, 0.5, box, "S/N", (), ("rapidocr",))


def text(line: str, **more: object) -> Reading:
    return Reading("rapidocr", ReadingKind.TEXT, line, more.pop("quad", HERE), 0.9, **more)


@pytest.mark.parametrize(
    ("reading", "value", "by", "differs"),
    [
        (text("S/N CD123456", again="S/N CD12345G"), "CD12345G", "a closer look by rapidocr", (7,)),
        (text("S/N: CD12-3456 ok", again="S/N: CD12-3A56 ok"), "CD12-3A56", "a closer look by rapidocr", (4, 6)),
        (replace(text("SN CD12345B"), reader="tesseract"), "CD12345B", "tesseract", (7,)),
        (replace(text("SN CD12356 Made in"), reader="tesseract"), "CD12356", "tesseract", ()),
        (Reading("barcode", ReadingKind.SYMBOL, "CD723456", HERE, symbology="Code128"), "CD723456", "Code128", (2,)),
        (text("S/N CD123456", runners_up=(RunnerUp(11, "8", 0.4),)), "CD123458",
         "second choice of rapidocr (0.40)", (7,)),
        (text("S/N CD123456", runners_up=(RunnerUp(11, "", 0.3),)), "CD12345", "second choice of rapidocr (0.30)", ()),
        (Reading("openai", ReadingKind.OPINION, "CD12345X", ELSEWHERE, says=CodeType.SERIAL_NUMBER), "CD12345X",
         "openai", (7,)),
    ],
)  # fmt: skip
def test_what_was_read_otherwise_is_offered_with_who_read_it(
    reading: Reading, value: str, by: str, differs: tuple[int, ...]
) -> None:
    assert alternatives(code(), (), [reading]) == [Alternative(value, by, differs)]


def test_another_code_of_the_type_that_is_like_it_is_offered() -> None:
    others = [code("CD12345G"), code("CD12345H", CodeType.EAN), code("XY999999"), code()]

    assert [found.value for found in alternatives(code(), others, ())] == ["CD12345G"]


@pytest.mark.parametrize(
    "reading",
    [
        text("S/N CD123456", again="S/N CD123456"),
        text("S/N CD12345G", quad=ELSEWHERE),
        text("completely other words"),
        text("S/N CD123456", runners_up=(RunnerUp(0, "5", 0.4),)),
        Reading("openai", ReadingKind.OPINION, "CD12345X", HERE, says=CodeType.MODEL_NUMBER),
        Reading("barcode", ReadingKind.UNDECODED, "CD12345X", HERE),
        text("straße ß cd123456 ﬁ"),
    ],
)
def test_what_says_nothing_else_about_the_code_is_not_offered(reading: Reading) -> None:
    assert alternatives(code(), (), [reading]) == []


def test_a_place_is_found_behind_signs_that_are_two_in_upper_case() -> None:
    readings = [text("Maße: CD123456", again="Maße: CD12345G")]

    assert [found.value for found in alternatives(code(), (), readings)] == ["CD12345G"]


def test_a_value_that_several_read_is_offered_once_under_the_first() -> None:
    readings = [text("CD12345G", again="x"), text("S/N CD123456", again="S/N CD12345G")]

    assert [(a.value, a.by) for a in alternatives(code(), [code("CD12345G")], readings)] == [
        ("CD12345G", "a closer look by rapidocr")
    ]


SIGNS = st.text(alphabet="CD0123456GB8-/ :ßﬁéÅ\u202e", max_size=24)
KINDS = st.sampled_from(CodeType)


@st.composite
def readings(draw: st.DrawFn) -> Reading:
    line = draw(SIGNS)
    runners = st.builds(
        RunnerUp, st.integers(0, max(0, len(line) - 1)), st.sampled_from(["", "8", "G"]), st.floats(0, 1)
    )
    return Reading(
        draw(st.sampled_from(["rapidocr", "tesseract"])),
        draw(st.sampled_from(ReadingKind)),
        line,
        draw(st.sampled_from([HERE, ELSEWHERE])),
        again=draw(st.none() | SIGNS),
        says=draw(st.none() | KINDS),
        runners_up=tuple(draw(st.lists(runners, max_size=3))) if line else (),
    )


@given(
    SIGNS.filter(squeeze), KINDS, st.sampled_from([BOX, None]), st.lists(SIGNS, max_size=12),
    st.lists(readings(), max_size=12),
)  # fmt: skip
def test_never_the_code_itself_nothing_twice_and_no_more_than_there_are_keys(
    value: str, kind: CodeType, box: Box | None, others: list[str], seen: list[Reading]
) -> None:
    found = alternatives(code(value, kind, box), [code(other, kind) for other in others], seen)

    assert len(found) <= MOST
    assert len({each.value for each in found}) == len(found)
    for each in found:
        assert squeeze(each.value) != squeeze(value)
        assert all(0 <= index < len(each.value) for index in each.differs)
        assert each.by


@given(SIGNS, SIGNS)
def test_signs_that_differ_lie_inside_and_are_none_where_nothing_does(one: str, other: str) -> None:
    assert all(0 <= index < len(one) for index in differing(one, other))
    assert differing(one, one) == ()
