#!/usr/bin/env python3
"""What the token classifier is worth: on drawn stickers it never saw, and on captured lots, each lot held out once.

    scripts/draw_labelled_words.py --stickers 468 --seed 1 -o synthetic.jsonl
    benchmarks/learning.py --synthetic synthetic.jsonl [--lots ../shared/lots] [--readings readings.pkl]

Prints precision, recall and F1 of each label for the models, the rules (the judgement on the words alone) and the
majority: on the drawn stickers by cross-validation, and on the captured lots by a model that learned from the drawn
stickers and from all other lots. Then the codes of the captured lots, judged from all readings without and with
the classifier's opinions, scored as `lots/score.py` does. Reading the photographs takes a minute; --readings keeps it.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import pickle
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from troostwatch.domain.codes import Code, CodeStatus, CodeType, DecidedBy
from troostwatch.domain.geometry import Box
from troostwatch.domain.judgement.fusion import judge
from troostwatch.domain.learning.opinions import Guess, opinions
from troostwatch.domain.learning.scores import score, table
from troostwatch.domain.readings import Analysis, OcrEngine, Reading
from troostwatch.domain.tokens import NONE_LABEL, Label, LabelOrigin, TokenRow, labels_for
from troostwatch.infrastructure.learning import data as learning_data
from troostwatch.infrastructure.learning import training

CHECKOUT = Path(__file__).resolve().parents[1]
MOST_PIXELS = 40_000_000
AUTO_APPROVE = 0.95


@dataclass(frozen=True)
class Seen:
    """A captured photograph: what was read, its words with true labels, and other labels that are right too."""

    lot: str
    position: int
    analysis: Analysis
    row: TokenRow
    also: dict[int, set[str]]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--synthetic", type=Path, required=True)
    parser.add_argument("--lots", type=Path, default=CHECKOUT.parent / "shared" / "lots")
    parser.add_argument("--readings", type=Path, help="where to keep what was read, for the next time")
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    drawn = list(learning_data.read([options.synthetic]))
    chosen = on_drawn_stickers(drawn)
    seen = captured(options.lots, options.readings, options.jobs)
    guesses = on_captured_lots(drawn, seen, chosen)
    in_the_judgement(seen, guesses, options.lots)
    return 0


def on_drawn_stickers(drawn: Sequence[TokenRow]) -> str:
    data = learning_data.dataset(drawn)
    compared = training.compare(data)
    true = data.y.tolist()
    print(f"Drawn stickers: {len(drawn)} photographs, {len(true)} words, {training.FOLDS} folds by sticker\n")
    majority = score(true, training.majority(data).tolist())
    print(table({**compared.scores, "rules": score(true, data.rules.tolist()), "majority": majority}), flush=True)
    return compared.best


def on_captured_lots(drawn: Sequence[TokenRow], seen: Sequence[Seen], chosen: str) -> dict[str, list[Guess]]:
    """Print the scores and return what the chosen model says of each photograph's words, never having seen its lot."""
    rows = [s.row for s in seen]
    together = learning_data.dataset([*drawn, *rows])
    words = {content: np.flatnonzero(together.contents == content) for content in {r.content for r in rows}}
    lots_of: dict[int, list[str]] = defaultdict(list)
    for content, numbers in words.items():
        if len(numbers):
            lots_of[int(together.groups[numbers[0]])].append(content)
    said: dict[str, dict[str, list[Guess]]] = defaultdict(dict)
    for group, contents in lots_of.items():
        others = np.flatnonzero(together.groups != group)
        for name, pipeline in training.candidates().items():
            fitted = training.fit(pipeline, together, others)
            for content in contents:
                table_ = fitted.predict_proba(together.x[words[content]])
                said[name][content] = [Guess(str(fitted.classes_[r.argmax()]), float(r.max())) for r in table_]
    words_read = sum(len(row.tokens) for row in rows)
    print(f"\nCaptured lots: {len(rows)} photographs, {words_read} words, {len(lots_of)} groups of lots that share no "
          "photograph, each held out once\n")  # fmt: skip
    unique = {s.row.content: s for s in seen if s.row.content in words and len(words[s.row.content])}
    labellers = {
        **{name: {c: [g.label for g in gs] for c, gs in by.items()} for name, by in said.items()},
        "rules": {c: together.rules[words[c]].tolist() for c in unique},
        "majority": {c: [NONE_LABEL] * len(words[c]) for c in unique},
    }
    print(table({name: _scored(unique.values(), by) for name, by in labellers.items()}), flush=True)
    return said[chosen]


