ALTER TABLE devices DROP COLUMN retired;
