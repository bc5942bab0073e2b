CREATE INDEX tickets_cell_category_id ON tickets (cell, category_id);
DROP INDEX tickets_cell_category_id_created_at;
