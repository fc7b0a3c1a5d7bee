-- 0012: a reading keeps what its reader says of its worth: class of witness, confidence in each character, second choices.
ALTER TABLE readings ADD COLUMN sight_json TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(sight_json));
