-- Which of a ticket's areas are its smallest: who reads the ticket by place follows from them and from the areas that lie above them now.
ALTER TABLE ticket_areas ADD COLUMN leaf boolean NOT NULL DEFAULT TRUE;
UPDATE ticket_areas SET leaf = FALSE FROM tickets
    WHERE tickets.id = ticket_areas.ticket_id AND NOT tickets.leaf_areas @> to_jsonb(ticket_areas.area_id::text);
