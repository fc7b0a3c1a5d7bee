"""Looking by pictures and by meaning: what the vectors of one space say about a question."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from troostwatch.domain.errors import MissingDependencyError, TroostwatchError, UsageError
from troostwatch.domain.remedies import NextStep, Remedy
from troostwatch.domain.search import Candidate, Note, Question, Ranking, SearchAnswer, Space
from troostwatch.domain.vectors import Near, StoredSpace, VectorKind, combined_ranking
from troostwatch.services.ports import Clock, Snapshots, TextEmbedder, VectorIndex, VectorStore, VisionEmbedder

if TYPE_CHECKING:
    from troostwatch.services.ports import Snapshot

_FIRST = 200  # vectors taken of each ranking that is fused

_Paid = tuple[StoredSpace, NDArray[np.float32]]
ImageWeight = Callable[[str | None], float]


class VectorSearchService:
    """Answers with rankings of lots by their photographs and texts."""

    def __init__(
        self,
        snapshot: Snapshots,
        clock: Clock,
        *,
        store: VectorStore,
        embedder: Callable[[StoredSpace], VisionEmbedder],
        require_embedding: Callable[[], None],
        fetch: Callable[[str], bytes],
        image_weight: ImageWeight,
        paid: Callable[[], TextEmbedder | None] = lambda: None,
        paid_model: str | None = None,
    ) -> None:
        """`require_embedding` raises MissingDependencyError where nothing can be embedded.

        `paid` gives the paid model of texts, where one may be asked; `paid_model` names whose vectors to prefer.
        """
        self._snapshot = snapshot
        self._clock = clock
        self._store = store
        self._embedder = embedder
        self._require_embedding = require_embedding
        self._fetch = fetch
        self._image_weight = image_weight
        self._paid = paid
        self._paid_model = paid_model

    def prepare(self) -> None:
        """Make the files of vectors now, so that the next question need not wait for them."""
        with self._snapshot() as uow:
            for kind in VectorKind:
                if stored := self._space_to_compare(uow, kind):
                    _opened(self._store, uow, kind, stored)

    def rankings(self, question: Question, answer: SearchAnswer) -> list[Ranking]:
        """Return what pictures and meaning say, with notes on what they cannot say.

        Words alone are answered without a model as well; for a picture there has to be one: raises
        MissingDependencyError.
        """
        by_words = bool(question.text) and not question.words_only
        paid = self._paid_vector(question, answer) if by_words else None
        with self._snapshot() as uow:
            found: list[Ranking] = []
            if by_words:
                found += self._by_text(uow, question, answer, paid)
            if question.image:
                found.append(self._by_image(uow, question, answer))
            if question.like:
                found.append(self._by_likeness(uow, question, answer))
        return found

    def _paid_vector(self, question: Question, answer: SearchAnswer) -> _Paid | None:
        """Return the text as the paid model sees it, where lots have its vectors and it may be asked."""
        if self._paid_model is None:
            return None
        with self._snapshot() as uow:
            stored = uow.embeddings.space_in_use(VectorKind.LOTS, model=self._paid_model)
        paid = self._paid() if stored else None
        if stored is None or paid is None or paid.space != stored.space:
            return None
        try:  # no transaction is open while the network is waited for
            return stored, paid.embed_texts([question.text or ""])
        except TroostwatchError as error:
            answer.notes.append(Note(f"texts without {stored.space.model}: {error}"))
            return None

    def _by_text(self, uow: Snapshot, question: Question, answer: SearchAnswer, paid: _Paid | None) -> list[Ranking]:
        found = []
        if paid:
            look = self._look(uow, VectorKind.LOTS, paid[0], question, answer)
            found.append(look.ranking(Space.MEANING, paid[1]))
        stored = uow.embeddings.space_in_use(VectorKind.PHOTOGRAPHS)
        if stored is None:
            answer.notes.append(Note("words and codes alone: no photograph is embedded", self._how_to_embed()))
            return found
        try:
            embedder = self._embedder(stored)
        except MissingDependencyError as error:
            answer.notes.append(Note(f"words and codes alone: {error}", error.hint))
            return found
        asked = embedder.embed_texts([question.text or ""])
        spaces = {Space.PICTURE: (VectorKind.PHOTOGRAPHS, stored)}
        texts = uow.embeddings.space_in_use(VectorKind.LOTS, model=stored.space.model)
        if texts and not found:  # the paid model knows more of texts than CLIP does
            spaces[Space.MEANING] = (VectorKind.LOTS, texts)
        looks = [(space, self._look(uow, kind, used, question, answer)) for space, (kind, used) in spaces.items()]
        return found + [look.ranking(space, asked) for space, look in looks]

    def _by_image(self, uow: Snapshot, question: Question, answer: SearchAnswer) -> Ranking:
        stored = uow.embeddings.space_in_use(VectorKind.PHOTOGRAPHS)
        if stored is None:
            raise MissingDependencyError(
                "no photograph is embedded, so none can be found by a picture", hint=self._how_to_embed()
            )
        asked = self._embedder(stored).embed_image(self._fetch(question.image or ""))[np.newaxis]
        return self._look(uow, VectorKind.PHOTOGRAPHS, stored, question, answer).ranking(Space.PICTURE, asked)

    def _by_likeness(self, uow: Snapshot, question: Question, answer: SearchAnswer) -> Ranking:
        lot = question.like or ""
        if not uow.reports.lots(now=self._clock(), lots=[lot]):
            raise UsageError(f"the database knows no lot {lot}", hint=Remedy.SYNC.about(lot))
        near = {
            kind: _Likeness(self._look(uow, kind, stored, question, answer), lot)
            for kind in VectorKind
            if (stored := self._space_to_compare(uow, kind))
        }
        if not any(likeness.own for likeness in near.values()):
            raise MissingDependencyError(
                f"lot {lot} is not embedded, so nothing is known to be like it", hint=self._how_to_embed()
            )
        weight = self._image_weight(uow.vectors.category(lot))
        ranked = combined_ranking(
            near.get(VectorKind.PHOTOGRAPHS, _NOTHING),
            near.get(VectorKind.LOTS, _NOTHING),
            image_weight=weight,
            limit=question.limit,
            most=max(likeness.size for likeness in near.values()),
        )
        return Ranking(
            Space.LIKENESS,
            tuple(
                Candidate(name, score, f"{weight:.2f} x pictures {image:.3f} + {1 - weight:.2f} x texts {text:.3f}")
                for name, score, image, text in ranked
            ),
        )

    def _how_to_embed(self) -> NextStep:
        try:
            self._require_embedding()
        except MissingDependencyError as error:
            return Remedy.INSTALL_THEN_EMBED.about(str(error.hint))
        return NextStep(Remedy.EMBED)

    def _space_to_compare(self, uow: Snapshot, kind: VectorKind) -> StoredSpace | None:
        """Return the space in which lots are compared with each other, for which no model is needed."""
        preferred = self._paid_model if kind is VectorKind.LOTS else None
        known = uow.embeddings.space_in_use(kind, model=preferred) if preferred else None
        return known or uow.embeddings.space_in_use(kind)

    def _look(
        self, uow: Snapshot, kind: VectorKind, stored: StoredSpace, question: Question, answer: SearchAnswer
    ) -> _Look:
        index = _opened(self._store, uow, kind, stored)
        if index.recall is not None:
            answer.notes.append(Note(f"{kind}: faiss proposes, scored exactly; recall at 200 was {index.recall:.3f}"))
        return _Look(uow, self._clock(), kind, stored, index, question)


def _opened(store: VectorStore, uow: Snapshot, kind: VectorKind, stored: StoredSpace) -> VectorIndex:
    return store.open(kind, stored, lambda: uow.vectors.vectors(kind, stored.id))


@dataclass(frozen=True, slots=True)
class _Look:
    """One question to the vectors of one kind in one space."""

    uow: Snapshot
    now: datetime
    kind: VectorKind
    stored: StoredSpace
    index: VectorIndex
    question: Question

    def ranking(self, space: Space, asked: NDArray[np.float32]) -> Ranking:
        best: dict[str, Candidate] = {}
        for lot, position, found in self.by_lot(self.near(asked, max(_FIRST, self.question.limit))):
            what = f"photograph {position}" if self.kind is VectorKind.PHOTOGRAPHS else "its text"
            best.setdefault(lot, Candidate(lot, found.cosine, f"{what}, cosine {found.cosine:.3f}"))
        return Ranking(space, tuple(best.values()))

    def near(self, asked: NDArray[np.float32], count: int) -> list[Near]:
        allowed = self.uow.vectors.allowed(self.kind, self.stored.id, self.question.filters, now=self.now)
        return self.index.search(asked, count, allowed)

    def by_lot(self, near: Sequence[Near]) -> list[tuple[str, int, Near]]:
        """Return (lot, position, what is near) in the order of nearness, of the lots that may be found."""
        owners = self.uow.vectors.owners(self.kind, [found.number for found in near])
        shown = [(lot, at, found) for found in near for lot, at in owners.get(found.number, [])]
        if self.question.filters.chosen:  # of lots that share a photograph one may be let through and another not
            lots = self.uow.vectors.lots_let_through([lot for lot, _, _ in shown], self.question.filters, now=self.now)
            shown = [row for row in shown if row[0] in lots]
        return shown


class _Likeness:
    """How near other lots are to one lot, by vectors of one kind: the nearest pair counts."""

    def __init__(self, look: _Look, lot: str) -> None:
        self._look = look
        self._lot = lot
        self.own = look.uow.vectors.of_lots(look.kind, look.stored.id, [lot]).get(lot, [])
        self.size = look.index.size

    def first(self, count: int) -> tuple[Mapping[str, float], float]:
        if not self.own:
            return {}, 0.0
        near = self._look.near(np.stack(self.own), count)
        found: dict[str, float] = {}
        for lot, _, one in self._look.by_lot(near):
            if lot != self._lot:
                found.setdefault(lot, one.cosine)
        return found, near[-1].cosine if len(near) == count else 0.0

    def exactly(self, lots: Sequence[str]) -> Mapping[str, float]:
        if not self.own:
            return {}
        asked = np.stack(self.own).T
        vectors = self._look.uow.vectors.of_lots(self._look.kind, self._look.stored.id, lots)
        return {lot: float((np.stack(rows) @ asked).max()) for lot, rows in vectors.items()}


class _Nothing:
    """A ranking of nothing, where no vectors of a kind are there."""

    def first(self, _count: int) -> tuple[Mapping[str, float], float]:
        return {}, 0.0

    def exactly(self, _lots: Sequence[str]) -> Mapping[str, float]:
        return {}


_NOTHING = _Nothing()
