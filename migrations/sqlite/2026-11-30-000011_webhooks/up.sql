-- Receivers of webhooks. `kinds` is a list of kinds of events; without one it is every kind. The secrets are sealed.
CREATE TABLE webhooks (
    id BLOB NOT NULL,
    rev INTEGER NOT NULL,
    url TEXT NOT NULL,
    description TEXT NOT NULL,
    kinds TEXT,
    state TEXT NOT NULL,
    secret BLOB NOT NULL,
    old_secret BLOB,
    old_secret_until INTEGER,
    failures INTEGER NOT NULL,
    failing_since INTEGER,
    retry_at INTEGER,
    succeeded_at INTEGER,
    created_by BLOB,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (id)
) STRICT;

-- One row for each event and receiver. What is pending is sent at `due_at`, but never before an earlier one of the same ticket.
CREATE TABLE webhook_deliveries (
    position INTEGER NOT NULL REFERENCES outbox (position) ON DELETE CASCADE,
    webhook_id BLOB NOT NULL REFERENCES webhooks (id) ON DELETE CASCADE,
    ticket_id BLOB,
    state TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    due_at INTEGER,
    fault TEXT,
    status INTEGER,
    tried_at INTEGER,
    PRIMARY KEY (position, webhook_id)
) STRICT;
CREATE INDEX webhook_deliveries_list ON webhook_deliveries (webhook_id, state, position);
CREATE INDEX webhook_deliveries_pending ON webhook_deliveries (webhook_id, ticket_id, position) WHERE state = 'pending';
