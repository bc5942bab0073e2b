DROP TABLE access_codes;
ALTER TABLE credentials DROP COLUMN must_change;
