-- 0003: what readers saw on a content, what was concluded, and what a person said about it.
-- Everything here belongs to a content, not to one of the lots that show it: it is read once and decided once.
CREATE TABLE analyses (
    content_sha256 TEXT PRIMARY KEY REFERENCES contents (sha256),
    lot_image_id INTEGER NOT NULL REFERENCES lot_images (id),  -- the photograph in hand when it was read
    backend TEXT NOT NULL,                       -- who really read it
    readers_json TEXT NOT NULL,                  -- {"barcode": "3.1.1+1", "rapidocr": "3.10.0+1"}
    reading_version INTEGER NOT NULL,            -- version of our own judgement
    analyzed_at TEXT NOT NULL,
    seconds REAL NOT NULL,
    review_threshold REAL NOT NULL,              -- what 'doubtful' and 'sure' meant when the codes were judged
    approve_threshold REAL NOT NULL,
    unread_reason TEXT                           -- a label was plainly there and this is why nothing came of it
) STRICT, WITHOUT ROWID;

CREATE TABLE readings (
    id INTEGER PRIMARY KEY,
    content_sha256 TEXT NOT NULL REFERENCES contents (sha256),
    reader TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('symbol', 'text')),
    text TEXT NOT NULL,
    symbology TEXT,
    confidence REAL CHECK (confidence BETWEEN 0 AND 1),  -- the engine's own number; NULL where it gives none
    quad_json TEXT NOT NULL,                     -- four corners in reading order, pixels of the upright photograph
    CHECK ((kind = 'symbol') = (symbology IS NOT NULL))
) STRICT;

CREATE INDEX readings_by_content ON readings (content_sha256);

CREATE TABLE extracted_codes (
    id INTEGER PRIMARY KEY,
    content_sha256 TEXT NOT NULL REFERENCES contents (sha256),
    lot_image_id INTEGER NOT NULL REFERENCES lot_images (id),  -- the photograph in hand when it was read
    code_type TEXT NOT NULL CHECK (code_type IN (
        'ean', 'serial_number', 'model_number', 'part_number', 'mac_address', 'imei',
        'regulatory_model', 'uuid', 'eid', 'other')),
    value TEXT NOT NULL,
    confidence REAL NOT NULL CHECK (confidence BETWEEN 0 AND 1),
    status TEXT NOT NULL CHECK (status IN ('approved', 'pending', 'rejected')),
    decided_by TEXT CHECK (decided_by IN ('person', 'rule')),
    origin TEXT NOT NULL CHECK (origin IN ('reading', 'person')),  -- 'person': typed by someone, no reader says so
    context TEXT,                                -- the caption beside it, as printed
    evidence_json TEXT NOT NULL,                 -- sentences: why we believe it
    readers_json TEXT NOT NULL,
    bbox_json TEXT,                              -- [x0, y0, x1, y1]
    UNIQUE (content_sha256, code_type, value),
    CHECK ((status = 'pending') = (decided_by IS NULL))
) STRICT;

CREATE INDEX extracted_codes_by_value ON extracted_codes (value);
CREATE INDEX extracted_codes_by_image ON extracted_codes (lot_image_id);

CREATE TABLE decisions (
    id INTEGER PRIMARY KEY,
    content_sha256 TEXT NOT NULL REFERENCES contents (sha256),
    code_type TEXT NOT NULL,
    value TEXT NOT NULL,
    verdict TEXT NOT NULL CHECK (verdict IN ('approved', 'rejected', 'corrected')),
    corrected_type TEXT,
    corrected_value TEXT,
    bbox_json TEXT,                              -- where the code stood when the person looked
    decided_at TEXT NOT NULL,
    undone_at TEXT,                              -- a decision is taken back, never deleted
    CHECK ((verdict = 'corrected') = (corrected_value IS NOT NULL)),
    CHECK ((verdict = 'corrected') = (corrected_type IS NOT NULL))
) STRICT;

-- One standing decision for a code of a content: a new one first takes the old one back.
CREATE UNIQUE INDEX decisions_standing ON decisions (content_sha256, code_type, value) WHERE undone_at IS NULL;

CREATE TRIGGER decisions_are_never_deleted BEFORE DELETE ON decisions
BEGIN
    SELECT RAISE(ABORT, 'decisions are never deleted');
END;
