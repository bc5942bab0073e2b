ALTER TABLE notices DROP COLUMN raised_by;
