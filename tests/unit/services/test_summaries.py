"""What a stage says of itself when it ended early."""

from __future__ import annotations

from troostwatch.domain.runs import Outcome
from troostwatch.services.analysis import AnalysisReport


def test_an_analysis_that_ended_early_says_so() -> None:
    some = AnalysisReport(analyzed=1, codes=1, needs_review=1, stopped=Outcome.STOPPED)

    assert some.summary() == (
        "1 photograph analyzed, 0 shared with another lot; 1 code, 0 approved; 1 photograph needs review, 0 failed, "
        "stopped early"
    )
    assert AnalysisReport(stopped=Outcome.OUT_OF_TIME).summary() == "stopped early"
