"""What a person says holds, through every new reading, and can be taken back."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from fakes.world import World, analysis, code
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from troostwatch.domain.codes import CodeType
from troostwatch.domain.errors import UsageError
from troostwatch.domain.images import AnalysisStatus


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    world = World.at(tmp_path / "t.db")
    world.lot("A1-1-1", closes_in=timedelta(hours=5))
    world.photograph("A1-1-1", 0, "a")
    world.shows("a", analysis(code("AB123456", 0.6), code("CD123456", 0.7)))
    world.analyze()
    yield world
    world.connection.close()


def read_again(world: World, *codes: object) -> None:
    world.shows("a", analysis(*codes))
    world.analyze(since_version=99)


def test_a_decision_of_each_kind_shows_in_the_codes(world: World) -> None:
    world.review().approve(world.code_id("AB123456"))
    world.review().reject(world.code_id("CD123456"))

    assert world.codes() == {
        ("serial_number", "AB123456"): ("approved", "person"),
        ("serial_number", "CD123456"): ("rejected", "person"),
    }
    assert world.review().queue() == []


def test_a_correction_rejects_what_was_read_and_approves_what_is_right(world: World) -> None:
    world.review().correct(world.code_id("AB123456"), "ab-123458")

    assert world.codes()["serial_number", "AB123456"] == ("rejected", "person")
    assert world.codes()["serial_number", "AB-123458"] == ("approved", "person")


def test_a_correction_may_change_the_type(world: World) -> None:
    world.review().correct(world.code_id("AB123456"), "AB123456", CodeType.PART_NUMBER)

    assert world.codes()["serial_number", "AB123456"] == ("rejected", "person")
    assert world.codes()["part_number", "AB123456"] == ("approved", "person")


def test_correcting_to_the_same_is_approving(world: World) -> None:
    world.review().correct(world.code_id("AB123456"), " ab123456 ")

    assert world.codes()["serial_number", "AB123456"] == ("approved", "person")


def test_decisions_survive_a_new_reading(world: World) -> None:
    world.review().approve(world.code_id("AB123456"))
    world.review().reject(world.code_id("CD123456"))

    read_again(world, code("AB123456", 0.3), code("CD123456", 0.99))

    assert world.codes() == {
        ("serial_number", "AB123456"): ("approved", "person"),
        ("serial_number", "CD123456"): ("rejected", "person"),
    }


def test_an_approved_code_that_no_reader_sees_any_more_is_still_there(world: World) -> None:
    world.review().approve(world.code_id("AB123456"))
    world.review().correct(world.code_id("CD123456"), "CD999999")

    read_again(world)

    assert {key for key, (status, _) in world.codes().items() if status == "approved"} == {
        ("serial_number", "AB123456"),
        ("serial_number", "CD999999"),
    }


def test_a_rejected_code_that_vanished_and_comes_back_is_still_rejected(world: World) -> None:
    world.review().reject(world.code_id("CD123456"))
    read_again(world)

    read_again(world, code("CD123456", 0.99))

    assert world.codes() == {("serial_number", "CD123456"): ("rejected", "person")}


def test_undo_restores_what_the_readers_say(world: World) -> None:
    before = world.codes()
    world.review().correct(world.code_id("AB123456"), "ZZ999999")

    world.review().undo(world.code_id("AB123456"))

    assert world.codes() == before


def test_a_correction_can_be_undone_by_the_code_it_made(world: World) -> None:
    before = world.codes()
    world.review().correct(world.code_id("AB123456"), "ZZ999999")

    world.review().undo(world.code_id("ZZ999999"))

    assert world.codes() == before


def test_a_later_decision_replaces_an_earlier_one_and_both_stay_on_record(world: World) -> None:
    world.review().reject(world.code_id("AB123456"))
    world.review().approve(world.code_id("AB123456"))

    assert world.codes()["serial_number", "AB123456"] == ("approved", "person")
    assert world.connection.execute("SELECT count(*) FROM decisions").fetchone()[0] == 2


def test_no_program_can_delete_a_decision(world: World) -> None:
    world.review().reject(world.code_id("AB123456"))

    with pytest.raises(sqlite3.IntegrityError, match="never deleted"):
        world.connection.execute("DELETE FROM decisions")


def test_a_decision_on_a_shared_photograph_holds_for_every_lot(world: World) -> None:
    world.lot("A1-1-2")
    world.photograph("A1-1-2", 4, "a")
    world.analyze()

    world.review().approve(world.code_id("AB123456"))

    approved = list(world.reports().codes(approved_only=True))
    assert [(row.lot, row.position) for row in approved] == [("A1-1-1", 0), ("A1-1-2", 4)]
    assert approved[0].shared_with == ("A1-1-2",)
    assert approved[0].about_another_unit


def test_the_queue_shows_the_lot_that_closes_first_then_the_least_sure(world: World) -> None:
    world.lot("A1-1-2", closes_in=timedelta(hours=1))
    world.photograph("A1-1-2", 0, "b")
    world.shows("b", analysis(code("EF123456", 0.75)))
    world.analyze()

    items = world.review().queue()

    assert [item.code.value for item in items if item.code] == ["EF123456", "AB123456", "CD123456"]
    assert [item.lots for item in items] == [("A1-1-2",), ("A1-1-1",), ("A1-1-1",)]
    assert len(world.review().queue(limit=1)) == 1
    assert len(world.review().queue(lots=["A1-1-1"])) == 2


def test_a_code_that_nobody_reported_can_be_added_and_taken_back(world: World) -> None:
    image = world.review().queue()[0].image_id
    world.review().add(image, CodeType.EAN, "4006381333931")
    assert world.codes()["ean", "4006381333931"] == ("approved", "person")

    world.review().undo(world.code_id("4006381333931"))

    assert ("ean", "4006381333931") not in world.codes()


def test_a_dismissed_photograph_stays_out_of_the_queue_also_when_it_is_read_again(world: World) -> None:
    image = world.review().queue()[0].image_id

    world.review().dismiss(image)
    read_again(world, code("AB123456", 0.6))

    assert world.review().queue() == []
    assert world.state(image).analysis_status is AnalysisStatus.ANALYZED


@pytest.mark.parametrize("act", ["approve", "reject", "undo"])
def test_an_unknown_code_is_told_and_changes_nothing(world: World, act: str) -> None:
    before = world.codes()

    with pytest.raises(UsageError, match="there is no code 999"):
        getattr(world.review(), act)(999)

    assert world.codes() == before


def test_nothing_to_undo_and_nothing_to_add_to_are_told(world: World) -> None:
    with pytest.raises(UsageError, match="nobody decided"):
        world.review().undo(world.code_id("AB123456"))
    with pytest.raises(UsageError, match="no analyzed photograph"):
        world.review().add(999, CodeType.EAN, "4006381333931")
    with pytest.raises(UsageError, match="needs a value"):
        world.review().correct(world.code_id("AB123456"), "  ")


class PeopleAndReaders(RuleBasedStateMachine):
    """People decide and readers read in any order; what a person said last about a value always holds."""

    values = st.sampled_from(["AA111111", "BB222222", "CC333333"])

    def __init__(self) -> None:
        super().__init__()
        self.world = World.at(Path(":memory:"))
        self.world.lot("A1-1-1")
        self.image = self.world.photograph("A1-1-1", 0, "a")
        self.world.analyze()
        self.said: dict[str, str] = {}

    @rule(read=st.dictionaries(values, st.floats(0.01, 0.999)))
    def readers_read(self, read: dict[str, float]) -> None:
        self.world.shows("a", analysis(*(code(value, confidence) for value, confidence in read.items())))
        self.world.analyze(since_version=99)

    @rule(value=values)
    def a_person_adds(self, value: str) -> None:
        self.world.review().add(self.image, CodeType.SERIAL_NUMBER, value)
        self.said[value] = "approved"

    @precondition(lambda self: self.world.codes())
    @rule(data=st.data(), verdict=st.sampled_from(["approve", "reject"]))
    def a_person_decides(self, data: st.DataObject, verdict: str) -> None:
        value = data.draw(st.sampled_from(sorted(value for _, value in self.world.codes())))
        getattr(self.world.review(), verdict)(self.world.code_id(value))
        self.said[value] = {"approve": "approved", "reject": "rejected"}[verdict]

    @precondition(lambda self: any(by == "person" for _, by in self.world.codes().values()))
    @rule(data=st.data())
    def a_person_takes_back(self, data: st.DataObject) -> None:
        decided = sorted(value for (_, value), (_, by) in self.world.codes().items() if by == "person")
        value = data.draw(st.sampled_from(decided))
        self.world.review().undo(self.world.code_id(value))
        del self.said[value]

    @invariant()
    def the_last_word_holds(self) -> None:
        statuses = {value: status for (_, value), (status, _) in self.world.codes().items()}
        for value, verdict in self.said.items():
            assert statuses.get(value, "rejected") == verdict

    def teardown(self) -> None:
        self.world.connection.close()


TestPeopleAndReaders = PeopleAndReaders.TestCase
TestPeopleAndReaders.settings = settings(max_examples=30, stateful_step_count=20, deadline=None)


def test_approving_what_a_correction_made_leaves_the_correction_standing(world: World) -> None:
    world.review().correct(world.code_id("AB123456"), "ZZ999999")

    world.review().approve(world.code_id("ZZ999999"))

    assert world.codes()["serial_number", "AB123456"] == ("rejected", "person")
    assert world.codes()["serial_number", "ZZ999999"] == ("approved", "person")


def test_a_typing_error_in_a_correction_can_be_corrected_or_rejected(world: World) -> None:
    world.review().correct(world.code_id("AB123456"), "ZZ999998")
    world.review().correct(world.code_id("ZZ999998"), "ZZ999999")
    world.review().correct(world.code_id("CD123456"), "XX111111")
    world.review().reject(world.code_id("XX111111"))

    assert {value: status for (_, value), (status, _) in world.codes().items()} == {
        "AB123456": "rejected",
        "ZZ999998": "rejected",
        "ZZ999999": "approved",
        "CD123456": "rejected",
        "XX111111": "rejected",
    }


def test_a_dismissal_can_be_taken_back(world: World) -> None:
    image = world.review().queue()[0].image_id
    world.review().dismiss(image)

    world.review().reopen(image)

    assert len(world.review().queue()) == 2


def test_codes_that_are_neither_doubtful_nor_approved_can_be_asked_for(world: World) -> None:
    read_again(world, code("AB123456", 0.9))

    assert world.review().queue() == []
    assert [item.code.value for item in world.review().queue(all_pending=True) if item.code] == ["AB123456"]


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (CodeType.EAN, "4006381333932"),
        (CodeType.IMEI, "123"),
        (CodeType.MAC_ADDRESS, "zz"),
        (CodeType.PART_NUMBER, "A\x1b[31m"),
        (CodeType.PART_NUMBER, "A" * 201),
    ],
)
def test_a_typing_error_that_shows_is_told_and_changes_nothing(world: World, kind: CodeType, value: str) -> None:
    before = world.codes()

    with pytest.raises(UsageError):
        world.review().correct(world.code_id("AB123456"), value, kind)

    assert world.codes() == before
