"""Doubtful photographs before a paid reader: nothing is paid twice, nothing paid is lost, the budget holds."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

import pytest
from fakes.clock import FakeStop
from fakes.world import World, analysis, code, sha

from troostwatch.domain.codes import CodeType
from troostwatch.domain.errors import ImageError, TroostwatchError
from troostwatch.domain.geometry import Box, Quad
from troostwatch.domain.images import AnalysisStatus, Stored
from troostwatch.domain.readings import Analysis, Reading, ReadingKind
from troostwatch.domain.runs import Outcome
from troostwatch.domain.second_opinion import Answer, Budget, NamedCode, Question, Verdict, View
from troostwatch.services import second_opinions
from troostwatch.services.requests import Selection
from troostwatch.services.second_opinion_report import SecondOpinionReport
from troostwatch.services.second_opinions import SecondOpinionService

BOX = Box(100, 100, 400, 140)
NO_LIMIT = Budget()
SERIAL = Reading("rapidocr", ReadingKind.TEXT, "S/N PF206B5L", Quad.upright(100, 100, 400, 140), 0.6)
LENOVO = Reading("rapidocr", ReadingKind.TEXT, "Lenovo", Quad.upright(100, 40, 220, 70), 0.99)


def doubtful() -> Analysis:
    return replace(analysis(code("PF206B5L", 0.5)), readings=(LENOVO, SERIAL))


def names(*codes: tuple[CodeType, str], enough: bool = True) -> Answer:
    return Answer(tuple(NamedCode(kind, value, None, BOX) for kind, value in codes), enough)


RIGHT = names((CodeType.SERIAL_NUMBER, "PF206B5L"))


@dataclass
class FakeSecondReader:
    """Answers every question alike, but for the contents it was told about."""

    answers: dict[str, Callable[[View], Answer | Verdict]] = field(default_factory=dict)
    asked: list[tuple[str, View]] = field(default_factory=list)
    name: str = "openai"
    model: str = "m"
    prompt_version: str = "1"
    dearest_call: float = 0.02

    @property
    def version(self) -> str:
        return f"{self.model}, prompt {self.prompt_version}"

    def ask(self, photograph: Stored, view: View, box: Box | None) -> Question:
        content = photograph.sha256
        self.asked.append((content, view))
        said = self.answers.get(content, lambda _: RIGHT)(view)
        verdict = Verdict.ANSWERED if isinstance(said, Answer) else said
        return Question(
            content, self.name, self.model, self.prompt_version, view, verdict,
            said if isinstance(said, Answer) else None, None if isinstance(said, Answer) else "told so",
            1000, 50, 0.01,
        )  # fmt: skip


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    world = World.at(tmp_path / "t.db")
    for number in range(1, 4):
        world.lot(f"A1-1-{number}", closes_in=timedelta(hours=number))
        world.photograph(f"A1-1-{number}", 0, f"p{number}")
        world.shows(f"p{number}", doubtful())
    world.analyze()
    yield world
    world.connection.close()


@pytest.fixture
def reader() -> FakeSecondReader:
    return FakeSecondReader()


def promote(
    world: World, reader: FakeSecondReader, budget: Budget = NO_LIMIT, *, limit: int | None = None, **stop: int
) -> SecondOpinionReport:
    service = SecondOpinionService(world.uow, world.clock, reader, budget, concurrency=1)
    return service.promote(Selection(limit), stop=FakeStop(**stop))


def test_an_answer_that_agrees_lifts_the_code_and_the_reader_is_recorded(
    world: World, reader: FakeSecondReader
) -> None:
    report = promote(world, reader, limit=1)

    with world.uow() as uow:
        ((_, found),) = uow.codes.of_content(sha("p1"))
        stored = uow.codes.analysis_of(sha("p1"))
    assert found.confidence > 0.85
    assert found.readers == ("openai", "rapidocr")
    assert "openai names it so" in found.evidence
    assert stored
    assert (stored.backend, stored.readers["openai"]) == ("openai", "m, prompt 1")
    assert (report.asked, report.named, report.settled) == (1, 1, 1)
    assert world.state(1).analysis_status is AnalysisStatus.ANALYZED


def test_lots_about_to_close_come_first_and_the_label_before_the_photograph(
    world: World, reader: FakeSecondReader
) -> None:
    reader.answers[sha("p1")] = lambda view: replace(RIGHT, enough=view is View.PHOTOGRAPH)

    promote(world, reader)

    assert reader.asked == [
        (sha("p1"), View.LABEL), (sha("p1"), View.PHOTOGRAPH), (sha("p2"), View.LABEL), (sha("p3"), View.LABEL),
    ]  # fmt: skip


def test_the_same_photograph_is_never_paid_twice(world: World, reader: FakeSecondReader) -> None:
    reader.answers = {sha(f"p{i}"): lambda _: names() for i in (1, 2, 3)}
    promote(world, reader)
    assert world.state(1).analysis_status is AnalysisStatus.NEEDS_REVIEW

    again = promote(world, reader)

    assert len(reader.asked) == 3
    assert again.summary() == "no photograph waits for a second opinion"


def test_another_model_or_prompt_is_asked_anew(world: World, reader: FakeSecondReader) -> None:
    reader.answers = {sha(f"p{i}"): lambda _: names() for i in (1, 2, 3)}
    promote(world, reader)

    assert promote(world, replace(reader, model="n"), limit=1).asked == 1
    assert promote(world, replace(reader, prompt_version="2"), limit=1).asked == 1


def test_a_new_reading_keeps_what_was_paid_for(world: World, reader: FakeSecondReader) -> None:
    promote(world, reader)

    world.analyze(since_version=99)

    with world.uow() as uow:
        ((_, found),) = uow.codes.of_content(sha("p1"))
        stored = uow.codes.analysis_of(sha("p1"))
    assert found.readers == ("openai", "rapidocr")
    assert stored
    assert stored.readers["openai"] == "m, prompt 1"
    assert len(reader.asked) == 3


def test_decisions_of_people_stand_whatever_the_model_says(world: World, reader: FakeSecondReader) -> None:
    world.review().reject(world.code_id("PF206B5L"))

    promote(world, reader)

    with world.uow() as uow:
        found = {code.value: code.status for _, code in uow.codes.of_content(sha("p1"))}
    assert found["PF206B5L"] == "rejected"


@pytest.mark.parametrize(
    ("budget", "asked"),
    [
        (Budget(calls_per_run=2), 2), (Budget(calls_per_day=1), 1), (Budget(eur_per_run=0.03), 2),
        (Budget(eur_per_day=0.02), 1), (Budget(calls_per_run=0), 0), (Budget(), 3),
    ],
)  # fmt: skip
def test_a_budget_that_is_reached_ends_the_run_and_keeps_the_work(
    world: World, reader: FakeSecondReader, budget: Budget, asked: int
) -> None:
    report = promote(world, reader, budget)

    assert len(reader.asked) == asked
    assert report.outcome is (Outcome.DONE if asked == 3 else Outcome.OVER_BUDGET)
    assert report.spent.calls == asked
    assert ("the budget is reached" in report.summary()) == (asked < 3)
    with world.uow() as uow:
        assert uow.questions.spent(since=world.clock() - timedelta(days=1)).calls == asked


def test_the_budget_of_a_day_counts_earlier_runs_and_begins_anew_at_midnight(
    world: World, reader: FakeSecondReader
) -> None:
    budget = Budget(calls_per_day=1)
    promote(world, reader, budget)

    same_day = promote(world, reader, budget)
    world.clock.forward(days=1)
    next_day = promote(world, reader, budget)

    assert (same_day.spent.calls, same_day.outcome) == (0, Outcome.OVER_BUDGET)
    assert next_day.spent.calls == 1


def test_nothing_to_ask_is_no_budget_reached(world: World, reader: FakeSecondReader) -> None:
    promote(world, reader)

    assert promote(world, reader, Budget(calls_per_run=0)).outcome is Outcome.DONE


def test_a_refusal_is_final_and_a_malformed_answer_is_tried_by_later_runs_but_not_forever(
    world: World, reader: FakeSecondReader
) -> None:
    reader.answers = {sha("p1"): lambda _: Verdict.REFUSED, sha("p2"): lambda _: Verdict.MALFORMED}

    reports = [promote(world, reader) for _ in range(5)]

    assert [content for content, _ in reader.asked].count(sha("p1")) == 1
    assert [content for content, _ in reader.asked].count(sha("p2")) == 3
    assert (reports[0].refused, len(reports[0].failures), reports[0].outcome) == (1, 1, Outcome.SOME_FAILED)
    assert reports[4].outcome is Outcome.DONE


def test_a_file_that_cannot_be_opened_fails_alone(world: World, reader: FakeSecondReader) -> None:
    def broken(_: View) -> Answer:
        raise ImageError("there is no file")

    reader.answers[sha("p1")] = broken

    report = promote(world, reader)

    assert [(image.lot, message) for image, message in report.failures] == [("A1-1-1", "there is no file")]
    assert report.asked == 2


def test_an_error_for_all_ends_the_run_and_what_was_answered_before_is_kept(
    world: World, reader: FakeSecondReader
) -> None:
    def no_credit(_: View) -> Answer:
        raise TroostwatchError("no credit is left")

    reader.answers[sha("p2")] = no_credit

    with pytest.raises(TroostwatchError, match="no credit"):
        promote(world, reader)

    assert world.state(1).analysis_status is AnalysisStatus.ANALYZED
    assert world.state(2).analysis_status is AnalysisStatus.NEEDS_REVIEW


def test_a_server_that_answers_nobody_is_left_alone(world: World, reader: FakeSecondReader) -> None:
    for number in range(4, 12):
        world.lot(f"A1-1-{number}")
        world.photograph(f"A1-1-{number}", 0, f"p{number}")
        world.shows(f"p{number}", doubtful())
    world.analyze()
    reader.answers = {sha(f"p{i}"): lambda _: Verdict.FAILED for i in range(1, 12)}

    report = promote(world, reader)

    assert len(reader.asked) == 5
    assert report.outcome is Outcome.SOME_FAILED
    assert "5 photographs in a row brought no answer" in report.summary()


def test_asked_to_stop_it_starts_no_other_question(world: World, reader: FakeSecondReader) -> None:
    assert promote(world, reader, after=0).outcome is Outcome.STOPPED
    assert reader.asked == []


def test_no_transaction_is_open_while_a_question_is_asked(world: World, reader: FakeSecondReader) -> None:
    def look(_: View) -> Answer:
        assert not world.connection.in_transaction
        return RIGHT

    reader.answers = {sha(f"p{i}"): look for i in (1, 2, 3)}

    assert promote(world, reader).asked == 3


def test_a_content_that_two_lots_show_is_asked_about_once(world: World, reader: FakeSecondReader) -> None:
    world.lot("A1-1-9")
    world.photograph("A1-1-9", 0, "p1")
    world.analyze()

    promote(world, reader)

    assert [content for content, _ in reader.asked].count(sha("p1")) == 1
    assert world.state(4).analysis_status is AnalysisStatus.ANALYZED


def test_no_more_questions_are_under_way_than_allowed_and_each_answer_is_committed_by_itself(
    world: World, reader: FakeSecondReader
) -> None:
    for number in range(4, 9):
        world.lot(f"A1-1-{number}")
        world.photograph(f"A1-1-{number}", 0, f"p{number}")
        world.shows(f"p{number}", doubtful())
    world.analyze()
    together = threading.Barrier(2, timeout=20)
    under_way: list[int] = []
    at_once = threading.Semaphore(2)

    def look(_: View) -> Answer:
        assert at_once.acquire(blocking=False), "a third question is under way"
        together.wait()  # both threads ask at the same time, four times over
        under_way.append(2)
        at_once.release()
        together.wait()
        return RIGHT

    reader.answers = {sha(f"p{i}"): look for i in range(1, 9)}
    service = SecondOpinionService(world.uow, world.clock, reader, NO_LIMIT, concurrency=2)

    report = service.promote(Selection(), stop=FakeStop())

    assert (report.asked, len(under_way)) == (8, 8)
    assert {world.state(i).analysis_status for i in range(1, 9)} == {AnalysisStatus.ANALYZED}


def test_what_nobody_foresaw_is_booked_as_the_dearest_call_and_the_rest_goes_on(
    world: World, reader: FakeSecondReader, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(_: View) -> Answer:
        raise RecursionError("too deep")

    reader.answers[sha("p1")] = broken

    report = promote(world, reader)

    assert [message for _, message in report.failures] == ["unforeseen RecursionError"]
    assert report.asked == 3
    assert report.spent.eur >= reader.dearest_call
    assert "Traceback" in caplog.text
    with world.uow() as uow:
        assert uow.questions.failures(sha("p1"), reader="openai", model="m", prompt_version="1") == 1


def test_five_answers_in_a_row_that_cannot_be_believed_end_the_run(world: World, reader: FakeSecondReader) -> None:
    for number in range(4, 12):
        world.lot(f"A1-1-{number}")
        world.photograph(f"A1-1-{number}", 0, f"p{number}")
        world.shows(f"p{number}", doubtful())
    world.analyze()
    reader.answers = {sha(f"p{i}"): lambda _: Verdict.MALFORMED for i in range(1, 12)}

    report = promote(world, reader)

    assert report.stopped is Outcome.SOME_FAILED
    assert len(reader.asked) < 9


def test_an_answer_that_was_paid_is_kept_though_it_cannot_be_judged(
    world: World, reader: FakeSecondReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stumble(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as patch:
        patch.setattr(second_opinions, "judge", stumble)
        failed = promote(world, reader)
    again = promote(world, reader)

    assert len(failed.failures) == 3
    assert again.spent.calls == 0
    assert again.known == 3
