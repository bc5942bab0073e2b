-- An index of the letters, pairs and triples of letters in tickets, by blocks of at most 4,096 tickets in the order of the lists. It is made in the
-- background; what is not in it yet waits in a table of its own, which searches read whole.
CREATE TABLE search_blocks (
    block INTEGER NOT NULL,
    -- Version of the fold by which its texts were folded.
    fold_version INTEGER NOT NULL,
    -- When the newest and the oldest of its tickets were stored.
    newest_at INTEGER NOT NULL,
    oldest_at INTEGER NOT NULL,
    PRIMARY KEY (block)
) STRICT;
-- Where in a block the tickets are that have a gram, or lie in an area.
CREATE TABLE search_grams (
    block INTEGER NOT NULL,
    gram TEXT NOT NULL,
    places BLOB NOT NULL,
    PRIMARY KEY (block, gram)
) STRICT, WITHOUT ROWID;
-- Which ticket a place of a block is: 4,096 times the block and the place.
CREATE TABLE search_places (
    place INTEGER NOT NULL,
    ticket_id BLOB NOT NULL,
    PRIMARY KEY (place)
) STRICT;
CREATE TABLE search_waiting (
    seq INTEGER NOT NULL,
    ticket_id BLOB NOT NULL,
    stored_at INTEGER NOT NULL,
    text_folded TEXT NOT NULL,
    PRIMARY KEY (seq)
) STRICT;
CREATE TRIGGER search_of_new_tickets AFTER INSERT ON tickets BEGIN
    INSERT INTO search_waiting (ticket_id, stored_at, text_folded) VALUES (NEW.id, NEW.stored_at, NEW.text_folded);
END;
CREATE TRIGGER search_of_changed_tickets AFTER UPDATE ON tickets
WHEN OLD.text IS NOT NEW.text OR OLD.address_text IS NOT NEW.address_text OR OLD.areas IS NOT NEW.areas
    OR OLD.leaf_areas IS NOT NEW.leaf_areas OR OLD.category_id IS NOT NEW.category_id OR OLD.stored_at IS NOT NEW.stored_at BEGIN
    INSERT INTO search_waiting (ticket_id, stored_at, text_folded) VALUES (NEW.id, NEW.stored_at, NEW.text_folded);
END;
-- After the triggers: none is missed between.
INSERT INTO search_waiting (ticket_id, stored_at, text_folded)
    SELECT id, stored_at, text_folded FROM tickets ORDER BY stored_at, id;
