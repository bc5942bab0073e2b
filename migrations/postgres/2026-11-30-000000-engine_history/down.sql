ALTER TABLE visits DROP COLUMN writes;
ALTER TABLE notes DROP COLUMN writes;
ALTER TABLE field_edits DROP COLUMN device_id;
