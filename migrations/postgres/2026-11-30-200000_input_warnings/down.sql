ALTER TABLE mutations DROP COLUMN warnings;
