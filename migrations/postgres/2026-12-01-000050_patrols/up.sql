-- Rounds through an area without a ticket.
CREATE TABLE patrols (
    id uuid NOT NULL,
    rev bigint NOT NULL,
    actor uuid NOT NULL,
    organisation_id uuid,
    device_id uuid,
    area_id uuid,
    started_at timestamptz,
    started_est timestamptz,
    finished_at timestamptz NOT NULL,
    finished_est timestamptz NOT NULL,
    received_at timestamptz NOT NULL,
    start_lat double precision,
    start_lon double precision,
    start_accuracy_m double precision,
    end_lat double precision,
    end_lon double precision,
    end_accuracy_m double precision,
    mock text COLLATE "C" NOT NULL,
    outcome text COLLATE "C" NOT NULL,
    tickets jsonb NOT NULL,
    note text COLLATE "C",
    eff timestamptz NOT NULL,
    stored_at timestamptz NOT NULL,
    PRIMARY KEY (id)
);
-- The list: newest first, of an area, of a person.
CREATE INDEX patrols_stored_at ON patrols (stored_at, id);
CREATE INDEX patrols_area_id ON patrols (area_id, stored_at, id);
CREATE INDEX patrols_actor ON patrols (actor, stored_at, id);
CREATE INDEX patrols_finished_est ON patrols (finished_est);
