"""From downloaded photographs to codes: once per content, one commit each, decisions untouched."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from fakes.clock import FakeStop
from fakes.world import World, analysis, code, request, sha

from troostwatch.domain.errors import ImageError, MissingDependencyError
from troostwatch.domain.images import AnalysisStatus, DownloadStatus, Thresholds
from troostwatch.domain.readings import Backend
from troostwatch.domain.runs import Outcome
from troostwatch.services.requests import AnalysisRequest
from troostwatch.services.token_export import TokenExportService


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    world = World.at(tmp_path / "t.db")
    yield world
    world.connection.close()


def test_sure_codes_are_approved_by_the_rule_and_doubtful_ones_queue_the_photograph(world: World) -> None:
    world.lot("A1-1-1")
    sure, doubtful = world.photograph("A1-1-1", 0, "sure"), world.photograph("A1-1-1", 1, "doubtful")
    world.shows("sure", analysis(code("AB123456", 0.97)))
    world.shows("doubtful", analysis(code("CD123456", 0.6)))

    report = world.analyze()

    assert world.codes() == {
        ("serial_number", "AB123456"): ("approved", "rule"),
        ("serial_number", "CD123456"): ("pending", None),
    }
    assert world.state(sure).analysis_status is AnalysisStatus.ANALYZED
    assert world.state(doubtful).analysis_status is AnalysisStatus.NEEDS_REVIEW
    assert world.state(doubtful).review_reason == "1 doubtful code, least sure: serial_number CD123456 (0.60)"
    assert (report.analyzed, report.codes, report.approved, report.needs_review) == (2, 2, 1, 1)


def test_no_transaction_is_open_while_a_photograph_is_read(world: World) -> None:
    world.lot("A1-1-1")
    world.photograph("A1-1-1", 0, "a")
    open_while_reading: list[bool] = []
    world.analyzer.while_reading = lambda _: open_while_reading.append(world.connection.in_transaction)

    world.analyze()

    assert open_while_reading == [False]


def test_the_same_content_in_two_lots_is_read_once(world: World) -> None:
    world.lot("A1-1-1")
    world.lot("A1-1-2")
    first, second = world.photograph("A1-1-1", 0, "same"), world.photograph("A1-1-2", 3, "same")
    world.shows("same", analysis(code("AB123456", 0.97)))

    world.analyze()

    assert len(world.analyzer.read) == 1
    assert {world.state(i).analysis_status for i in (first, second)} == {AnalysisStatus.ANALYZED}
    assert [row.lot for row in world.reports().codes()] == ["A1-1-1", "A1-1-2"]


def test_a_content_that_was_read_before_is_not_read_for_a_new_lot(world: World) -> None:
    world.lot("A1-1-1")
    world.photograph("A1-1-1", 0, "same")
    world.shows("same", analysis(code("AB123456", 0.5)))
    world.analyze()
    world.lot("A1-1-2")
    later = world.photograph("A1-1-2", 0, "same")

    report = world.analyze()

    assert len(world.analyzer.read) == 1
    assert report.shared == 1
    assert world.state(later).analysis_status is AnalysisStatus.NEEDS_REVIEW


def test_lots_about_to_close_come_first_and_closed_ones_last(world: World) -> None:
    for name, closes_in in (("A1-1-1", None), ("A1-1-2", 48), ("A1-1-3", -5), ("A1-1-4", 2)):
        world.lot(name, closes_in=None if closes_in is None else timedelta(hours=closes_in))
        world.photograph(name, 0, name)

    world.analyze()

    assert [image.lot for image in world.analyzer.read] == ["A1-1-4", "A1-1-2", "A1-1-1", "A1-1-3"]


def test_limit_lots_and_closing_time_choose_what_is_read(world: World) -> None:
    for number, hours in enumerate((2, 20, 200), 1):
        world.lot(f"A1-1-{number}", closes_in=timedelta(hours=hours))
        world.photograph(f"A1-1-{number}", 0, str(number))

    world.analyze(lots=["A1-1-3"])
    world.analyze(closing_within=timedelta(hours=24), limit=1)

    assert [image.lot for image in world.analyzer.read] == ["A1-1-3", "A1-1-1"]


def test_a_failure_is_tried_again_by_the_next_run_and_then_parked(world: World) -> None:
    world.lot("A1-1-1")
    image = world.photograph("A1-1-1", 0, "bad")
    world.shows("bad", ImageError("the reading process died"))

    first, after_first = world.analyze(), world.state(image).analysis_status
    second, after_second = world.analyze(), world.state(image)
    third = world.analyze()

    assert (first.outcome, after_first) == (Outcome.SOME_FAILED, AnalysisStatus.PENDING)
    assert (second.outcome, after_second.analysis_status) == (Outcome.SOME_FAILED, AnalysisStatus.FAILED)
    assert after_second.error_message == "the reading process died"
    assert third.summary() == "no photograph waits to be analyzed"


def test_a_permanent_failure_is_parked_at_once_and_can_be_brought_back(world: World) -> None:
    world.lot("A1-1-1")
    image = world.photograph("A1-1-1", 0, "bad")
    world.shows("bad", ImageError("truncated", permanent=True))
    world.analyze()
    assert world.state(image).analysis_status is AnalysisStatus.FAILED

    assert world.images().reprocess_failed() == (0, 1)

    assert world.state(image).analysis_status is AnalysisStatus.PENDING


def test_being_asked_to_stop_finishes_the_photograph_in_hand(world: World) -> None:
    world.lot("A1-1-1")
    for position in range(5):
        world.photograph("A1-1-1", position, str(position))

    report = world.analyze(stop=FakeStop(after=2))

    assert report.outcome is Outcome.STOPPED
    assert report.analyzed == 2
    assert world.analyze().analyzed == 3


def test_what_an_older_version_read_is_read_again_on_request(world: World) -> None:
    world.lot("A1-1-1")
    world.photograph("A1-1-1", 0, "a")
    world.shows("a", analysis(code("OLD12345", 0.97)))
    world.analyze()
    world.shows("a", analysis(code("NEW12345", 0.97)))

    assert world.analyze().analyzed == 0
    assert world.analyze(since_version=99).analyzed == 1

    assert world.codes() == {("serial_number", "NEW12345"): ("approved", "rule")}


def test_a_code_that_stays_keeps_its_id_when_it_is_read_again(world: World) -> None:
    world.lot("A1-1-1")
    world.photograph("A1-1-1", 0, "a")
    world.shows("a", analysis(code("STAYS123", 0.6), code("GOES1234", 0.6)))
    world.analyze()
    before = world.code_id("STAYS123")
    world.shows("a", analysis(code("COMES123", 0.6), code("STAYS123", 0.9)))

    world.analyze(since_version=99)

    assert world.code_id("STAYS123") == before
    assert {value for _, value in world.codes()} == {"COMES123", "STAYS123"}


def test_thresholds_can_be_set_for_one_run(world: World) -> None:
    world.lot("A1-1-1")
    image = world.photograph("A1-1-1", 0, "a")
    world.shows("a", analysis(code("AB123456", 0.7)))

    world.analyze(thresholds=Thresholds(0.5, 0.6))

    assert world.codes() == {("serial_number", "AB123456"): ("approved", "rule")}
    assert world.state(image).analysis_status is AnalysisStatus.ANALYZED


def test_words_are_kept_unless_they_are_not_wanted(world: World) -> None:
    world.lot("A1-1-1")
    world.photograph("A1-1-1", 0, "a")
    world.photograph("A1-1-1", 1, "b")

    world.analyze(limit=1, save_tokens=False)
    world.analyze(save_tokens=True)

    assert [row.content for row in TokenExportService(world.uow).rows(include_reviewed=False)] == [sha("b")]


def test_a_label_on_which_nothing_could_be_read_waits_for_a_person(world: World) -> None:
    world.lot("A1-1-1")
    image = world.photograph("A1-1-1", 0, "a")
    world.shows("a", analysis(unread_reason="nothing could be read beside 'Serial No.'"))

    world.analyze()

    assert world.state(image).review_reason == "nothing could be read beside 'Serial No.'"
    assert [item.code for item in world.review().queue()] == [None]


def test_a_backend_that_cannot_work_here_stops_the_run_before_the_first_photograph(world: World) -> None:
    def refuse(asked: AnalysisRequest) -> None:
        raise MissingDependencyError(f"no {asked.backend}")

    world.lot("A1-1-1")
    image = world.photograph("A1-1-1", 0, "a")

    with pytest.raises(MissingDependencyError):
        world.analysis(analyzer_for=refuse).analyze(request(backend=Backend.OPENAI), stop=FakeStop())

    assert world.state(image).analysis_status is AnalysisStatus.PENDING


def test_a_bug_is_not_taken_for_a_bad_photograph(world: World) -> None:
    def crash(_image: object) -> None:
        raise ZeroDivisionError

    world.lot("A1-1-1")
    world.photograph("A1-1-1", 0, "a")
    world.analyzer.while_reading = crash

    with pytest.raises(ZeroDivisionError):
        world.analyze()


def test_reading_again_touches_only_the_chosen_photographs(world: World) -> None:
    world.lot("A1-1-1")
    world.lot("A1-1-2")
    here, there = world.photograph("A1-1-1", 0, "a"), world.photograph("A1-1-2", 0, "b")
    world.shows("a", analysis(code("AB123456", 0.6)))
    world.shows("b", analysis(code("CD123456", 0.6)))
    world.analyze()

    report = world.analyze(since_version=99, lots=["A1-1-1"])

    assert report.analyzed == 1
    assert {world.state(i).analysis_status for i in (here, there)} == {AnalysisStatus.NEEDS_REVIEW}
    assert len(world.review().queue()) == 2


def test_what_was_read_stays_when_reading_it_again_fails(world: World) -> None:
    world.lot("A1-1-1")
    image = world.photograph("A1-1-1", 0, "a")
    world.shows("a", analysis(code("AB123456", 0.97)))
    world.analyze()
    world.shows("a", ImageError("broken now", permanent=True))

    report = world.analyze(since_version=99)

    assert report.outcome is Outcome.SOME_FAILED
    assert world.state(image).analysis_status is AnalysisStatus.ANALYZED
    assert world.codes() == {("serial_number", "AB123456"): ("approved", "rule")}


def test_a_photograph_whose_file_is_lost_is_downloaded_again_on_request(world: World) -> None:
    world.lot("A1-1-1")
    lost, merely_failed = world.photograph("A1-1-1", 0, "a"), world.photograph("A1-1-1", 1, "b")
    for content in ("a", "b"):
        world.shows(content, ImageError("the file is missing", permanent=True))
    world.analyze()
    world.files.damaged.add(world.state(lost).local_path or "")

    assert world.images().reprocess_failed() == (1, 1)

    assert world.state(lost).download_status is DownloadStatus.PENDING
    assert world.state(merely_failed).download_status is DownloadStatus.DOWNLOADED


def test_a_code_that_a_person_rejected_is_not_counted_as_approved(world: World) -> None:
    world.lot("A1-1-1")
    world.photograph("A1-1-1", 0, "a")
    world.shows("a", analysis(code("AB123456", 0.6), code("CD123456", 0.97)))
    world.analyze()
    world.review().reject(world.code_id("AB123456"))

    assert world.analyze(since_version=99).approved == 1


def test_who_listens_hears_of_each_photograph_with_its_codes(world: World) -> None:
    world.lot("A1-1-1")
    world.photograph("A1-1-1", 3, "a")
    world.shows("a", analysis(code("AB123456", 0.6)))
    heard = []

    world.analyze(tell=lambda image, settled: heard.append((image.position, [c.value for c in settled.codes])))

    assert heard == [(3, ["AB123456"])]
