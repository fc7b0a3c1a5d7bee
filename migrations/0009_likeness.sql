-- 0009: what photographs and lots look and mean like, as numbers; all of it can be computed again.
CREATE TABLE perceptual_hashes (
    content_sha256 TEXT PRIMARY KEY REFERENCES contents (sha256),
    version INTEGER NOT NULL,                    -- of the way it is computed
    bits BLOB CHECK (length(bits) = 8),          -- NULL: too little to see for a hash to tell anything
    problem TEXT                                 -- why it could not be computed; tried again by 'images reprocess-failed'
) STRICT, WITHOUT ROWID;

-- A model with its weights and preprocessing. Vectors of different spaces are never compared.
CREATE TABLE embedding_spaces (
    id INTEGER PRIMARY KEY,
    model TEXT NOT NULL,                         -- 'ViT-B-32-quickgelu', 'text-embedding-3-small'
    pretrained TEXT NOT NULL,                    -- name of the weights, or 'sha256:…' of a file of them
    preprocessing INTEGER NOT NULL,              -- version of what is done before the model sees anything
    dimension INTEGER NOT NULL CHECK (dimension > 0),
    changes INTEGER NOT NULL DEFAULT 0,          -- counts what was written; files made from vectors carry it
    used_at TEXT NOT NULL,                       -- when vectors of it were last asked for
    UNIQUE (model, pretrained, preprocessing)
) STRICT;

-- One vector a content: one of another space takes its place. float32, little-endian, of length 1.
CREATE TABLE image_embeddings (
    id INTEGER PRIMARY KEY,
    content_sha256 TEXT NOT NULL UNIQUE REFERENCES contents (sha256),
    space_id INTEGER NOT NULL REFERENCES embedding_spaces (id),
    vector BLOB NOT NULL CHECK (length(vector) % 4 = 0),
    embedded_at TEXT NOT NULL
) STRICT;

CREATE INDEX image_embeddings_by_space ON image_embeddings (space_id);

CREATE TABLE embedding_failures (
    content_sha256 TEXT PRIMARY KEY REFERENCES contents (sha256),
    attempts INTEGER NOT NULL,
    parked INTEGER NOT NULL CHECK (parked IN (0, 1)),  -- not tried again until 'images reprocess-failed'
    message TEXT NOT NULL,
    failed_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- What is written about a lot, once in each space.
CREATE TABLE lot_embeddings (
    id INTEGER PRIMARY KEY,
    lot_id INTEGER NOT NULL REFERENCES lots (id),
    space_id INTEGER NOT NULL REFERENCES embedding_spaces (id),
    text_digest TEXT NOT NULL,                   -- of the text; another text makes the vector stale
    vector BLOB NOT NULL CHECK (length(vector) % 4 = 0),
    embedded_at TEXT NOT NULL,
    UNIQUE (lot_id, space_id)
) STRICT;

CREATE INDEX lot_embeddings_by_space ON lot_embeddings (space_id);
