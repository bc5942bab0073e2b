-- Which of a ticket's areas are its smallest: who reads the ticket by place follows from them and from the areas that lie above them now.
ALTER TABLE ticket_areas ADD COLUMN leaf INTEGER NOT NULL DEFAULT 1;
UPDATE ticket_areas SET leaf = 0 WHERE NOT EXISTS (
    SELECT 1 FROM tickets, json_each(tickets.leaf_areas) AS smallest
    WHERE tickets.id = ticket_areas.ticket_id AND replace(smallest.value, '-', '') = lower(hex(ticket_areas.area_id))
);
