-- What administrators are told of each other.
CREATE TABLE notices (
    id uuid NOT NULL,
    kind text COLLATE "C" NOT NULL,
    account_id uuid NOT NULL REFERENCES accounts (id),
    raised_at timestamptz NOT NULL,
    seen_by uuid,
    seen_at timestamptz,
    PRIMARY KEY (id)
);
CREATE INDEX notices_raised_at_id ON notices (raised_at, id);
