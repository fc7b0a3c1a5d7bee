"""Finding lots: by words, by a code or a part of one, by a picture, by likeness; fused into one answer with reasons."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from troostwatch.domain.errors import UsageError
from troostwatch.domain.reports import CodeRow
from troostwatch.domain.search import (
    Candidate,
    Hit,
    Match,
    Question,
    Ranking,
    SearchAnswer,
    Space,
    fuse,
    match,
    part_of_code,
    perhaps_codes,
    told,
    with_excerpts,
    words_of,
)
from troostwatch.services.ports import Clock, Progress, Snapshots, UnitOfWork, say_nothing

if TYPE_CHECKING:
    from troostwatch.services.ports import Snapshot

_AT_ONCE = 500  # documents made in one transaction: others may write in between
_FIRST = 200  # of each ranking; what stands further down in one space no other can lift into a short answer
_MOST_WITH_CODE = 1000


# Adds the rankings of one more way of looking, and notes on what it could not do.
Way = Callable[[Question, SearchAnswer], Sequence[Ranking]]


class SearchIndexService:
    """Keeps the documents that search looks at as new as the rows they are made from."""

    def __init__(self, uow: UnitOfWork, snapshot: Snapshots, progress: Progress | None = None) -> None:
        self._uow = uow
        self._snapshot = snapshot
        self._progress = progress or say_nothing

    def refresh(self, *, at_once: int = _AT_ONCE) -> int:
        """Make the documents and facts of changed lots again, so many a transaction; return of how many lots."""
        with self._snapshot() as uow:
            stale = uow.search.stale()
        done = 0
        while done < stale:
            with self._uow() as uow:
                made = uow.search.refresh(at_once)
                uow.commit()
            if not made:
                break
            done += made
            self._progress(done, max(stale, done), "")
        return done


class SearchService:
    """Asks every space that is there, and fuses what they say."""

    def __init__(self, snapshot: Snapshots, clock: Clock, index: SearchIndexService, ways: Sequence[Way] = ()) -> None:
        self._snapshot = snapshot
        self._clock = clock
        self._index = index
        self._ways = ways

    def find(self, question: Question) -> SearchAnswer:
        """Return the lots that answer best. Raises UsageError for a question that makes no sense."""
        part = part_of_code(question.code) if question.code else None
        words = words_of(question.text or "")
        if question.text and not words:
            raise UsageError(f"{question.text!r} holds no word to look for", hint="write letters or digits")
        self._index.refresh()
        answer = SearchAnswer()
        with self._snapshot() as uow:
            rankings = [self._codes(uow, [part], question)] if part else []
            if words:
                rankings.append(self._words(uow, words, question))
                rankings.append(self._codes(uow, perhaps_codes(words), question))
        for way in self._ways:
            rankings += way(question, answer)
        found = fuse([r for r in rankings if r.found], question.limit)
        with self._snapshot() as uow:
            names = [f.lot for f in found]
            lots = uow.reports.lots(now=self._clock(), lots=names) if found else []
            documents = uow.search.documents(names) if words else {}
        by_id = {lot.display_id: lot for lot in lots}
        answer.hits = [Hit(by_id[f.lot], f.score, with_excerpts(f.reasons, documents.get(f.lot), words)) for f in found]
        return answer

    def _words(self, uow: Snapshot, words: Sequence[str], question: Question) -> Ranking:
        """Rank lots that hold all words; where these are few, after them those that hold some."""
        now, filters = self._clock(), question.filters
        found = uow.search.words(words, every=True, filters=filters, now=now, limit=_FIRST)
        if len(found) < question.limit and len(words) > 1:
            known = {row[0] for row in found}
            some = uow.search.words(words, every=False, filters=filters, now=now, limit=_FIRST)
            found += [row for row in some if row[0] not in known]
        return Ranking(Space.WORDS, tuple(Candidate(lot, score, "") for lot, score in found))

    def _codes(self, uow: Snapshot, parts: Sequence[str], question: Question) -> Ranking:
        """Rank lots with codes that fit: whole ones first, then parts, then what looks alike."""
        fitting = [(fit, row, part) for part in parts for row, fit in self._fitting(uow, part, question)]
        fitting.sort(key=lambda each: (list(Match).index(each[0]), -each[1].code.confidence))
        best: dict[str, Candidate] = {}
        for fit, row, part in fitting:
            best.setdefault(row.lot, Candidate(row.lot, row.code.confidence, told(row, fit, part)))
        return Ranking(Space.CODE, tuple(best.values()))

    def _fitting(self, uow: Snapshot, part: str, question: Question) -> list[tuple[CodeRow, Match]]:
        for look_alikes in (False, True):
            lots = uow.search.lots_with_code(
                part,
                look_alikes=look_alikes,
                filters=question.filters,
                now=self._clock(),
                limit=_MOST_WITH_CODE,
            )
            fitting = [(row, match(row.code, part)) for row in (uow.reports.codes(lots=lots) if lots else ())]
            if found := [(row, fit) for row, fit in fitting if fit]:
                return found
        return []
