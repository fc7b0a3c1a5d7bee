"""What someone who knows the sticker says about a doubtful code."""

from __future__ import annotations

import pytest

from troostwatch.domain.codes import Code, CodeType
from troostwatch.domain.comparison import TrueCode
from troostwatch.domain.decisions import Verdict
from troostwatch.domain.queue import QueueItem
from troostwatch.services.demo import Advice, advise


def true(kind: CodeType, value: str, url: str = "u") -> TrueCode:
    return TrueCode("A1-1-1", 0, url, kind, value, frozenset({(kind, value)}))


def waiting(code: Code | None, url: str = "u") -> QueueItem:
    return QueueItem(5, ("A1-1-1",), 0, "a" * 64, "x.jpg", url, None, None, "doubtful", 17 if code else None, code)


def doubtful(kind: CodeType, value: str) -> Code:
    return Code(kind, value, 0.6, None, None, (), ("rapidocr",))


STICKER = [true(CodeType.SERIAL_NUMBER, "PF20ABCD"), true(CodeType.MODEL_NUMBER, "20AB-000CDE")]


@pytest.mark.parametrize(
    ("kind", "value", "verdict", "right"),
    [
        (CodeType.SERIAL_NUMBER, "PF20ABCD", Verdict.APPROVED, (CodeType.SERIAL_NUMBER, "PF20ABCD")),
        (CodeType.MODEL_NUMBER, "20AB000CDE", Verdict.APPROVED, (CodeType.MODEL_NUMBER, "20AB000CDE")),
        (CodeType.SERIAL_NUMBER, "PF2OABCD", Verdict.CORRECTED, (CodeType.SERIAL_NUMBER, "PF20ABCD")),
        (CodeType.PART_NUMBER, "20AB-000CDE", Verdict.CORRECTED, (CodeType.MODEL_NUMBER, "20AB-000CDE")),
        (CodeType.PART_NUMBER, "20AB-OOOCDE", Verdict.REJECTED, (CodeType.PART_NUMBER, "20AB-OOOCDE")),
        (CodeType.EAN, "4006381333931", Verdict.REJECTED, (CodeType.EAN, "4006381333931")),
    ],
)
def test_right_is_approved_misread_is_corrected_invented_is_rejected(
    kind: CodeType, value: str, verdict: Verdict, right: tuple[CodeType, str]
) -> None:
    assert advise([waiting(doubtful(kind, value))], STICKER) == [Advice(17, verdict, *right)]


def test_only_the_photograph_in_hand_counts() -> None:
    elsewhere = [true(CodeType.SERIAL_NUMBER, "PF20ABCD", url="another")]

    (advice,) = advise([waiting(doubtful(CodeType.SERIAL_NUMBER, "PF20ABCD"))], elsewhere)

    assert advice.verdict is Verdict.REJECTED


def test_a_photograph_without_a_code_needs_no_answer() -> None:
    assert advise([waiting(None)], STICKER) == []
