-- 0006: a reading may also be what a second reader takes for a code, or a symbol that was found and not decoded;
-- a line of text may have been looked at twice.
-- SQLite cannot change a CHECK, so the table is built anew and filled from the old one.
CREATE TABLE readings_new (
    id INTEGER PRIMARY KEY,
    content_sha256 TEXT NOT NULL REFERENCES contents (sha256),
    reader TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('symbol', 'undecoded', 'text', 'opinion')),
    text TEXT NOT NULL,                          -- empty for a symbol that was found and not decoded
    again TEXT,                                  -- what a closer look at the same line of text read
    symbology TEXT,
    says TEXT,                                   -- of an opinion: the code type that the second reader claims
    confidence REAL CHECK (confidence BETWEEN 0 AND 1),  -- the reader's own number; NULL where it gives none
    quad_json TEXT NOT NULL,                     -- four corners in reading order, pixels of the upright photograph
    CHECK (kind <> 'symbol' OR symbology IS NOT NULL),
    CHECK (kind <> 'text' OR symbology IS NULL),
    CHECK ((kind = 'opinion') = (says IS NOT NULL))
) STRICT;

INSERT INTO readings_new (id, content_sha256, reader, kind, text, symbology, confidence, quad_json)
SELECT id, content_sha256, reader, kind, text, symbology, confidence, quad_json FROM readings;

DROP TABLE readings;

ALTER TABLE readings_new RENAME TO readings;

CREATE INDEX readings_by_content ON readings (content_sha256);
