"""Whether probabilities keep their word."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from troostwatch.domain.calibration import reliability


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans())))
def test_every_code_falls_into_one_bin(judged: list[tuple[float, bool]]) -> None:
    bins = reliability(judged)

    assert sum(b.total for b in bins) == len(judged)
    assert sum(b.right for b in bins) == sum(right for _, right in judged)
    for each in bins:
        low, high = each.interval
        assert each.low <= each.said <= each.high
        assert 0 <= low <= each.share + 1e-12
        assert each.share - 1e-12 <= high <= 1


def test_nine_of_ten_right_at_nine_tenths_keeps_the_word() -> None:
    (only,) = reliability([(0.9, True)] * 9 + [(0.9, False)])

    assert (only.low, only.right, only.total, only.share) == (0.9, 9, 10, 0.9)
    # Wilson's interval of 9 in 10, as in any table of it.
    assert only.interval == pytest.approx((0.596, 0.982), abs=0.001)
