-- 0008: what search looks at, one document a lot, and which lots have to be looked at again.
-- The documents are made from other rows and can be made again at any time; triggers note whose rows changed.
-- (No INSERT OR IGNORE in them: the conflict clause of the statement outside would win over it.)
CREATE VIRTUAL TABLE lot_documents USING fts5 (
    title, description, attributes, label_text, codes,
    tokenize = "unicode61 remove_diacritics 2", prefix = '2 3'
);

-- The codes of a lot, one a line: letters and digits alone, and with look-alikes (O and 0) made one.
CREATE VIRTUAL TABLE lot_code_parts USING fts5 (bare, folded, tokenize = 'trigram');

CREATE TABLE stale_documents (
    lot_id INTEGER PRIMARY KEY REFERENCES lots (id) ON DELETE CASCADE
) STRICT;

INSERT INTO stale_documents SELECT id FROM lots;

CREATE TRIGGER document_of_new_lot AFTER INSERT ON lots
BEGIN
    INSERT INTO stale_documents SELECT new.id WHERE new.id NOT IN (SELECT lot_id FROM stale_documents);
END;

CREATE TRIGGER document_of_changed_lot
AFTER UPDATE OF title, description, additional_information, remarks, category, attributes_json ON lots
WHEN (old.title, old.description, old.additional_information, old.remarks, old.category, old.attributes_json)
    IS NOT (new.title, new.description, new.additional_information, new.remarks, new.category, new.attributes_json)
BEGIN
    INSERT INTO stale_documents SELECT new.id WHERE new.id NOT IN (SELECT lot_id FROM stale_documents);
END;

CREATE TRIGGER document_of_new_photograph AFTER INSERT ON lot_images
WHEN new.content_sha256 IS NOT NULL
BEGIN
    INSERT INTO stale_documents SELECT new.lot_id WHERE new.lot_id NOT IN (SELECT lot_id FROM stale_documents);
END;

CREATE TRIGGER document_of_changed_photograph AFTER UPDATE OF content_sha256 ON lot_images
WHEN old.content_sha256 IS NOT new.content_sha256
BEGIN
    INSERT INTO stale_documents SELECT new.lot_id WHERE new.lot_id NOT IN (SELECT lot_id FROM stale_documents);
END;

-- Readings are only ever replaced together with the row of their analysis.
CREATE TRIGGER document_of_read_photograph AFTER INSERT ON analyses
BEGIN
    INSERT INTO stale_documents SELECT DISTINCT lot_id FROM lot_images
     WHERE content_sha256 = new.content_sha256 AND lot_id NOT IN (SELECT lot_id FROM stale_documents);
END;

CREATE TRIGGER document_of_new_code AFTER INSERT ON extracted_codes
BEGIN
    INSERT INTO stale_documents SELECT DISTINCT lot_id FROM lot_images
     WHERE content_sha256 = new.content_sha256 AND lot_id NOT IN (SELECT lot_id FROM stale_documents);
END;

CREATE TRIGGER document_of_changed_code AFTER UPDATE OF code_type, value, status ON extracted_codes
WHEN (old.code_type, old.value, old.status) IS NOT (new.code_type, new.value, new.status)
BEGIN
    INSERT INTO stale_documents SELECT DISTINCT lot_id FROM lot_images
     WHERE content_sha256 = new.content_sha256 AND lot_id NOT IN (SELECT lot_id FROM stale_documents);
END;

CREATE TRIGGER document_of_removed_code AFTER DELETE ON extracted_codes
BEGIN
    INSERT INTO stale_documents SELECT DISTINCT lot_id FROM lot_images
     WHERE content_sha256 = old.content_sha256 AND lot_id NOT IN (SELECT lot_id FROM stale_documents);
END;
