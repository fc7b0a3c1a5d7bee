"""Real lots and photographs: every code finds its lots by any five characters, and what lots share is told."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from fakes.clock import FakeStop
from fakes.lot_site import CAPTURED, captured_site, needs_captured_lots
from PIL import Image

from troostwatch import bootstrap, config
from troostwatch.domain.codes import Code, CodeStatus, CodeType, DecidedBy, canonical, squeeze
from troostwatch.domain.duplicates import Sameness
from troostwatch.domain.images import Content, Fetched
from troostwatch.domain.search import Question
from troostwatch.interfaces.cli.main import run

pytestmark = needs_captured_lots


@pytest.fixture
def app(monkeypatch: pytest.MonkeyPatch) -> Iterator[bootstrap.Workspace]:
    """The captured auction, synchronised and downloaded."""
    for name in ("NETWORK__ALLOW_PRIVATE=1", "SYNC__DELAY_SECONDS=0", "SYNC__JITTER_SECONDS=0"):
        monkeypatch.setenv(*f"TROOSTWATCH_{name}".split("=", 1))
    with captured_site() as base:
        monkeypatch.setenv("TROOSTWATCH_SYNC__SITES", json.dumps({"A1": base}))
        assert run(["sync", "A1-39499"]) == 0
        assert run(["images", "download"]) == 0
    with bootstrap.session(config.load(), verbosity=0, quiet=True).open(None) as app:
        yield app


def approve_the_truth(app: bootstrap.Workspace) -> dict[str, set[str]]:
    """Store what a person read on the photographs as approved codes; return squeezed value -> lots that show it."""
    told: dict[tuple[str, int], list[Code]] = defaultdict(list)
    for photograph in json.loads((CAPTURED / "truth.json").read_text())["photos"]:
        for code in photograph["codes"]:
            if "?" not in code["value"] and code["type"] in list(CodeType):  # a product's name is no code
                kind = CodeType(code["type"])
                value = canonical(kind, code["value"])
                made = Code(kind, value, 0.99, None, None, (), (), CodeStatus.APPROVED, DecidedBy.RULE)
                told[photograph["lot"], photograph["position"]].append(made)
    shown: dict[str, set[str]] = defaultdict(set)
    with app.uow() as uow:
        for place in uow.likeness.places():
            if codes := told.get((place.lot, place.position)):
                image = next(i for i in uow.images.of_lot(place.lot) if i.position == place.position)
                assert image.sha256
                uow.codes.replace_codes(image.sha256, image.id, codes)
                everywhere = {other.lot for other in uow.likeness.places_of([image.sha256], [])}
                for code in codes:
                    shown[squeeze(code.value)] |= everywhere
        uow.commit()
    return shown


def test_every_code_and_any_five_characters_of_it_find_every_lot_that_shows_it(app: bootstrap.Workspace) -> None:
    shown = approve_the_truth(app)
    search = app.search()

    def lots(part: str) -> set[str]:
        return {hit.lot.display_id for hit in search.find(Question(code=part, limit=1000)).hits}

    assert len(shown) > 40
    for value, expected in shown.items():
        if len(value) < 5:
            continue
        assert expected <= lots(value), value
        for start in range(len(value) - 4):
            part = value[start : start + 5]
            holding = set().union(*(where for other, where in shown.items() if part in other))
            assert lots(part) == holding, (value, part)


def test_what_lots_share_is_told_with_the_reason(app: bootstrap.Workspace) -> None:
    service = app.finding.duplicates()
    assert service.hash_missing(stop=FakeStop()).failures == []

    found = service.find()

    shared = {(tuple(sorted({p.lot for p in group.places})), group.because) for group in found.photographs}
    assert {group.sameness for group in found.photographs} == {Sameness.SAME}
    assert shared == {
        (("A1-39499-10", "A1-39499-9"), "the same file at the same address"),
        (("A1-39499-12", "A1-39499-13"), "the same file at the same address"),
        (("A1-39499-340", "A1-39499-341", "A1-39499-342"), "the same address, not downloaded"),
    }


def test_a_photograph_that_was_saved_again_is_nearly_the_same(app: bootstrap.Workspace, tmp_path: Path) -> None:
    with app.uow() as uow:
        places = [place for place in uow.likeness.places() if place.path]
        first = next(place for place in places if place.lot == "A1-39499-11")
        other = next(place for place in places if place.lot == "A1-39499-427")
        file = BytesIO()
        Image.open(tmp_path / "data" / "images" / str(first.path)).resize((800, 600)).save(file, "JPEG", quality=70)
        target = tmp_path / "data" / "images" / str(other.path)
        target.unlink()
        target.write_bytes(file.getvalue())
        image = next(i for i in uow.images.of_lot(other.lot) if i.position == other.position)
        content = Content(hashlib.sha256(file.getvalue()).hexdigest(), len(file.getvalue()), 800, 600, "JPEG")
        uow.images.record_fetched(Fetched(image.id, str(other.path), content), now=bootstrap.clock.now())
        uow.commit()
    service = app.finding.duplicates()
    service.hash_missing(stop=FakeStop())

    nearly = [g for g in service.find().photographs if g.sameness is Sameness.NEARLY]

    assert [{(place.lot, place.position) for place in group.places} for group in nearly] == [
        {(first.lot, first.position), (other.lot, other.position)}
    ]
    assert [g for g in service.find(lots=[other.lot]).photographs if g.sameness is Sameness.NEARLY] == nearly
