-- What the bytes of stored photos say, once for each content whatever many photos have it. `due_at` is when something is to be done
-- for it: the next try to read it, photos with it to be judged, or the end of somebody's lease; without one nothing is to be done.
-- `number` counts what was read in the order of the commits, so that who knows a number knows all below it.
CREATE TABLE pictures (
    sha256 TEXT NOT NULL,
    state TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    due_at INTEGER,
    fault TEXT,
    reading TEXT,
    fingerprint INTEGER,
    gap TEXT,
    screen_bytes INTEGER,
    thumb_bytes INTEGER,
    number INTEGER,
    stored_at INTEGER NOT NULL,
    read_at INTEGER,
    PRIMARY KEY (sha256)
) STRICT;
CREATE INDEX pictures_due ON pictures (due_at);
CREATE UNIQUE INDEX pictures_number ON pictures (number);
-- Which photos of a device are neighbours in time; those that have not arrived cost nothing.
CREATE INDEX photos_stored_of_device ON photos (device_id, captured_at, id) WHERE state = 'stored';

INSERT INTO pictures (sha256, state, attempts, due_at, stored_at)
    SELECT sha256, 'waiting', 0, min(eff), min(eff) FROM photos WHERE state = 'stored' GROUP BY sha256;
