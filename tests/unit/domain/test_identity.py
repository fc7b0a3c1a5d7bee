"""What a lot is, agreed over all of its photographs."""

from __future__ import annotations

from dataclasses import replace

import pytest
from fakes.world import code, sha
from hypothesis import given
from hypothesis import strategies as st

from troostwatch.domain.codes import CodeStatus, CodeType, DecidedBy
from troostwatch.domain.identity import identity
from troostwatch.domain.reports import CodeRow


def row(
    value: str,
    confidence: float = 0.6,
    *,
    position: int = 0,
    kind: CodeType = CodeType.SERIAL_NUMBER,
    shared_with: tuple[str, ...] = (),
    approved: bool = False,
    content: str | None = None,
) -> CodeRow:
    said = code(value, confidence, kind)
    if approved:
        said = replace(said, status=CodeStatus.APPROVED, decided_by=DecidedBy.RULE)
    return CodeRow(
        lot="A1-1-1",
        title=None,
        position=position,
        image_id=position,
        code_id=position,
        code=said,
        content=sha(content or f"photograph {position}"),
        path=None,
        url="",
        shared_with=shared_with,
    )


def test_photographs_that_agree_make_a_code_more_sure_and_are_all_named() -> None:
    (agreed,) = identity([row("AB123456", 0.6, position=2), row("AB123456", 0.7, position=0)])

    assert agreed.positions == (0, 2)
    assert agreed.confidence == pytest.approx(1 - 0.4 * 0.3)


def test_the_same_content_shown_twice_is_one_witness() -> None:
    (agreed,) = identity([row("AB123456", 0.6, position=i, content="same") for i in (0, 1)])

    assert (agreed.confidence, agreed.positions) == (0.6, (0, 1))


def test_agreement_never_adds_up_to_certainty() -> None:
    (agreed,) = identity([row("AB123456", 0.95, position=i) for i in range(9)])

    assert agreed.confidence == 0.999


def test_spellings_are_one_code_under_the_best_of_them() -> None:
    (agreed,) = identity([row("20RL 000XMH", 0.9), row("20RL-000XMH", 0.5, position=1, approved=True)])

    assert (agreed.value, agreed.status) == ("20RL-000XMH", CodeStatus.APPROVED)


def test_codes_come_by_type_then_approved_then_most_probable() -> None:
    rows = [
        row("DOUBTFUL1", 0.5),
        row("PROBABLE1", 0.7),
        row("APPROVED1", 0.6, approved=True),
        row("4006381333931", 0.4, kind=CodeType.EAN),
    ]

    assert [found.value for found in identity(rows)] == ["4006381333931", "APPROVED1", "PROBABLE1", "DOUBTFUL1"]


def test_a_serial_that_only_shared_photographs_show_is_about_another_unit() -> None:
    shared = row("AB123456", shared_with=("A1-1-2",))

    (alone,) = identity([shared])
    (seen_here,) = identity([shared, row("AB123456", position=1)])
    (product,) = identity([row("4006381333931", kind=CodeType.EAN, shared_with=("A1-1-2",))])

    assert (alone.about_another_unit, alone.shared_with) == (True, ("A1-1-2",))
    assert not seen_here.about_another_unit
    assert not product.about_another_unit


@given(st.lists(st.tuples(st.sampled_from("ABC"), st.floats(0, 1), st.integers(0, 4))))
def test_nothing_is_lost_and_every_confidence_is_at_least_its_best_witness(rows: list[tuple[str, float, int]]) -> None:
    made = [row(value * 5, round(confidence, 4), position=position) for value, confidence, position in rows]

    found = {code.value: code for code in identity(made)}

    assert found.keys() == {one.code.value for one in made}
    for one in made:
        assert one.code.confidence <= found[one.code.value].confidence <= 1
        assert one.position in found[one.code.value].positions
