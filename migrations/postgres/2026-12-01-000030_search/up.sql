-- An index of the letters, pairs and triples of letters in tickets, by blocks of at most 4,096 tickets in the order of the lists. It is made in the
-- background; what is not in it yet waits in a table of its own, which searches read whole.
CREATE TABLE search_blocks (
    block bigint NOT NULL,
    -- Version of the fold by which its texts were folded.
    fold_version bigint NOT NULL,
    -- When the newest and the oldest of its tickets were stored.
    newest_at timestamptz NOT NULL,
    oldest_at timestamptz NOT NULL,
    PRIMARY KEY (block)
);
-- Where in a block the tickets are that have a gram, or lie in an area. Grams are compared as bytes, whatever the database's locale.
CREATE TABLE search_grams (
    block bigint NOT NULL,
    gram text COLLATE "C" NOT NULL,
    places bytea NOT NULL,
    PRIMARY KEY (block, gram)
);
-- Which ticket a place of a block is: 4,096 times the block and the place.
CREATE TABLE search_places (
    place bigint NOT NULL,
    ticket_id uuid NOT NULL,
    PRIMARY KEY (place)
);
CREATE TABLE search_waiting (
    seq bigint GENERATED ALWAYS AS IDENTITY,
    ticket_id uuid NOT NULL,
    stored_at timestamptz NOT NULL,
    text_folded text NOT NULL,
    PRIMARY KEY (seq)
);
CREATE FUNCTION search_wait() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO search_waiting (ticket_id, stored_at, text_folded) VALUES (NEW.id, NEW.stored_at, NEW.text_folded);
    RETURN NULL;
END
$$;
CREATE TRIGGER search_of_new_tickets AFTER INSERT ON tickets FOR EACH ROW EXECUTE FUNCTION search_wait();
CREATE TRIGGER search_of_changed_tickets AFTER UPDATE ON tickets FOR EACH ROW
WHEN (OLD.text IS DISTINCT FROM NEW.text OR OLD.address_text IS DISTINCT FROM NEW.address_text OR OLD.areas IS DISTINCT FROM NEW.areas
    OR OLD.leaf_areas IS DISTINCT FROM NEW.leaf_areas OR OLD.category_id IS DISTINCT FROM NEW.category_id
    OR OLD.stored_at IS DISTINCT FROM NEW.stored_at)
EXECUTE FUNCTION search_wait();
-- After the triggers: whoever stores a ticket waits from then on until they are there, so none is missed between.
INSERT INTO search_waiting (ticket_id, stored_at, text_folded)
    SELECT id, stored_at, text_folded FROM tickets ORDER BY stored_at, id;
