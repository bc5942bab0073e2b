-- What lost a merge can be read: the device of an edit, and the earlier texts of a note and outcomes of a visit.
ALTER TABLE field_edits ADD COLUMN device_id BLOB;
ALTER TABLE notes ADD COLUMN writes TEXT NOT NULL DEFAULT '[]';
ALTER TABLE visits ADD COLUMN writes TEXT NOT NULL DEFAULT '[]';
