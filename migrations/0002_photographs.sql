-- 0002: photographs of a lot, where they stand on their way, and the content they share.
CREATE TABLE contents (
    sha256 TEXT PRIMARY KEY CHECK (length(sha256) = 64),
    byte_size INTEGER NOT NULL,
    width INTEGER NOT NULL,
    height INTEGER NOT NULL,
    format TEXT NOT NULL,
    reviewed_at TEXT                             -- a person looked at all of it: nothing is left to ask
) STRICT, WITHOUT ROWID;

CREATE TABLE lot_images (
    id INTEGER PRIMARY KEY,
    lot_id INTEGER NOT NULL REFERENCES lots (id),
    url TEXT NOT NULL,
    position INTEGER NOT NULL,
    alt TEXT,
    first_seen_at TEXT NOT NULL,
    vanished_at TEXT,                            -- the lot page stopped showing it
    download_status TEXT NOT NULL DEFAULT 'pending'
        CHECK (download_status IN ('pending', 'downloaded', 'failed', 'gone')),
    download_attempts INTEGER NOT NULL DEFAULT 0,
    retry_at TEXT,                               -- a pending download waits until then
    downloaded_at TEXT,
    local_path TEXT,                             -- relative to the folder; its digest keeps it from changing meaning
    content_sha256 TEXT REFERENCES contents (sha256),
    analysis_status TEXT NOT NULL DEFAULT 'pending'
        CHECK (analysis_status IN ('pending', 'analyzed', 'needs_review', 'failed')),
    analysis_attempts INTEGER NOT NULL DEFAULT 0,
    analyzed_at TEXT,
    review_reason TEXT,
    error_message TEXT,
    UNIQUE (lot_id, url),
    -- 'downloaded' promises a file and its content
    CHECK ((download_status = 'downloaded') = (local_path IS NOT NULL)),
    CHECK ((download_status = 'downloaded') = (content_sha256 IS NOT NULL)),
    CHECK ((analysis_status = 'needs_review') = (review_reason IS NOT NULL)),
    CHECK (analysis_status IN ('pending', 'failed') OR analyzed_at IS NOT NULL)
) STRICT;

CREATE INDEX lot_images_by_url ON lot_images (url);
CREATE INDEX lot_images_by_content ON lot_images (content_sha256);
CREATE INDEX lot_images_to_download ON lot_images (download_status) WHERE download_status <> 'downloaded';
CREATE INDEX lot_images_to_analyze ON lot_images (analysis_status) WHERE download_status = 'downloaded';
