-- What a device keeps. One file for each person on a device; version 1 (PRAGMA user_version).

CREATE TABLE device (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    account TEXT NOT NULL,
    name TEXT NOT NULL,
    nonce TEXT NOT NULL,
    device TEXT,
    former TEXT NOT NULL,          -- JSON array: the identities before this one
    forks INTEGER NOT NULL,
    numbering INTEGER NOT NULL,    -- the sequence in use
    before_seq INTEGER NOT NULL,   -- the last seq that was forgotten,
    before_chain TEXT,             -- and the chain after it
    channels TEXT NOT NULL,        -- JSON array: the channels of the last page
    cursor TEXT,
    feed_epoch TEXT,
    complete INTEGER NOT NULL
) STRICT;

-- The copy: rows of the server, each with the channels that carry it (JSON array).
CREATE TABLE copy_row (
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    v INTEGER NOT NULL,
    ts INTEGER,
    channels TEXT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (kind, id)
) STRICT;

-- Memberships of channels that are being sent from the beginning and that were not sent again yet.
CREATE TABLE unconfirmed (
    channel TEXT NOT NULL,
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    PRIMARY KEY (channel, kind, id)
) STRICT, WITHOUT ROWID;

-- Outbox and journal: what was done, and the answer to it.
CREATE TABLE entry (
    id TEXT PRIMARY KEY,
    numbering INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    deed TEXT NOT NULL,
    result TEXT,
    settled INTEGER NOT NULL,
    UNIQUE (numbering, seq)
) STRICT;
