ALTER TABLE rounds DROP COLUMN without_bytes;
DROP INDEX photos_awaited;
ALTER TABLE photos DROP COLUMN received_at;
