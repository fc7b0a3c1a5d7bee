"""Words with labels, out to a file and back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from troostwatch.domain.counting import counted
from troostwatch.domain.errors import UsageError
from troostwatch.domain.tokens import LABELS, HandLabel, TokenRow, is_complete, labels_for, place, undecided_words
from troostwatch.services.ports import Clock, UnitOfWork

if TYPE_CHECKING:
    from troostwatch.services.ports import Unit


@dataclass(slots=True)
class ImportReport:
    """What came of a file of labels."""

    photographs: int = 0
    labels: int = 0
    problems: list[str] = field(default_factory=list)  # what could not be placed, and why

    def summary(self) -> str:
        labels, photographs = counted(self.labels, "label"), counted(self.photographs, "photograph")
        return f"{labels} on {photographs} imported, {counted(len(self.problems), 'problem')}"


@dataclass(frozen=True, slots=True)
class LabelledRow:
    """A line of the file that a person labelled: the words as they were exported, and labels by index."""

    where: str  # 'line 3', for messages
    content: str
    words: Mapping[int, HandLabel]
    by_program: frozenset[int] = frozenset()  # words whose label the program had written itself


class TokenExportService:
    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow

    def rows(self, *, include_reviewed: bool) -> Iterator[TokenRow]:
        """Yield the words of every content in order of reading, with all labels that are known.

        Those that a person already decided or labelled are left out. With `include_reviewed` they are among them,
        and what nobody and no rule labelled is left out: nothing can be learned from it.
        """
        with self._uow() as uow:
            contents = uow.tokens.contents(include_reviewed=include_reviewed)
        for sha256 in contents:  # a short transaction each: a large export holds nobody up
            with self._uow() as uow:
                row = uow.tokens.row(sha256)
                codes = [code for _, code in uow.codes.of_content(sha256)]
                by_hand = uow.tokens.labels_of(sha256)
                decisions = uow.decisions.standing(sha256)
                analysis = uow.codes.analysis_of(sha256)
                dismissed = uow.decisions.is_reviewed(sha256)
            complete = is_complete(
                codes,
                unread=bool(analysis and analysis.unread_reason),
                decided=bool(decisions),
                dismissed=dismissed,
            )
            labels = labels_for(row.tokens, codes, by_hand, decisions)
            if include_reviewed and not (labels or complete):
                continue
            undecided = undecided_words(row.tokens, codes, labels)
            yield replace(row, labels=labels, complete=complete, undecided=undecided)


class LabelImportService:
    def __init__(self, uow: UnitOfWork, clock: Clock) -> None:
        self._uow = uow
        self._clock = clock

    def import_rows(self, rows: Iterable[LabelledRow | UsageError]) -> ImportReport:
        """Store the labels, photograph by photograph; what cannot be placed is reported and left out."""
        report = ImportReport()
        for row in rows:
            if isinstance(row, UsageError):
                report.problems.append(str(row))
                continue
            good = [hand for index, hand in row.words.items() if self._accept(row, index, hand, report)]
            with self._uow() as uow:
                if not uow.tokens.knows(row.content):
                    report.problems.append(f"{row.where}: no photograph with content {row.content[:16]}… here")
                    continue
                own = [row.words[index] for index in row.by_program if index in row.words]
                new, lost = _unknown(uow, row.content, good, own)
                uow.tokens.add_labels(row.content, new, now=self._clock())
                uow.commit()
            report.problems += [
                f"{row.where}: the word {hand.text!r} is not where it was; its label waits" for hand in lost
            ]
            report.photographs += bool(new)
            report.labels += len(new)
        return report

    @staticmethod
    def _accept(row: LabelledRow, index: int, hand: HandLabel, report: ImportReport) -> bool:
        if hand.label in LABELS:
            return True
        report.problems.append(f"{row.where}: word {index} has the unknown label {hand.label!r}")
        return False


def _unknown(
    uow: Unit, content: str, hands: Sequence[HandLabel], by_program: Sequence[HandLabel]
) -> tuple[list[HandLabel], list[HandLabel]]:
    """Return the labels that are new, and which of them find no word among those that were read here.

    What the program wrote into the file itself and the person let stand is not new, also where a person said
    otherwise since: an old file never turns that back. A label without its word is
    kept: a later reading may read it again.
    """
    tokens = uow.tokens.of_content(content)
    codes = [code for _, code in uow.codes.of_content(content)]
    kept = uow.tokens.labels_of(content)
    decisions = uow.decisions.standing(content)
    known = labels_for(tokens or [], codes, kept, decisions)
    says_itself = labels_for(tokens or [], codes, [], decisions)
    placed = [(hand, place(hand, tokens or [])) for hand in hands if hand not in kept]
    new = [(hand, at) for hand, at in placed if at is None or at not in known or known[at].label != hand.label]
    untouched = [
        hand
        for hand, at in new
        if hand in by_program and at is not None and at in says_itself and says_itself[at].label == hand.label
    ]
    new = [(hand, at) for hand, at in new if hand not in untouched]
    return [hand for hand, _ in new], [hand for hand, at in new if at is None and tokens is not None]
