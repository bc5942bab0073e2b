ALTER TABLE ticket_areas DROP COLUMN leaf;
