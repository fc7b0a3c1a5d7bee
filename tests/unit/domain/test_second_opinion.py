"""How much may be asked, what is shown first, and what an answer becomes."""

from __future__ import annotations

from dataclasses import replace

import pytest
from fakes.stickers import HEIGHT, WIDTH, symbol, text
from hypothesis import given
from hypothesis import strategies as st

from troostwatch.domain.codes import CodeType
from troostwatch.domain.geometry import Box
from troostwatch.domain.judgement.fusion import judge
from troostwatch.domain.readings import ReadingKind
from troostwatch.domain.second_opinion import (
    Answer,
    Budget,
    NamedCode,
    Question,
    Spent,
    Verdict,
    View,
    label_box,
    opinions,
    views_left,
)

SOMEWHERE = Box(100, 100, 500, 140)
NOTHING = Spent()


def asked(*named: tuple[CodeType, str], view: View = View.LABEL, enough: bool = True) -> Question:
    answer = Answer(tuple(NamedCode(kind, value, None, SOMEWHERE) for kind, value in named), enough)
    return Question("a" * 64, "openai", "m", "1", view, Verdict.ANSWERED, answer, None, cost_eur=0.01)


def left(budget: Budget, *, run: Spent = NOTHING, day: Spent = NOTHING, under_way: int = 0, price: float = 0.01) -> int:
    return budget.calls_left(run=run, day=day, under_way=under_way, price=price)


@pytest.mark.parametrize(
    ("budget", "run", "day", "under_way", "calls"),
    [
        (Budget(), Spent(99, 99), Spent(99, 99), 0, 2),
        (Budget(calls_per_run=10), Spent(7), Spent(7), 1, 2),
        (Budget(calls_per_run=10), Spent(10), Spent(10), 0, 0),
        (Budget(calls_per_day=10), Spent(1), Spent(9), 0, 1),
        (Budget(eur_per_run=0.05), Spent(4, 0.03), Spent(), 0, 2),
        (Budget(eur_per_run=0.05), Spent(4, 0.03), Spent(), 2, 0),
        (Budget(eur_per_day=1.0), Spent(), Spent(90, 0.995), 0, 0),
        (Budget(calls_per_run=0), Spent(), Spent(), 0, 0),
        (Budget(eur_per_run=0), Spent(), Spent(), 0, 0),
    ],
)
def test_the_tightest_limit_decides(budget: Budget, run: Spent, day: Spent, under_way: int, calls: int) -> None:
    assert left(budget, run=run, day=day, under_way=under_way) == calls


@given(st.integers(0, 50), st.integers(0, 60), st.floats(0, 5), st.floats(0, 5), st.integers(0, 8))
def test_what_may_be_asked_is_never_more_than_a_limit_leaves(
    limit: int, calls: int, money: float, spent: float, under_way: int
) -> None:
    allowed = left(Budget(calls_per_run=limit, eur_per_day=money), run=Spent(calls), day=Spent(0, spent),
                   under_way=under_way)  # fmt: skip

    assert allowed >= 0
    assert allowed == 0 or calls + under_way + allowed <= limit
    assert allowed == 0 or spent + (under_way + allowed) * 0.01 <= money + 1e-6


def test_a_model_without_a_price_still_stops_at_a_budget_of_nothing() -> None:
    assert left(Budget(eur_per_run=0), price=0) == 0
    assert left(Budget(eur_per_run=1), price=0) > 0


def test_the_label_is_where_symbols_captions_and_numbers_stand() -> None:
    readings = [symbol("AB123456", y=500), text("Serial No.", 400, 450), text("ThinkPad", 20, 1100)]

    box = label_box(readings, width=WIDTH, height=HEIGHT)

    assert box
    assert box.y1 < 1000
    assert symbol("AB123456", y=500).quad.box.share_inside(box) == 1
    assert label_box([text("ThinkPad")], width=WIDTH, height=HEIGHT) is None


def test_a_label_that_fills_the_photograph_needs_no_picture_of_its_own() -> None:
    corners = [text("S/N 1", 10, 10), text("P/N 2", 1480, 1150)]

    assert label_box(corners, width=WIDTH, height=HEIGHT) is None


def test_the_whole_photograph_is_shown_only_where_the_label_was_not_enough() -> None:
    enough, more = asked(), asked(enough=False)
    refused = replace(more, verdict=Verdict.REFUSED, answer=None)

    assert views_left({}, SOMEWHERE) == [View.LABEL, View.PHOTOGRAPH]
    assert views_left({}, None) == [View.PHOTOGRAPH]
    assert views_left({View.LABEL: enough}, SOMEWHERE) == []
    assert views_left({View.LABEL: more}, SOMEWHERE) == [View.PHOTOGRAPH]
    assert views_left({View.LABEL: refused}, SOMEWHERE) == []
    assert views_left({View.LABEL: more, View.PHOTOGRAPH: more}, SOMEWHERE) == []


def test_what_two_views_both_show_is_said_once() -> None:
    serial = (CodeType.SERIAL_NUMBER, "PF206B5L")

    found = opinions([asked(serial), asked(serial, (CodeType.EAN, "4006381333931"), view=View.PHOTOGRAPH)])

    assert [(r.kind, r.says, r.text) for r in found] == [
        (ReadingKind.OPINION, CodeType.SERIAL_NUMBER, "PF206B5L"),
        (ReadingKind.OPINION, CodeType.EAN, "4006381333931"),
    ]


def test_what_only_a_model_saw_is_never_sure_enough_to_approve_unless_something_confirms_it() -> None:
    alone = judge(opinions([asked((CodeType.SERIAL_NUMBER, "QX99AB12"))]), width=WIDTH, height=HEIGHT)
    printed = [text("Serial No.: QX99AB12"), *opinions([asked((CodeType.SERIAL_NUMBER, "QX99AB12"))])]

    assert [code.value for code in alone.codes] == ["QX99AB12"]
    assert alone.codes[0].confidence <= 0.9
    assert judge(printed, width=WIDTH, height=HEIGHT).codes[0].confidence > alone.codes[0].confidence


def test_a_lie_that_fails_its_check_digit_is_not_heard() -> None:
    lie = opinions([asked((CodeType.EAN, "4006381333932"), (CodeType.IMEI, "123456789012345"))])

    assert judge(lie, width=WIDTH, height=HEIGHT).codes == ()
