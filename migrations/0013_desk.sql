-- 0013: who decided, what a decision was asked under, and the facts of a lot by which lists of lots are made.

-- A name, free text: from the settings or the login. NULL: nobody said.
ALTER TABLE decisions ADD COLUMN decided_by TEXT;
-- What the asker called this decision: sent again after the line dropped, it is the same decision and no second one.
ALTER TABLE decisions ADD COLUMN request TEXT;
CREATE UNIQUE INDEX decisions_by_request ON decisions (request) WHERE request IS NOT NULL;

-- How many items of the queue a content makes: its doubtful codes, or 1 where nothing could be read. Kept by whoever
-- settles what stands on it; a photograph that nobody shows any more makes none, whatever stands here.
ALTER TABLE analyses ADD COLUMN asks INTEGER NOT NULL DEFAULT 0;
UPDATE analyses SET asks = max(1, (
        SELECT count(*) FROM extracted_codes AS c
         WHERE c.content_sha256 = analyses.content_sha256 AND c.status = 'pending'
           AND c.confidence < analyses.review_threshold))
 WHERE content_sha256 IN (SELECT content_sha256 FROM lot_images WHERE analysis_status = 'needs_review');
CREATE INDEX analyses_asking ON analyses (content_sha256, asks) WHERE asks > 0;

-- One row a lot, for lists that sort and filter. Closing time and counts are kept by triggers; what has to be worked
-- out (names, codes, contradiction) is made together with the lot's search document, when `stale_documents` says so.
CREATE TABLE lot_facts (
    lot_id INTEGER PRIMARY KEY REFERENCES lots (id) ON DELETE CASCADE,
    closes_at TEXT,                              -- of the lot, else of its auction
    photographs INTEGER NOT NULL DEFAULT 0,
    waiting INTEGER NOT NULL DEFAULT 0,          -- photographs that need review
    maker TEXT,                                  -- by label, title or attributes
    on_label TEXT,                               -- what the labels call the product
    contradiction TEXT,                          -- in what the labels contradict the title
    ean TEXT,
    model_number TEXT,
    serial_number TEXT,
    sure_json TEXT NOT NULL DEFAULT '{}',        -- probability of each of these three: {"ean": 0.99}
    codes INTEGER NOT NULL DEFAULT 0,
    approved INTEGER NOT NULL DEFAULT 0,
    thumbnail TEXT                               -- SHA-256 of the first photograph that is here
) STRICT;

CREATE INDEX lot_facts_by_closing ON lot_facts (closes_at, lot_id);
CREATE INDEX lot_facts_waiting ON lot_facts (closes_at, lot_id) WHERE waiting > 0;
CREATE INDEX lot_facts_contradicting ON lot_facts (closes_at, lot_id) WHERE contradiction IS NOT NULL;

INSERT INTO lot_facts (lot_id, closes_at, photographs, waiting)
SELECT l.id, coalesce(l.closes_at, a.ends_at),
       (SELECT count(*) FROM lot_images AS i WHERE i.lot_id = l.id),
       (SELECT count(*) FROM lot_images AS i WHERE i.lot_id = l.id AND i.analysis_status = 'needs_review')
  FROM lots AS l LEFT JOIN auctions AS a ON a.id = l.auction_id;

INSERT INTO stale_documents SELECT id FROM lots WHERE id NOT IN (SELECT lot_id FROM stale_documents);

CREATE TRIGGER facts_of_new_lot AFTER INSERT ON lots
BEGIN
    INSERT INTO lot_facts (lot_id, closes_at)
    VALUES (new.id, coalesce(new.closes_at, (SELECT ends_at FROM auctions WHERE id = new.auction_id)));
END;

CREATE TRIGGER facts_of_moved_lot AFTER UPDATE OF closes_at, auction_id ON lots
WHEN (old.closes_at, old.auction_id) IS NOT (new.closes_at, new.auction_id)
BEGIN
    UPDATE lot_facts
       SET closes_at = coalesce(new.closes_at, (SELECT ends_at FROM auctions WHERE id = new.auction_id))
     WHERE lot_id = new.id;
