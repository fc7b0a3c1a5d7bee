"""From an empty database to a service that learned from decisions, with the lines that a user types."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import sqlite3
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import jsonschema
import pytest
import stamina
from cli.conftest import Run
from fakes.label_service import label_service, wait_until_ready
from fakes.openai_server import codes, served

from troostwatch import bootstrap
from troostwatch.infrastructure.learning import training
from troostwatch.services.demo import DrawnAuction

ROOT = Path(__file__).parents[2]


@pytest.fixture
def auction(monkeypatch: pytest.MonkeyPatch) -> Iterator[DrawnAuction]:
    monkeypatch.setenv("TROOSTWATCH_NETWORK__ALLOW_PRIVATE", "1")
    monkeypatch.setenv("TROOSTWATCH_SYNC__DELAY_SECONDS", "0")
    monkeypatch.setenv("TROOSTWATCH_SYNC__JITTER_SECONDS", "0")
    monkeypatch.setenv("TROOSTWATCH_ANALYSIS__OCR_ENGINE", "tesseract")
    monkeypatch.setenv("TROOSTWATCH_ANALYSIS__JOBS", "1")
    models = training.candidates()
    monkeypatch.setattr(training, "candidates", lambda: {"logistic_regression": models["logistic_regression"]})
    with bootstrap.drawn_auction(3, lots=5, hardship=0.1) as drawn, stamina.set_testing(True, attempts=1):
        monkeypatch.setenv("TROOSTWATCH_SYNC__SITES", json.dumps({drawn.name.partition("-")[0]: drawn.site}))
        yield drawn


@pytest.fixture
def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("train", ROOT / "scripts" / "train_label_classifier.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def rows(run: Run, line: str) -> list[dict[str, Any]]:
    return [json.loads(row) for row in run(line).out.splitlines()]


def readers(database: Path, lots: list[str]) -> Counter[str]:
    with sqlite3.connect(database) as connection:
        found = connection.execute(
            """SELECT DISTINCT a.content_sha256, a.backend || ' ' || a.readers_json FROM analyses AS a
                 JOIN lot_images AS i ON i.content_sha256 = a.content_sha256 JOIN lots AS l ON l.id = i.lot_id
                WHERE l.display_id IN (SELECT value FROM json_each(?))""",
            (json.dumps(lots),),
        ).fetchall()
    connection.close()
    return Counter(
        " ".join([backend, *sorted(json.loads(versions))])
        for _, text in found
        for backend, _, versions in [text.partition(" ")]
    )


def of_another_auction(line: dict[str, Any], number: int) -> dict[str, Any]:
    content = hashlib.sha256(f"{number} {line['content']}".encode()).hexdigest()
    return line | {"content": content, "lots": [f"{lot}-{number}" for lot in line["lots"]]}


def test_analyze_promote_decide_export_train_serve_and_read_with_what_was_learned(
    run: Run, auction: DrawnAuction, script: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    database, model = tmp_path / "data" / "troostwatch.db", tmp_path / "models" / "label_classifier.pkl"
    assert run(f"sync {auction.url}").code == 0
    assert run("images download").code == 0
    lots = sorted({code.lot for code in auction.codes})
    first, later = lots[:3], lots[3:]
    only_first = " ".join(f"--lot {lot}" for lot in first)

    # Read the first lots here, sure of nothing, and ask the second reader about one of them.
    assert run(f"images analyze --confidence-threshold 1 --auto-approve-threshold 1 {only_first}").code == 0
    doubtful = next(item for item in rows(run, "images review --json") if item["value"])
    monkeypatch.setenv("OPENAI_API_KEY", "sk-test")
    with served(lambda *_: codes((doubtful["type"], doubtful["value"]))) as openai:
        monkeypatch.setenv("OPENAI_BASE_URL", openai.url)
        assert run(f"images review --promote-to-openai --lot {doubtful['lots'][0]}").code == 0
        assert openai.asked

    # Decide about every code as a person would who looks at the photograph.
    right = {(code.lot, kind, value) for code in auction.codes for kind, value in code.accepted}
    for code in rows(run, "images export-codes"):
        verdict = "approve" if (code["lot"], code["type"], code["value"]) in right else "reject"
        assert run(f"images review --{verdict} {code['id']}").code == 0
    for item in rows(run, "images review --json"):
        run(f"images review --dismiss {item['photo']}")

    # Export, train, serve.
    assert run("images export-tokens --include-reviewed -o training.jsonl").code == 0
    exported = [json.loads(line) for line in (tmp_path / "training.jsonl").read_text().splitlines()]
    schema = json.loads((ROOT / "schema" / "tokens.schema.json").read_text())
    for line in exported:
        jsonschema.validate(line, schema)
    assert sum(line["complete"] for line in exported) >= 3
    assert "decision" in {origin for line in exported for origin in line["label_origins"].values()}
    # Three photographs are too few to beat the rules: stickers like them were decided about in earlier auctions.
    (tmp_path / "earlier.jsonl").write_text(
        "".join(f"{json.dumps(of_another_auction(line, n))}\n" for n in range(3) for line in exported)
    )
    assert script.main(["--input", "training.jsonl", "earlier.jsonl", "--output", str(model)]) == 0
    with label_service(model.parent) as service:
        assert wait_until_ready(service.url)["model"].startswith("logistic_regression-")
        monkeypatch.setenv("TROOSTWATCH_LABEL_API__URL", service.url)
        said = run(f"images analyze --backend ml --lot {later[0]}")
        assert said.code == 0, said.err

    # With the service gone the rest is read here, and that is what is recorded.
    gone = run(f"images analyze --backend ml --lot {later[1]}")

    assert gone.code == 0
    assert "reading here instead" in gone.err
    assert set(readers(database, later[:1])) == {"ml barcode classifier label-api tesseract"}
    assert set(readers(database, later[1:])) == {"local barcode tesseract"}
    assert {code["lot"] for code in rows(run, "images export-codes")} == set(lots)
