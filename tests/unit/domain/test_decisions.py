"""What stands when readers and a person have spoken: the person first, then the rule."""

from __future__ import annotations

import pytest
from fakes.world import BOX, code
from hypothesis import given
from hypothesis import strategies as st

from troostwatch.domain.codes import PERSON_CONFIDENCE, Code, CodeStatus, CodeType, DecidedBy, Origin
from troostwatch.domain.decisions import Decision, Verdict, settle

SERIAL = CodeType.SERIAL_NUMBER
THRESHOLD = 0.95


def settled(codes: list[Code], *decisions: Decision) -> dict[str, Code]:
    result = settle(codes, decisions, auto_approve_threshold=THRESHOLD)
    assert len({code.key for code in result}) == len(result)
    return {code.value: code for code in result}


@pytest.mark.parametrize(
    ("confidence", "status", "by"),
    [(0.95, CodeStatus.APPROVED, DecidedBy.RULE), (0.9499, CodeStatus.PENDING, None), (0.0, CodeStatus.PENDING, None)],
)
def test_the_rule_approves_from_its_threshold_on(confidence: float, status: CodeStatus, by: DecidedBy | None) -> None:
    (result,) = settled([code("A", confidence)]).values()

    assert (result.status, result.decided_by, result.confidence) == (status, by, confidence)


def test_a_person_outweighs_the_rule_both_ways() -> None:
    result = settled(
        [code("SURE", 0.99), code("DOUBTFUL", 0.1)],
        Decision(SERIAL, "SURE", Verdict.REJECTED),
        Decision(SERIAL, "DOUBTFUL", Verdict.APPROVED),
    )

    assert (result["SURE"].status, result["SURE"].decided_by) == (CodeStatus.REJECTED, DecidedBy.PERSON)
    assert (result["DOUBTFUL"].status, result["DOUBTFUL"].decided_by) == (CodeStatus.APPROVED, DecidedBy.PERSON)
    assert result["DOUBTFUL"].confidence == 0.1  # what the readers said stays on record


def test_what_a_person_typed_is_there_though_no_reader_saw_it() -> None:
    (typed,) = settled([], Decision(SERIAL, "TYPED", Verdict.APPROVED, BOX)).values()

    assert (typed.status, typed.origin, typed.confidence) == (CodeStatus.APPROVED, Origin.PERSON, PERSON_CONFIDENCE)
    assert (typed.box, typed.readers, typed.evidence) == (BOX, (), ("a person says so",))


def test_a_rejection_of_what_nobody_reads_any_more_brings_nothing_back() -> None:
    assert settled([], Decision(SERIAL, "GONE", Verdict.REJECTED)) == {}


def test_a_correction_rejects_the_old_and_approves_the_new_with_what_readers_said_of_it() -> None:
    correction = Decision(SERIAL, "WR0NG", Verdict.CORRECTED, BOX, SERIAL, "WRONG")

    result = settled([code("WR0NG", 0.9), code("WRONG", 0.4)], correction)

    assert result["WR0NG"].status is CodeStatus.REJECTED
    assert (result["WRONG"].status, result["WRONG"].readers) == (CodeStatus.APPROVED, ("barcode", "rapidocr"))


def test_what_a_person_typed_for_an_earlier_reading_does_not_outlive_the_decision() -> None:
    (typed,) = settled([], Decision(SERIAL, "TYPED", Verdict.APPROVED)).values()

    assert settled([typed, code("READ", 0.5)]).keys() == {"READ"}


values = st.sampled_from(["A", "B", "C"])
decisions = st.builds(
    lambda value, verdict, right: Decision(
        SERIAL,
        value,
        verdict,
        corrected_type=SERIAL if verdict is Verdict.CORRECTED else None,
        corrected_value=right if verdict is Verdict.CORRECTED else None,
    ),
    values,
    st.sampled_from(Verdict),
    st.sampled_from(["X", "Y"]),
)


@given(
    st.lists(st.tuples(values, st.floats(0, 1)), unique_by=lambda pair: pair[0]),
    st.lists(decisions, unique_by=lambda decision: decision.value),
)
def test_every_decision_shows_and_settling_again_changes_nothing(
    read: list[tuple[str, float]], said: list[Decision]
) -> None:
    codes = [code(value, confidence) for value, confidence in read]

    result = settled(codes, *said)

    for decision in said:
        if decision.right:
            assert result[decision.right[1]].status is CodeStatus.APPROVED
        if decision.verdict is not Verdict.APPROVED and decision.value in result:
            assert result[decision.value].status is CodeStatus.REJECTED
    assert settled(list(result.values()), *said) == result
