-- When the server heard of a photo: what does not come in time is asked after. Why bytes were not waited for.
ALTER TABLE photos ADD COLUMN received_at INTEGER NOT NULL DEFAULT 0;
UPDATE photos SET received_at = eff;
CREATE INDEX photos_awaited ON photos (received_at, id) WHERE state <> 'stored' AND removed_at IS NULL;
ALTER TABLE rounds ADD COLUMN without_bytes TEXT;
