-- 0007: what was asked of a paid reader, what it answered and what it cost; a run may end because a budget was reached.
CREATE TABLE questions (
    id INTEGER PRIMARY KEY,
    content_sha256 TEXT NOT NULL REFERENCES contents (sha256),
    reader TEXT NOT NULL,                        -- 'openai'
    model TEXT NOT NULL,
    prompt_version TEXT NOT NULL,
    view TEXT NOT NULL CHECK (view IN ('label', 'photograph')),  -- the piece with the label, or all of it
    outcome TEXT NOT NULL CHECK (outcome IN ('answered', 'refused', 'malformed', 'failed')),
    answer_json TEXT,                            -- as it came, once it was checked against the form that was asked for
    message TEXT,                                -- why there is no answer
    input_tokens INTEGER NOT NULL,
    output_tokens INTEGER NOT NULL,
    cost_eur REAL NOT NULL,
    asked_at TEXT NOT NULL,
    CHECK ((outcome = 'answered') = (answer_json IS NOT NULL))
) STRICT;

-- The same view of the same photograph is paid for once: an answer, or a refusal, is final for a prompt and a model.
CREATE UNIQUE INDEX questions_answered ON questions (content_sha256, reader, model, prompt_version, view)
    WHERE outcome IN ('answered', 'refused');
CREATE INDEX questions_by_time ON questions (asked_at);

CREATE TABLE runs_new (
    id INTEGER PRIMARY KEY,
    stage TEXT NOT NULL,                         -- 'sync', 'download', 'analyze', 'promote', 'retrain', 'batch', ...
    program_version TEXT NOT NULL,
    started_at TEXT NOT NULL,
    finished_at TEXT,                            -- NULL: still running, or killed
    outcome TEXT CHECK (outcome IN ('done', 'some_failed', 'stopped', 'out_of_time', 'over_budget', 'failed')),
    counts_json TEXT NOT NULL DEFAULT '{}',
    message TEXT,
    CHECK ((finished_at IS NULL) = (outcome IS NULL))
) STRICT;

INSERT INTO runs_new (id, stage, program_version, started_at, finished_at, outcome, counts_json, message)
SELECT id, stage, program_version, started_at, finished_at, outcome, counts_json, message FROM runs;

DROP TABLE runs;

ALTER TABLE runs_new RENAME TO runs;
