-- 0004: words of OCR text, the unit of the token classifier, and the labels that people gave them.
CREATE TABLE ocr_token_data (
    id INTEGER PRIMARY KEY,
    content_sha256 TEXT NOT NULL UNIQUE REFERENCES contents (sha256),
    lot_image_id INTEGER NOT NULL REFERENCES lot_images (id),  -- the photograph in hand when it was read
    tokens_json TEXT NOT NULL,                   -- [{"text", "bbox", "confidence", "line", "block"}]
    token_count INTEGER NOT NULL,
    has_labels INTEGER NOT NULL DEFAULT 0 CHECK (has_labels IN (0, 1)),
    created_at TEXT NOT NULL
) STRICT;

-- A label is kept by the word and the place it was given to, so it outlives the reading that numbered the words.
CREATE TABLE token_labels (
    id INTEGER PRIMARY KEY,
    content_sha256 TEXT NOT NULL REFERENCES contents (sha256),
    text TEXT NOT NULL,
    bbox_json TEXT NOT NULL,
    label TEXT NOT NULL,
    labelled_at TEXT NOT NULL,
    UNIQUE (content_sha256, text, bbox_json)
) STRICT;
