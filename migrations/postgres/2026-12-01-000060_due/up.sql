-- Until when something is to be done about a ticket or an order: see `due_at` of both in the domain. Nothing: it waits for nobody, or nobody was asked yet.
ALTER TABLE tickets ADD COLUMN due_at timestamptz GENERATED ALWAYS AS (
    CASE WHEN status IN ('new', 'triaged', 'in_work', 'waiting_citizen', 'deferred', 'reopen_requested') THEN promise_at END
) STORED;
ALTER TABLE work_orders ADD COLUMN due_at timestamptz GENERATED ALWAYS AS (
    CASE state
        WHEN 'offered' THEN accept_due
        WHEN 'accepted' THEN resolve_due
        WHEN 'in_progress' THEN resolve_due
        WHEN 'rework' THEN resolve_due
        WHEN 'failed_visit' THEN resolve_due
        WHEN 'on_hold' THEN review_at
    END
) STORED;
CREATE INDEX tickets_due_at_id ON tickets (due_at, id) WHERE due_at IS NOT NULL;
CREATE INDEX work_orders_due_at_id ON work_orders (due_at, id) WHERE due_at IS NOT NULL;
