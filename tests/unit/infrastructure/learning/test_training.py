"""A model learns what people said, is judged on photographs it never saw, and is kept only when it is worth it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from fakes.words import HEIGHT, WIDTH, line, sticker, stickers
from PIL import Image
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

from troostwatch.domain.codes import CodeType
from troostwatch.domain.errors import TroostwatchError
from troostwatch.domain.learning.features import FEATURES
from troostwatch.domain.learning.training_report import TrainingReport
from troostwatch.domain.token_format import values_of
from troostwatch.domain.tokens import Label, LabelOrigin, TokenRow
from troostwatch.infrastructure.learning import data, model_file, training
from troostwatch.infrastructure.learning.classifier import TokenClassifier
from troostwatch.infrastructure.learning.model_file import ModelRefusedError

NOW = datetime(2025, 11, 29, 1, 30, tzinfo=UTC)


@pytest.fixture(autouse=True)
def one_quick_model(monkeypatch: pytest.MonkeyPatch) -> None:
    quick = Pipeline([("scale", StandardScaler()), ("model", LogisticRegression(max_iter=500))])
    monkeypatch.setattr(training, "candidates", lambda: {"logistic_regression": quick})


def train(rows: Iterable[TokenRow], target: Path, **options: bool) -> TrainingReport:
    return training.train(rows, target, now=NOW, **options)


@pytest.fixture
def model(tmp_path: Path) -> Path:
    path = tmp_path / "models" / "label_classifier.pkl"
    assert train(stickers(12), path).path
    return path


def test_it_learns_a_caption_that_the_rules_do_not_know(model: Path) -> None:
    tokens = [*line("Acme Pump", 0), *line("Kenmerk XY918273", 1)]

    guesses = TokenClassifier.from_file(model).guesses(tokens, width=WIDTH, height=HEIGHT)

    assert [guess.label for guess in guesses] == ["none", "none", "none", "serial_number"]


def test_the_report_sets_model_rules_and_majority_side_by_side(tmp_path: Path) -> None:
    report = train(stickers(12), tmp_path / "m.pkl")

    assert report.scores["model"].macro_f1 > report.scores["rules"].macro_f1 > report.scores["majority"].macro_f1 == 0
    assert report.scores["rules"].by_label["ean"].f1 == 1
    assert report.scores["model"].by_label["serial_number"].support == 12
    assert "mean F1 on photographs not seen in training" in report.details()


def test_the_manifest_tells_features_classes_data_versions_and_metrics(model: Path) -> None:
    manifest = json.loads(model_file.manifest_path(model).read_text())

    assert manifest["features"] == list(FEATURES)
    assert manifest["classes"] == ["ean", "none", "serial_number"]
    assert manifest["data"]["photographs"] == 12
    assert manifest["data"]["labels"]["serial_number"] == 12
    assert manifest["metrics"]["model"]["labels"]["ean"]["support"] == 12
    assert manifest["created_at"] == "2025-11-29T01:30:00+00:00"
    assert {"scikit-learn", "troostwatch", "python"} <= manifest["versions"].keys()
    with Image.open(model.with_name("label_classifier.confusion.png")) as picture:
        assert picture.width > 300


def test_a_model_no_better_than_the_rules_is_not_written_unless_forced(tmp_path: Path) -> None:
    known = [sticker((f"EAN: {ean}", "ean"), ("Made here", None), lot=f"A1-1-{i}") for i, ean in enumerate(
        ("4006381333931", "5901234123457", "4012345678901", "0036000291452"))]  # fmt: skip

    report = train(known, tmp_path / "m.pkl")

    assert report.path is None
    assert "no better than the rules: mean F1 1.000 against 1.000" in report.summary()
    assert not list(tmp_path.iterdir())
    assert train(known, tmp_path / "m.pkl", force=True).path
    with pytest.raises(ModelRefusedError, match=r"no better than the rules \(mean F1 1.000 against 1.000\)"):
        TokenClassifier.from_file(tmp_path / "m.pkl")


def test_the_same_words_in_any_order_change_nothing(model: Path) -> None:
    before = model.read_bytes()

    report = train(reversed(stickers(12)), model, beat=True)

    assert (report.path, report.kept_back) == (None, "nothing changed since the model in place was trained")
    assert model.read_bytes() == before


def test_a_new_model_that_is_no_better_leaves_the_old_one_in_place(model: Path) -> None:
    before = model.read_bytes()

    report = train([*stickers(12), *stickers(2, seed=5)], model, beat=True)

    assert "no better than the model in place" in report.summary()
    assert model.read_bytes() == before


def test_a_better_one_takes_its_place(model: Path) -> None:
    # On new lots serials follow another word, and what follows the old one is no code any more.
    changed = [
        sticker(
            (f"Kenmerk QX{i}45678", None), (f"Bestekpost ZZ{i}94837", CodeType.SERIAL_NUMBER),
            ("EAN: 4006381333931", CodeType.EAN), lot=f"A1-2-{i}",
        )
        for i in range(30)
    ]  # fmt: skip

    report = train([*stickers(12), *changed], model, beat=True)

    assert report.path == str(model)


def test_photographs_that_share_a_lot_or_content_are_never_parted() -> None:
    one, two, three, four = stickers(4)
    linked = [one, replace(two, lots=("A1-1-0", "A1-1-9")), replace(three, lots=("A1-1-9",)), four]

    groups = data.dataset(linked)

    of = dict(zip(groups.contents.tolist(), groups.groups.tolist(), strict=True))
    assert of[one.content] == of[two.content] == of[three.content] != of[four.content]


def test_where_not_all_is_labelled_only_words_of_people_are_learned_from() -> None:
    labels = {2: Label("ean", LabelOrigin.RULE), 4: Label("none", LabelOrigin.PERSON)}
    row = replace(stickers(1)[0], labels=labels, complete=False)

    assert data.known_labels(row) == {4: "none"}
    assert data.known_labels(replace(row, complete=True))[2] == "ean"
    assert data.known_labels(replace(row, complete=True))[0] == "none"


@pytest.mark.parametrize("rows", [[], stickers(1), [replace(r, labels={}) for r in stickers(3)]])
def test_too_little_to_learn_from_is_said(rows: list[TokenRow], tmp_path: Path) -> None:
    with pytest.raises(TroostwatchError, match=r"no word has a label|too little to learn from"):
        train(rows, tmp_path / "m.pkl")


def test_a_file_of_words_comes_back_as_it_was_written(tmp_path: Path) -> None:
    file = tmp_path / "words.jsonl"
    file.write_text("\n".join(json.dumps(values_of(row)) for row in stickers(3)))

    assert list(data.read([file])) == stickers(3)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"content": "x"}, "is no SHA-256"), ({"labels": {"99": "ean"}}, "there is no word 99"),
        ({"labels": {"0": "price"}}, "unknown label"), ({"width": 0}, "size of no photograph"),
        ({"tokens": 3}, "not as"),
        ({"tokens": [{"text": "a"}]}, "'confidence' is missing"),
    ],
)  # fmt: skip
def test_a_line_that_is_none_is_named(tmp_path: Path, change: dict[str, object], message: str) -> None:
    file = tmp_path / "words.jsonl"
    good = values_of(stickers(1)[0])
    file.write_text(json.dumps(good) + "\n" + json.dumps(good | change))

    with pytest.raises(TroostwatchError, match=f"words.jsonl line 2.*{message}"):
        list(data.read([file]))


def spoil(path: Path, how: str) -> None:
    manifest = model_file.manifest_path(path)
    values = json.loads(manifest.read_text())
    whole = path.read_bytes()
    match how:
        case "tampered":
            path.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
        case "truncated":
            path.write_bytes(whole[: len(whole) // 2])
        case "foreign":
            manifest.unlink()
        case "missing":
            path.unlink()
        case "no manifest of ours":
            manifest.write_text("[]")
        case "broken manifest":
            manifest.write_text("{")
        case "other features":
            manifest.write_text(json.dumps(values | {"features": ["length"]}))
        case "other labels":
            manifest.write_text(json.dumps(values | {"classes": ["price"]}))
        case "other scikit-learn":
            manifest.write_text(json.dumps(values | {"versions": {"scikit-learn": "0.1"}}))


@pytest.mark.parametrize(
    ("how", "reason"),
    [
        ("tampered", "changed or truncated"), ("truncated", "changed or truncated"), ("foreign", "has no manifest"),
        ("missing", "there is no model"), ("no manifest of ours", "no manifest of a kind"),
        ("broken manifest", "cannot be read"), ("other features", "learned other features"),
        ("other labels", "labels that we do not know"), ("other scikit-learn", "scikit-learn 0.1 wrote it"),
    ],
)  # fmt: skip
def test_a_file_that_its_manifest_does_not_vouch_for_is_never_opened(
    model: Path, how: str, reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    spoil(model, how)
    monkeypatch.setattr(model_file.joblib, "load", lambda *_: pytest.fail("a pickle runs code when it is opened"))  # type: ignore[attr-defined]

    with pytest.raises(ModelRefusedError, match=reason) as refused:
        model_file.load(model)

    assert refused.value.hint


def test_a_pinned_digest_refuses_every_other_model(model: Path) -> None:
    right = json.loads(model_file.manifest_path(model).read_text())["sha256"]

    assert model_file.load(model, sha256=right).sha256 == right
    with pytest.raises(ModelRefusedError, match="is not the model with SHA-256"):
        model_file.load(model, sha256="0" * 64)


@pytest.mark.parametrize("how", ["tampered", "truncated", "foreign"])
def test_training_writes_over_no_file_that_is_none_of_ours(model: Path, how: str) -> None:
    spoil(model, how)
    before = model.read_bytes()

    with pytest.raises(ModelRefusedError):
        train(stickers(14), model)
    assert model.read_bytes() == before
    assert train(stickers(14), model, force=True).path


def test_training_replaces_a_model_that_an_older_version_wrote(model: Path) -> None:
    spoil(model, "other scikit-learn")

    assert train(stickers(12), model, beat=True).path
