-- Who looks after something in the inbox of the office, until when.
CREATE TABLE inbox_claims (
    item TEXT NOT NULL,
    account_id BLOB NOT NULL REFERENCES accounts (id),
    claimed_at INTEGER NOT NULL,
    ends_at INTEGER NOT NULL,
    PRIMARY KEY (item)
) STRICT;
CREATE INDEX inbox_claims_ends_at ON inbox_claims (ends_at);
-- The lists that the inbox is made of, the oldest first.
CREATE INDEX work_orders_state_stored_at_id ON work_orders (state, stored_at, id);
CREATE INDEX rounds_verdict_stored_at_id ON rounds (verdict, stored_at, id);
