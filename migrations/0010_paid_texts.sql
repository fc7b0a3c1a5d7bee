-- 0010: vectors of texts that are paid for: each text once in a space, and what every request cost.
CREATE TABLE asked_texts (
    space_id INTEGER NOT NULL REFERENCES embedding_spaces (id),
    text_digest TEXT NOT NULL,                   -- SHA-256 of the text
    vector BLOB NOT NULL CHECK (length(vector) % 4 = 0),
    PRIMARY KEY (space_id, text_digest)
) STRICT, WITHOUT ROWID;

CREATE TABLE text_requests (
    id INTEGER PRIMARY KEY,
    space_id INTEGER NOT NULL REFERENCES embedding_spaces (id),
    texts INTEGER NOT NULL,
    input_tokens INTEGER NOT NULL,
    cost_eur REAL NOT NULL,
    asked_at TEXT NOT NULL
) STRICT;

CREATE INDEX text_requests_by_time ON text_requests (asked_at);
