-- Rounds through an area without a ticket.
CREATE TABLE patrols (
    id BLOB NOT NULL,
    rev INTEGER NOT NULL,
    actor BLOB NOT NULL,
    organisation_id BLOB,
    device_id BLOB,
    area_id BLOB,
    started_at INTEGER,
    started_est INTEGER,
    finished_at INTEGER NOT NULL,
    finished_est INTEGER NOT NULL,
    received_at INTEGER NOT NULL,
    start_lat REAL,
    start_lon REAL,
    start_accuracy_m REAL,
    end_lat REAL,
    end_lon REAL,
    end_accuracy_m REAL,
    mock TEXT NOT NULL,
    outcome TEXT NOT NULL,
    tickets TEXT NOT NULL,
    note TEXT,
    eff INTEGER NOT NULL,
    stored_at INTEGER NOT NULL,
    PRIMARY KEY (id)
) STRICT;
-- The list: newest first, of an area, of a person.
CREATE INDEX patrols_stored_at ON patrols (stored_at, id);
CREATE INDEX patrols_area_id ON patrols (area_id, stored_at, id);
CREATE INDEX patrols_actor ON patrols (actor, stored_at, id);
CREATE INDEX patrols_finished_est ON patrols (finished_est);
