-- Receivers of webhooks. `kinds` is a list of kinds of events; without one it is every kind. The secrets are sealed.
CREATE TABLE webhooks (
    id uuid NOT NULL,
    rev bigint NOT NULL,
    url text COLLATE "C" NOT NULL,
    description text COLLATE "C" NOT NULL,
    kinds jsonb,
    state text COLLATE "C" NOT NULL,
    secret bytea NOT NULL,
    old_secret bytea,
    old_secret_until timestamptz,
    failures bigint NOT NULL,
    failing_since timestamptz,
    retry_at timestamptz,
    succeeded_at timestamptz,
    created_by uuid,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (id)
);

-- One row for each event and receiver. What is pending is sent at `due_at`, but never before an earlier one of the same ticket.
CREATE TABLE webhook_deliveries (
    position bigint NOT NULL REFERENCES outbox (position) ON DELETE CASCADE,
    webhook_id uuid NOT NULL REFERENCES webhooks (id) ON DELETE CASCADE,
    ticket_id uuid,
    state text COLLATE "C" NOT NULL,
    attempts bigint NOT NULL,
    due_at timestamptz,
    fault text COLLATE "C",
    status bigint,
    tried_at timestamptz,
    PRIMARY KEY (position, webhook_id)
);
CREATE INDEX webhook_deliveries_list ON webhook_deliveries (webhook_id, state, position);
CREATE INDEX webhook_deliveries_pending ON webhook_deliveries (webhook_id, ticket_id, position) WHERE state = 'pending';
