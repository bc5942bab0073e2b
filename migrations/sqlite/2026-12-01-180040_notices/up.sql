-- What administrators are told of each other.
CREATE TABLE notices (
    id BLOB NOT NULL,
    kind TEXT NOT NULL,
    account_id BLOB NOT NULL REFERENCES accounts (id),
    raised_at INTEGER NOT NULL,
    seen_by BLOB,
    seen_at INTEGER,
    PRIMARY KEY (id)
) STRICT;
CREATE INDEX notices_raised_at_id ON notices (raised_at, id);
