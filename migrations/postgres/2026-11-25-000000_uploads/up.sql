-- Uploads of photos' bytes. How far one has come is the length of its part file; a row changes when it begins and when it ends.
CREATE TABLE uploads (
    id uuid NOT NULL,
    photo_id uuid NOT NULL REFERENCES photos (id),
    ticket_id uuid NOT NULL,
    account_id uuid NOT NULL REFERENCES accounts (id),
    device_id uuid,
    length bigint NOT NULL,
    metadata text COLLATE "C" NOT NULL,
    state text COLLATE "C" NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    ended_at timestamptz,
    received_sha256 text COLLATE "C",
    kept boolean NOT NULL,
    PRIMARY KEY (id)
);
CREATE INDEX uploads_photo_id ON uploads (photo_id);
CREATE INDEX uploads_device ON uploads (device_id, created_at);
CREATE INDEX uploads_account ON uploads (account_id, created_at);
CREATE INDEX uploads_expiry ON uploads (state, expires_at);
CREATE INDEX uploads_end ON uploads (ended_at);