END;

CREATE TRIGGER facts_of_moved_auction AFTER UPDATE OF ends_at ON auctions
WHEN old.ends_at IS NOT new.ends_at
BEGIN
    UPDATE lot_facts SET closes_at = new.ends_at
     WHERE lot_id IN (SELECT id FROM lots WHERE auction_id = new.id AND closes_at IS NULL);
END;

CREATE TRIGGER facts_of_new_photograph AFTER INSERT ON lot_images
BEGIN
    UPDATE lot_facts SET photographs = photographs + 1, waiting = waiting + (new.analysis_status = 'needs_review')
     WHERE lot_id = new.lot_id;
END;

CREATE TRIGGER facts_of_read_photograph AFTER UPDATE OF analysis_status ON lot_images
WHEN (old.analysis_status = 'needs_review') <> (new.analysis_status = 'needs_review')
BEGIN
    UPDATE lot_facts
       SET waiting = waiting + (new.analysis_status = 'needs_review') - (old.analysis_status = 'needs_review')
     WHERE lot_id = new.lot_id;
END;

CREATE TRIGGER facts_of_removed_photograph AFTER DELETE ON lot_images
BEGIN
    UPDATE lot_facts SET photographs = photographs - 1, waiting = waiting - (old.analysis_status = 'needs_review')
     WHERE lot_id = old.lot_id;
END;

CREATE INDEX lot_facts_by_waiting ON lot_facts (waiting, lot_id);
CREATE INDEX lots_by_title ON lots (title);
CREATE INDEX lots_by_bid ON lots (current_bid_cents);

-- Who looks at a lot looks at its photographs in order.
CREATE INDEX lot_images_by_lot ON lot_images (lot_id, position);

-- How many items wait is asked with every decision: the count reads these alone.
CREATE INDEX lot_images_waiting ON lot_images (content_sha256) WHERE analysis_status = 'needs_review';
CREATE INDEX extracted_codes_by_person ON extracted_codes (decided_by) WHERE decided_by = 'person';

-- Part of a name of a lot, found without reading all of them: display id, title, name on the label and maker.
CREATE VIRTUAL TABLE lot_names USING fts5 (names, tokenize = 'trigram');
INSERT INTO lot_names (rowid, names) SELECT id, display_id || char(10) || coalesce(title, '') FROM lots;

CREATE TRIGGER names_of_new_lot AFTER INSERT ON lots
BEGIN
    INSERT INTO lot_names (rowid, names) VALUES (new.id, new.display_id || char(10) || coalesce(new.title, ''));
END;

CREATE TRIGGER names_of_renamed_lot AFTER UPDATE OF title ON lots
WHEN old.title IS NOT new.title
BEGIN
    UPDATE lot_names
       SET names = (SELECT new.display_id || char(10) || coalesce(new.title, '') || char(10)
                           || coalesce(f.on_label, '') || char(10) || coalesce(f.maker, '')
                      FROM lot_facts AS f WHERE f.lot_id = new.id)
     WHERE rowid = new.id;
END;

CREATE TRIGGER names_of_read_lot AFTER UPDATE OF on_label, maker ON lot_facts
WHEN (old.on_label, old.maker) IS NOT (new.on_label, new.maker)
BEGIN
    UPDATE lot_names
       SET names = (SELECT l.display_id || char(10) || coalesce(l.title, '') || char(10)
                           || coalesce(new.on_label, '') || char(10) || coalesce(new.maker, '')
                      FROM lots AS l WHERE l.id = new.lot_id)
     WHERE rowid = new.lot_id;
END;

CREATE TRIGGER names_of_removed_lot AFTER DELETE ON lots
BEGIN
    DELETE FROM lot_names WHERE rowid = old.id;
END;
