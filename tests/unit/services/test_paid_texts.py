"""A paid model is asked for each text once, and never beyond the budget."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
from fakes.clock import FakeStop
from fakes.embedder import FakeEmbedder, seen
from fakes.world import World
from numpy.typing import NDArray

from troostwatch.domain.embedding import EmbeddingSpace
from troostwatch.domain.errors import BudgetReachedError, PaidForNothingError, TroostwatchError
from troostwatch.domain.runs import Outcome
from troostwatch.domain.second_opinion import Budget
from troostwatch.infrastructure.photographs.store import FolderStore
from troostwatch.services.image_embedding import EmbeddingReport, ImageEmbeddingService
from troostwatch.services.paid_texts import PaidTextEmbedder
from troostwatch.services.requests import Selection
from troostwatch.services.search import SearchIndexService


@dataclass
class FakePaidModel:
    space: EmbeddingSpace = field(default_factory=lambda: EmbeddingSpace("paid", "openai", 1, 4))
    asked: list[list[str]] = field(default_factory=list)
    fails: bool = False

    def most_eur(self, texts: Sequence[str]) -> float:
        return 0.01 * len(texts)

    def ask(self, texts: Sequence[str]) -> tuple[NDArray[np.float32], int, float]:
        if self.fails:
            raise TroostwatchError("the server is away")
        self.asked.append(list(texts))
        return np.stack([seen(laptop=float(len(text))) for text in texts]), 10, 0.01 * len(texts)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    world = World.at(tmp_path / "t.db")
    for number in range(1, 4):
        world.lot(f"A1-1-{number}", title="Laptop" if number < 3 else "Phone")
    yield world
    world.connection.close()


def paid(world: World, model: FakePaidModel, **budget: float) -> PaidTextEmbedder:
    return PaidTextEmbedder(world.uow, world.clock, model, Budget(**budget))


def embed(world: World, embedder: PaidTextEmbedder) -> EmbeddingReport:
    service = ImageEmbeddingService(
        world.uow,
        world.clock,
        photographs=FolderStore(Path("nowhere")),
        embedder=FakeEmbedder,
        paid=lambda: embedder,
        refresh_documents=SearchIndexService(world.uow, world.uow).refresh,
        max_attempts=3,
    )
    return service.embed_pending(Selection(), stop=FakeStop(), batch_size=10)


def test_equal_texts_are_paid_once_and_another_run_pays_nothing(world: World) -> None:
    model = FakePaidModel()
    first = embed(world, paid(world, model))
    again = embed(world, paid(world, model))

    assert (first.paid_texts, again.paid_texts) == (3, 0)
    assert model.asked == [["Laptop", "Phone"]]
    spaces = world.connection.execute("SELECT space_id, count(*) FROM lot_embeddings GROUP BY 1").fetchall()
    assert [row[1] for row in spaces] == [3, 3]  # beside those of the other model, never among them
    assert "3 texts of lots and 3 by OpenAI" in first.summary()


def test_a_changed_text_is_asked_again_and_an_old_one_that_comes_back_is_not(world: World) -> None:
    model = FakePaidModel()
    for title in ("Tablet", "Laptop"):
        embed(world, paid(world, model))
        world.connection.execute(f"UPDATE lots SET title = '{title}' WHERE display_id = 'A1-1-1'")
    embed(world, paid(world, model))

    assert model.asked == [["Laptop", "Phone"], ["Tablet"]]


@pytest.mark.parametrize("budget", [{"calls_per_run": 0}, {"calls_per_day": 0}, {"eur_per_run": 0.015}])
def test_beyond_the_budget_nothing_is_asked_and_the_run_says_so(world: World, budget: dict[str, float]) -> None:
    model = FakePaidModel()
    report = embed(world, paid(world, model, **budget))

    assert model.asked == []
    assert report.outcome is Outcome.OVER_BUDGET
    assert report.texts == 3  # what costs nothing is done


def test_what_was_spent_today_counts_for_every_run_and_every_reader(world: World) -> None:
    model = FakePaidModel()
    paid(world, model).embed_texts(["a"])

    with world.uow() as uow:
        assert uow.questions.spent(since=world.clock()).calls == 1
    with pytest.raises(BudgetReachedError):
        paid(world, model, calls_per_day=1).embed_texts(["b"])
    world.clock.forward(days=1)
    paid(world, model, calls_per_day=1).embed_texts(["b"])


def test_a_server_that_is_away_fails_the_texts_alone(world: World) -> None:
    report = embed(world, paid(world, FakePaidModel(fails=True)))

    assert (report.outcome, report.texts, report.paid_texts) == (Outcome.SOME_FAILED, 3, 0)
    assert report.failures == ["the server is away"]


def test_an_answer_that_cannot_be_believed_is_booked_as_the_dearest_it_may_be(world: World) -> None:
    class Lying(FakePaidModel):
        def ask(self, texts: Sequence[str]) -> tuple[NDArray[np.float32], int, float]:
            raise PaidForNothingError("tokens: -1000000000")

    embedder = paid(world, Lying(), eur_per_day=10.0)
    report = embed(world, embedder)

    assert report.failures == ["tokens: -1000000000"]
    with world.uow() as uow:
        assert uow.questions.spent(since=world.clock().replace(hour=0)).eur == pytest.approx(0.02)
