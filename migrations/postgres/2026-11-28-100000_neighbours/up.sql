-- What may be the same as a new ticket: near, of the same category, of the same time.
CREATE INDEX tickets_cell_category_id_created_at ON tickets (cell, category_id, created_at);
DROP INDEX tickets_cell_category_id;
