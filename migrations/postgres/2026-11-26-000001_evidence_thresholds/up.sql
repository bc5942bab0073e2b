-- How much evidence of a category may deviate, where that is not as usual.
ALTER TABLE categories ADD COLUMN evidence_thresholds jsonb NOT NULL DEFAULT '{}';
