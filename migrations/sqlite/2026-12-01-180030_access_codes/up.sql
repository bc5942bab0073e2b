-- Whether somebody else has set the password: its owner takes another one when they log in.
ALTER TABLE credentials ADD COLUMN must_change INTEGER NOT NULL DEFAULT 0;
-- Codes that the office hands over, by their keyed hashes: each is good once.
CREATE TABLE access_codes (
    hash BLOB NOT NULL,
    account_id BLOB NOT NULL REFERENCES accounts (id),
    purpose TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (hash)
) STRICT, WITHOUT ROWID;
CREATE INDEX access_codes_account_id ON access_codes (account_id);
