DROP TRIGGER search_of_changed_tickets;
DROP TRIGGER search_of_new_tickets;
DROP TABLE search_waiting;
DROP TABLE search_places;
DROP TABLE search_grams;
DROP TABLE search_blocks;
