-- When this server first stored a row, the order of the lists. 1970 where it is not known yet; the worker
-- dates those rows in small batches.
ALTER TABLE tickets ADD COLUMN stored_at timestamptz NOT NULL DEFAULT '1970-01-01 00:00:00+00';
ALTER TABLE work_orders ADD COLUMN stored_at timestamptz NOT NULL DEFAULT '1970-01-01 00:00:00+00';
ALTER TABLE rounds ADD COLUMN stored_at timestamptz NOT NULL DEFAULT '1970-01-01 00:00:00+00';
ALTER TABLE photos ADD COLUMN stored_at timestamptz NOT NULL DEFAULT '1970-01-01 00:00:00+00';
ALTER TABLE conflicts ADD COLUMN stored_at timestamptz NOT NULL DEFAULT '1970-01-01 00:00:00+00';
ALTER TABLE calls ADD COLUMN stored_at timestamptz NOT NULL DEFAULT '1970-01-01 00:00:00+00';
CREATE INDEX tickets_stored_at_id ON tickets (stored_at, id);
CREATE INDEX work_orders_stored_at_id ON work_orders (stored_at, id);
CREATE INDEX rounds_stored_at_id ON rounds (stored_at, id);
CREATE INDEX photos_stored_at_id ON photos (stored_at, id);
CREATE INDEX conflicts_stored_at_id ON conflicts (stored_at, id);
CREATE INDEX calls_stored_at_id ON calls (stored_at, id);
CREATE INDEX tickets_status_stored_at_id ON tickets (status, stored_at, id);
CREATE INDEX tickets_category_id_stored_at_id ON tickets (category_id, stored_at, id);
CREATE INDEX conflicts_status_stored_at_id ON conflicts (status, stored_at, id);
-- The lists were in these orders.
DROP INDEX tickets_status_id;
DROP INDEX tickets_category_id_id;
DROP INDEX work_orders_created_at_id;
DROP INDEX rounds_submitted_at_id;
DROP INDEX conflicts_status_raised_at;
DROP INDEX conflicts_raised_at_id;
