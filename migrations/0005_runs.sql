-- 0005: what was run, when, and how it ended.
CREATE TABLE runs (
    id INTEGER PRIMARY KEY,
    stage TEXT NOT NULL,                         -- 'sync', 'download', 'analyze', 'batch', ...
    program_version TEXT NOT NULL,
    started_at TEXT NOT NULL,
    finished_at TEXT,                            -- NULL: still running, or killed
    outcome TEXT CHECK (outcome IN ('done', 'some_failed', 'stopped', 'out_of_time', 'failed')),
    counts_json TEXT NOT NULL DEFAULT '{}',
    message TEXT,
    CHECK ((finished_at IS NULL) = (outcome IS NULL))
) STRICT;
