-- Who looks after something in the inbox of the office, until when.
CREATE TABLE inbox_claims (
    item text COLLATE "C" NOT NULL,
    account_id uuid NOT NULL REFERENCES accounts (id),
    claimed_at timestamptz NOT NULL,
    ends_at timestamptz NOT NULL,
    PRIMARY KEY (item)
);
CREATE INDEX inbox_claims_ends_at ON inbox_claims (ends_at);
-- The lists that the inbox is made of, the oldest first.
CREATE INDEX work_orders_state_stored_at_id ON work_orders (state, stored_at, id);
CREATE INDEX rounds_verdict_stored_at_id ON rounds (verdict, stored_at, id);
