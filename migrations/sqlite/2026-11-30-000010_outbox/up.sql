-- Who does something that only one process may do at a time, and until when; over at `ends_at`, whatever became of the holder.
CREATE TABLE leases (
    name TEXT NOT NULL,
    holder BLOB NOT NULL,
    taken_at INTEGER NOT NULL,
    ends_at INTEGER NOT NULL,
    PRIMARY KEY (name)
) STRICT;

-- Domain events that somebody subscribes to, written in the transaction that they tell of. `position` rises within a ticket, because
-- who writes of a ticket has locked it; it is never given twice. `relayed_at` is when the deliveries were made of it.
CREATE TABLE outbox (
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    id BLOB NOT NULL,
    ticket_id BLOB,
    kind TEXT NOT NULL,
    occurred_at INTEGER NOT NULL,
    data TEXT NOT NULL,
    relayed_at INTEGER
) STRICT;
CREATE INDEX outbox_open ON outbox (position) WHERE relayed_at IS NULL;
