"""The rows of what was asked of a paid reader."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from datetime import datetime

from troostwatch.domain.codes import CodeType
from troostwatch.domain.geometry import Box
from troostwatch.domain.second_opinion import Answer, NamedCode, Question, Spent, Verdict, View
from troostwatch.infrastructure.db.times import stamp

_COLUMNS = """content_sha256, reader, model, prompt_version, view, outcome, answer_json, message, input_tokens,
    output_tokens, cost_eur"""


class QuestionRepository:
    """Questions, answers and costs. An answer, and a refusal, is kept once for each view, prompt and model."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._conn = connection

    def add(self, questions: Iterable[Question], *, now: datetime) -> None:
        self._conn.executemany(
            f"""INSERT INTO questions ({_COLUMNS}, asked_at)
                VALUES (:content, :reader, :model, :prompt, :view, :verdict, :answer, :message, :input, :output, :cost,
                    :now)""",
            [
                {
                    "content": q.content,
                    "reader": q.reader,
                    "model": q.model,
                    "prompt": q.prompt_version,
                    "view": q.view,
                    "verdict": q.verdict,
                    "answer": _answer_json(q.answer) if q.answer else None,
                    "message": q.message,
                    "input": q.input_tokens,
                    "output": q.output_tokens,
                    "cost": q.cost_eur,
                    "now": stamp(now),
                }
                for q in questions
            ],
        )

    def answered(self, sha256: str, *, reader: str, model: str, prompt_version: str) -> dict[View, Question]:
        """Return the final word about each view of a content."""
        rows = self._conn.execute(
            f"""SELECT {_COLUMNS} FROM questions
                 WHERE content_sha256 = :sha256 AND reader = :reader AND model = :model AND prompt_version = :prompt
                   AND outcome IN ('answered', 'refused')
                 ORDER BY id""",
            {"sha256": sha256, "reader": reader, "model": model, "prompt": prompt_version},
        )
        return {q.view: q for q in map(_question, rows)}

    def failures(self, sha256: str, *, reader: str, model: str, prompt_version: str) -> int:
        """Return how many questions about a content brought nothing."""
        row = self._conn.execute(
            """SELECT count(*) FROM questions
                WHERE content_sha256 = :sha256 AND reader = :reader AND model = :model AND prompt_version = :prompt
                  AND outcome IN ('malformed', 'failed')""",
            {"sha256": sha256, "reader": reader, "model": model, "prompt": prompt_version},
        ).fetchone()
        return int(row[0])

    def latest(self, sha256: str) -> list[Question]:
        """Return what was answered about a content by the model and prompt that were asked last, reader by reader."""
        rows = self._conn.execute(
            f"""SELECT {_COLUMNS} FROM questions AS q
                 WHERE content_sha256 = :sha256 AND outcome = 'answered' AND (model, prompt_version) = (
                       SELECT model, prompt_version FROM questions AS l
                        WHERE l.content_sha256 = q.content_sha256 AND l.reader = q.reader AND l.outcome = 'answered'
                        ORDER BY l.id DESC LIMIT 1)
                 ORDER BY id""",
            {"sha256": sha256},
        )
        return [_question(row) for row in rows]

    def spent(self, *, since: datetime) -> Spent:
        row = self._conn.execute(
            """SELECT count(*), coalesce(sum(cost_eur), 0)
                 FROM (SELECT cost_eur FROM questions WHERE asked_at >= :since
                       UNION ALL SELECT cost_eur FROM text_requests WHERE asked_at >= :since)""",
            {"since": stamp(since)},
        ).fetchone()
        return Spent(int(row[0]), float(row[1]))


def _answer_json(answer: Answer) -> str:
    return json.dumps(
        {
            "codes": [
                {"type": c.type, "value": c.value, "caption": c.caption, "bbox": c.box.as_list()} for c in answer.codes
            ],
            "enough": answer.enough,
        },
        ensure_ascii=False,
    )


def _answer(text: str) -> Answer:
    values = json.loads(text)
    codes = (NamedCode(CodeType(c["type"]), c["value"], c["caption"], Box(*c["bbox"])) for c in values["codes"])
    return Answer(tuple(codes), values["enough"])


def _question(row: sqlite3.Row) -> Question:
    return Question(
        content=row["content_sha256"],
        reader=row["reader"],
        model=row["model"],
        prompt_version=row["prompt_version"],
        view=View(row["view"]),
        verdict=Verdict(row["outcome"]),
        answer=_answer(row["answer_json"]) if row["answer_json"] else None,
        message=row["message"],
        input_tokens=row["input_tokens"],
        output_tokens=row["output_tokens"],
        cost_eur=row["cost_eur"],
    )
