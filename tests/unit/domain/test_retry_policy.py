"""How long a photograph that failed is left alone."""

from __future__ import annotations

from troostwatch.domain.images import RetryPolicy

POLICY = RetryPolicy(max_attempts=6, first_wait_seconds=60)


def test_the_next_two_runs_try_again_at_once() -> None:
    assert [POLICY.wait(attempts) for attempts in (1, 2)] == [0, 0]


def test_later_failures_wait_ever_longer_and_then_end() -> None:
    assert [POLICY.wait(attempts) for attempts in (3, 4, 5, 6)] == [60, 120, 240, None]


def test_the_wish_of_the_server_is_obeyed_up_to_a_day() -> None:
    assert POLICY.wait(1, asked=7) == 7
    assert POLICY.wait(1, asked=1e9) == 86_400
