-- Whether somebody else has set the password: its owner takes another one when they log in.
ALTER TABLE credentials ADD COLUMN must_change boolean NOT NULL DEFAULT FALSE;
-- Codes that the office hands over, by their keyed hashes: each is good once.
CREATE TABLE access_codes (
    hash bytea NOT NULL,
    account_id uuid NOT NULL REFERENCES accounts (id),
    purpose text COLLATE "C" NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    PRIMARY KEY (hash)
);
CREATE INDEX access_codes_account_id ON access_codes (account_id);
