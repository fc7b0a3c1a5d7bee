"""Doubtful photographs before a second, paid reader: within a budget, each answer kept, none believed alone."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import TYPE_CHECKING

from troostwatch.domain.errors import ImageError, TroostwatchError, unforeseen
from troostwatch.domain.geometry import Box
from troostwatch.domain.images import Downloaded, LotImage
from troostwatch.domain.judgement.fusion import judge
from troostwatch.domain.readings import Backend
from troostwatch.domain.runs import Outcome
from troostwatch.domain.second_opinion import (
    MOST_CALLS_EACH,
    MOST_FAILURES,
    Budget,
    Question,
    Verdict,
    View,
    label_box,
    opinions,
    views_left,
)
from troostwatch.services.ports import Clock, Progress, SecondReader, Stop, UnitOfWork, say_nothing, stopped_by
from troostwatch.services.requests import Selection
from troostwatch.services.second_opinion_report import SecondOpinionReport
from troostwatch.services.settling import settle_content
from troostwatch.services.spending import Ledger

if TYPE_CHECKING:
    from troostwatch.services.ports import Unit

# A circuit breaker: so many photographs one after the other without any answer, and the rest can wait.
_MOST_FAILURES_IN_A_ROW = 5

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Case:
    """A photograph, where its label lies, and what was already answered about it."""

    photograph: Downloaded
    box: Box | None
    known: Mapping[View, Question]

    @property
    def image(self) -> LotImage:
        return self.photograph.image


class SecondOpinionService:
    def __init__(
        self,
        uow: UnitOfWork,
        clock: Clock,
        reader: SecondReader,
        budget: Budget,
        *,
        concurrency: int,
        progress: Progress | None = None,
    ) -> None:
        self._uow = uow
        self._clock = clock
        self._reader = reader
        self._ledger = Ledger(uow, clock, budget)
        self._concurrency = concurrency
        self._progress = progress or say_nothing
        self._in_a_row = 0  # photographs without any answer

    def promote(self, selection: Selection, *, stop: Stop) -> SecondOpinionReport:
        """Ask about the photographs that need review; lots about to close first."""
        with self._uow() as uow:
            doubtful = uow.images.needing_review(now=self._clock(), lots=selection.lots)
        return self.ask_about(doubtful, stop=stop, limit=selection.limit)

    def ask_about(
        self, photographs: Sequence[Downloaded], *, stop: Stop, limit: int | None = None
    ) -> SecondOpinionReport:
        """Ask about these photographs, each content once, and judge them anew; commits one by one.

        What was answered before is not paid again. Ends early when the budget is reached or the server is away.
        """
        report = SecondOpinionReport()
        waiting = self._cases(photographs, report, limit)
        running: dict[Future[list[Question]], _Case] = {}
        with ThreadPoolExecutor(self._concurrency) as pool:
            try:
                while self._fill(pool, running, waiting, report, stop):
                    done, _ = wait(running, return_when=FIRST_COMPLETED)
                    for future in done:
                        self._record(running.pop(future), future, report)
                        self._progress(report.asked + len(report.failures), None, "")
            except BaseException:
                self._save_what_comes(running, report)
                raise
        if stop.requested and not report.stopped:
            report.stopped = stopped_by(stop)
        return report

    def _cases(
        self, photographs: Sequence[Downloaded], report: SecondOpinionReport, limit: int | None
    ) -> Iterator[_Case]:
        """Yield what there is to ask. What is known already is judged on the way, without a question."""
        seen: set[str] = set()
        number = 0
        for photograph in photographs:
            if photograph.sha256 in seen:
                continue
            seen.add(photograph.sha256)
            case = self._case(photograph)
            if case is None:
                continue
            if not views_left(case.known, case.box):
                report.known += self._judge_known(case, report)
                continue
            if limit is not None and number >= limit:
                return
            number += 1
            yield case

    def _case(self, photograph: Downloaded) -> _Case | None:
        sha256 = photograph.sha256
        mine = {"reader": self._reader.name, "model": self._reader.model, "prompt_version": self._reader.prompt_version}
        with self._uow() as uow:
            if uow.codes.analysis_of(sha256) is None:
                return None
            known = uow.questions.answered(sha256, **mine)
            if uow.questions.failures(sha256, **mine) >= MOST_FAILURES:
                return None
            content = uow.images.content(sha256)
            box = label_box(uow.codes.readings_of(sha256), width=content.width, height=content.height)
        return _Case(photograph, box, known)

    def _fill(
        self,
        pool: ThreadPoolExecutor,
        running: dict[Future[list[Question]], _Case],
        waiting: Iterator[_Case],
        report: SecondOpinionReport,
        stop: Stop,
    ) -> bool:
        """Give the threads something to do; return whether anything is under way."""
        while len(running) < self._concurrency and not (stop.requested or report.stopped):
            calls = self._calls_left(report, under_way=MOST_CALLS_EACH * len(running))
            if calls < 1 and running:
                break  # what is under way may turn out cheaper than reckoned
            case = next(waiting, None)
            if case is None:
                break
            if calls < 1:
                report.stopped, report.message = Outcome.OVER_BUDGET, "the budget is reached"
                break
            running[pool.submit(self._ask, case, calls)] = case
        return bool(running)

    def _calls_left(self, report: SecondOpinionReport, *, under_way: int) -> int:
        return self._ledger.calls_left(run=report.spent, under_way=under_way, price=self._reader.dearest_call)

    def _ask(self, case: _Case, most_calls: int) -> list[Question]:
        """Ask about the label, then about all of the photograph where that was not enough. Runs in a thread."""
        asked: list[Question] = []
        known = dict(case.known)
        for _ in range(most_calls):
            views = views_left(known, case.box)
            if not views:
                break
            question = self._question(case, views[0])
            asked.append(question)
            if question.verdict in (Verdict.MALFORMED, Verdict.FAILED):
                break
            known[views[0]] = question
        return asked

    def _question(self, case: _Case, view: View) -> Question:
        """Ask one question. What nobody foresaw counts as paid: else it would be asked, and paid, every night."""
        try:
            return self._reader.ask(case.photograph, view, case.box)
        except TroostwatchError:
            raise
        except Exception as error:  # noqa: BLE001 (the failure of this one, with its traceback in the log)
            _log.exception("photograph %s of %s: unforeseen error", case.image.position, case.image.lot)
            return Question(
                content=case.photograph.sha256,
                reader=self._reader.name,
                model=self._reader.model,
                prompt_version=self._reader.prompt_version,
                view=view,
                verdict=Verdict.MALFORMED,
                answer=None,
                message=f"unforeseen {type(error).__name__}",
                cost_eur=self._reader.dearest_call,
            )

    def _record(self, case: _Case, future: Future[list[Question]], report: SecondOpinionReport) -> None:
        try:
            asked = future.result()
        except ImageError as error:
            report.failures.append((case.image, str(error)))
            return
        report.spent = report.spent.plus(asked)
        failed = [q for q in asked if q.verdict in (Verdict.MALFORMED, Verdict.FAILED)]
        answers = [*case.known.values(), *(q for q in asked if q.verdict is Verdict.ANSWERED)]
        with self._uow() as uow:
            uow.questions.add(asked, now=self._clock())
            uow.commit()  # paid for: kept before anything is made of it
        if any(q.answer for q in answers):
            self._judge_answers(case, answers, report)
        report.asked += 1
        report.refused += any(q.verdict is Verdict.REFUSED for q in asked)
        for question in failed:
            report.failures.append((case.image, question.message or str(question.verdict)))
        self._give_up_when_nobody_answers(failed, report)

    def _judge_answers(self, case: _Case, answers: Sequence[Question], report: SecondOpinionReport) -> None:
        try:
            with self._uow() as uow:
                self._judge(uow, case, answers, report)
                uow.commit()
        except TroostwatchError:
            raise
        except Exception as error:  # noqa: BLE001 (the failure of this one, with its traceback in the log)
            _log.exception("photograph %s of %s: unforeseen error", case.image.position, case.image.lot)
            report.failures.append((case.image, unforeseen(error)))

    def _give_up_when_nobody_answers(self, failed: Sequence[Question], report: SecondOpinionReport) -> None:
        self._in_a_row = self._in_a_row + 1 if failed else 0
        if self._in_a_row >= _MOST_FAILURES_IN_A_ROW:
            report.stopped = Outcome.SOME_FAILED
            report.message = f"{self._in_a_row} photographs in a row brought no answer"

    def _save_what_comes(self, running: Mapping[Future[list[Question]], _Case], report: SecondOpinionReport) -> None:
        """Keep the answers that are under way when a run ends with an error: they are paid for."""
        for future, case in running.items():
            try:
                self._record(case, future, report)
            except TroostwatchError as error:
                _log.info("photograph %s of %s: %s", case.image.position, case.image.lot, error)

    def _judge_known(self, case: _Case, report: SecondOpinionReport) -> bool:
        """Judge a photograph by what was answered earlier; return whether that was not done yet."""
        with self._uow() as uow:
            analysis = uow.codes.analysis_of(case.photograph.sha256)
            if analysis is None or analysis.readers.get(self._reader.name) == self._reader.version:
                return False
            self._judge(uow, case, list(case.known.values()), report)
            uow.commit()
        return True

    def _judge(self, uow: Unit, case: _Case, answers: Sequence[Question], report: SecondOpinionReport) -> None:
        sha256 = case.photograph.sha256
        analysis, content = uow.codes.analysis_of(sha256), uow.images.content(sha256)
        assert analysis
        named = opinions(answers)
        others = [r for r in uow.codes.readings_of(sha256) if r.reader != self._reader.name]
        judgement = judge([*others, *named], width=content.width, height=content.height)
        uow.codes.add_opinions(
            sha256,
            self._reader.name,
            self._reader.version,
            named,
            backend=Backend.OPENAI,
            unread_reason=judgement.unread_reason,
        )
        settled = settle_content(
            uow,
            sha256,
            analysis.image_id,
            judgement.codes,
            thresholds=analysis.thresholds,
            unread_reason=judgement.unread_reason,
            now=None,
        )
        report.named += len(named)
        report.settled += settled.reason is None