def _scored(seen: Iterable[Seen], said: dict[str, list[str]]) -> Any:  # noqa: ANN401
    true, answers = [], []
    for one in seen:
        known = learning_data.known_labels(one.row)
        for (index, label), answer in zip(known.items(), said[one.row.content], strict=True):
            true.append(answer if answer in one.also.get(index, ()) else label)
            answers.append(answer)
    return score(true, answers)


def in_the_judgement(seen: Sequence[Seen], guesses: dict[str, list[Guess]], lots: Path) -> None:
    figures = {}
    for name in ("without", "with"):
        with tempfile.NamedTemporaryFile("w", suffix=".jsonl", encoding="utf-8") as file:
            for one in seen:
                more = opinions(one.row.tokens, guesses[one.row.content]) if one.row.content in guesses else []
                readings = [*one.analysis.readings, *(more if name == "with" else [])]
                for code in judged(one, readings):
                    file.write(json.dumps(code) + "\n")
            file.flush()
            said = subprocess.run(
                [sys.executable, str(lots / "score.py"), file.name, "--json"],
                check=True,
                capture_output=True,
                text=True,
            )
            figures[name] = json.loads(said.stdout)
    print("\nCodes of the captured lots, judged without and with the classifier")
    for title in next(iter(figures.values())):
        if title == "calibration":
            continue
        print(f"\n{title:<32}{'without: right/reported, hit/due':>36}{'with':>24}")
        for kind, before in figures["without"][title].items():
            after = figures["with"][title][kind]
            cells = [f"{f['right']}/{f['reported']}  {f['hit']}/{f['due']}  F1 {f['f1']:.3f}" for f in (before, after)]
            print(f"  {kind:<30}{cells[0]:>36}{cells[1]:>24}")


def judged(one: Seen, readings: Sequence[Reading]) -> list[dict[str, object]]:
    return [
        {
            "lot": one.lot,
            "position": one.position,
            "type": code.type,
            "value": code.value,
            "confidence": code.confidence,
            "status": "approved" if code.confidence >= AUTO_APPROVE else "pending",
        }
        for code in judge(readings, width=one.row.width, height=one.row.height).codes
    ]


def captured(lots: Path, kept: Path | None, jobs: int) -> list[Seen]:
    if kept and kept.exists():
        seen: list[Seen] = pickle.loads(kept.read_bytes())  # a file of our own
        return seen
    from PIL import Image

    from troostwatch.infrastructure.ai import image_analyzer, pool

    photos = json.loads((lots / "truth.json").read_text(encoding="utf-8"))["photos"]
    files = [lots / "images" / photo["file"] for photo in photos]
    with pool.process_executor(jobs) as executor:
        work = [
            executor.submit(image_analyzer.analyze_picture, file.read_bytes(), OcrEngine.RAPIDOCR, MOST_PIXELS)
            for file in files
        ]
        analyses = [job.result() for job in work]
    seen = []
    for photo, file, analysis in zip(photos, files, analyses, strict=True):
        with Image.open(file) as image:
            width, height = image.size
        seen.append(_seen(photo, hashlib.sha256(file.read_bytes()).hexdigest(), analysis, width, height))
    if kept:
        kept.write_bytes(pickle.dumps(seen))
    return seen


def _seen(photo: dict[str, Any], content: str, analysis: Analysis, width: int, height: int) -> Seen:
    tokens = analysis.tokens
    labels: dict[int, Label] = {}
    also: dict[int, set[str]] = {}
    for code in photo["codes"]:
        kind = code.get("kind") if code.get("kind") in list(CodeType) else code["type"]
        if kind not in list(CodeType) or not code.get("bbox"):
            continue
        true = Code(CodeType(kind), code.get("printed") or code["value"], 1.0, Box(*code["bbox"]), None, (), (),
                    CodeStatus.APPROVED, DecidedBy.PERSON)  # fmt: skip
        found = labels_for(tokens, [true], ())
        labels |= {i: Label(kind, LabelOrigin.PERSON) for i in found}
        for i in found:
            also[i] = {other for other, _ in code.get("also", ())} | also.get(i, set())
    row = TokenRow(0, (photo["lot"],), photo["position"], content, None, width, height, tokens, labels, complete=True)
    return Seen(photo["lot"], photo["position"], analysis, row, also)


if __name__ == "__main__":
    sys.exit(main())
