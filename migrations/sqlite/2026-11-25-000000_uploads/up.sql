-- Uploads of photos' bytes. How far one has come is the length of its part file; a row changes when it begins and when it ends.
CREATE TABLE uploads (
    id BLOB NOT NULL,
    photo_id BLOB NOT NULL REFERENCES photos (id),
    ticket_id BLOB NOT NULL,
    account_id BLOB NOT NULL REFERENCES accounts (id),
    device_id BLOB,
    length INTEGER NOT NULL,
    metadata TEXT NOT NULL,
    state TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    ended_at INTEGER,
    received_sha256 TEXT,
    kept INTEGER NOT NULL,
    PRIMARY KEY (id)
) STRICT;
CREATE INDEX uploads_photo_id ON uploads (photo_id);
CREATE INDEX uploads_device ON uploads (device_id, created_at);
CREATE INDEX uploads_account ON uploads (account_id, created_at);
CREATE INDEX uploads_expiry ON uploads (state, expires_at);
CREATE INDEX uploads_end ON uploads (ended_at);
