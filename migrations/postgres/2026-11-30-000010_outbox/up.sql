-- Who does something that only one process may do at a time, and until when; over at `ends_at`, whatever became of the holder.
CREATE TABLE leases (
    name text COLLATE "C" NOT NULL,
    holder uuid NOT NULL,
    taken_at timestamptz NOT NULL,
    ends_at timestamptz NOT NULL,
    PRIMARY KEY (name)
);

-- Domain events that somebody subscribes to, written in the transaction that they tell of. `position` rises within a ticket, because
-- who writes of a ticket has locked it; it is never given twice. `relayed_at` is when the deliveries were made of it.
CREATE TABLE outbox (
    position bigint GENERATED ALWAYS AS IDENTITY,
    id uuid NOT NULL,
    ticket_id uuid,
    kind text COLLATE "C" NOT NULL,
    occurred_at timestamptz NOT NULL,
    data jsonb NOT NULL,
    relayed_at timestamptz,
    PRIMARY KEY (position)
);
CREATE INDEX outbox_open ON outbox (position) WHERE relayed_at IS NULL;
