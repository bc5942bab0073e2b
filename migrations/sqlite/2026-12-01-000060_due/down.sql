DROP INDEX work_orders_due_at_id;
DROP INDEX tickets_due_at_id;
ALTER TABLE work_orders DROP COLUMN due_at;
ALTER TABLE tickets DROP COLUMN due_at;
