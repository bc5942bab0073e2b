ALTER TABLE categories DROP COLUMN evidence_thresholds;
