CREATE TABLE organisations (
    id uuid NOT NULL,
    rev bigint NOT NULL,
    code text COLLATE "C" NOT NULL,
    kind text COLLATE "C" NOT NULL,
    name_fa text COLLATE "C" NOT NULL,
    name_en text COLLATE "C" NOT NULL,
    parent_id uuid REFERENCES organisations (id),
    state text COLLATE "C" NOT NULL,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (id),
    UNIQUE (code)
);

CREATE TABLE accounts (
    id uuid NOT NULL,
    rev bigint NOT NULL,
    login text COLLATE "C" NOT NULL,
    display_name text COLLATE "C" NOT NULL,
    locale text COLLATE "C" NOT NULL,
    state text COLLATE "C" NOT NULL,
    phone_encrypted bytea,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    name_folded text COLLATE "C" NOT NULL,
    PRIMARY KEY (id),
    UNIQUE (login)
);

CREATE TABLE role_grants (
    id uuid NOT NULL,
    account_id uuid NOT NULL REFERENCES accounts (id),
    role text COLLATE "C" NOT NULL,
    organisation_id uuid REFERENCES organisations (id),
    areas jsonb NOT NULL,
    valid_from timestamptz NOT NULL,
    valid_to timestamptz,
    PRIMARY KEY (id)
);
CREATE INDEX role_grants_account_id ON role_grants (account_id);
CREATE INDEX role_grants_organisation_id ON role_grants (organisation_id);

CREATE TABLE devices (
    id uuid NOT NULL,
    rev bigint NOT NULL,
    account_id uuid NOT NULL REFERENCES accounts (id),
    nonce text COLLATE "C" NOT NULL,
    name text COLLATE "C" NOT NULL,
    platform text COLLATE "C" NOT NULL,
    app_version text COLLATE "C" NOT NULL,
    enrolled_at timestamptz NOT NULL,
    revoked_at timestamptz,
    last_pull_at timestamptz,
    last_push_at timestamptz,
    applied_through bigint NOT NULL,
    chain text COLLATE "C" NOT NULL,
    clock_offset_us bigint NOT NULL,
    clock_trust text COLLATE "C" NOT NULL,
    last_eff timestamptz NOT NULL,
    pending bigint NOT NULL,
    acked_through bigint NOT NULL,
    PRIMARY KEY (id),
    UNIQUE (account_id, nonce)
);

CREATE TABLE areas (
    id uuid NOT NULL,
    rev bigint NOT NULL,
    code text COLLATE "C" NOT NULL,
    kind text COLLATE "C" NOT NULL,
    parent_id uuid REFERENCES areas (id),
    name_fa text COLLATE "C" NOT NULL,
    name_en text COLLATE "C" NOT NULL,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (id),
    UNIQUE (code)
);
CREATE INDEX areas_parent_id ON areas (parent_id);

CREATE TABLE area_shapes (
    id uuid NOT NULL,
    area_id uuid NOT NULL REFERENCES areas (id),
    valid_from timestamptz NOT NULL,
    valid_to timestamptz,
    geometry jsonb NOT NULL,
    vertices bigint NOT NULL,
    source text COLLATE "C" NOT NULL,
    PRIMARY KEY (id),
    UNIQUE (area_id, valid_from)
);

CREATE TABLE checklists (
    id uuid NOT NULL,
    rev bigint NOT NULL,
    code text COLLATE "C" NOT NULL,
    version bigint NOT NULL,
    items jsonb NOT NULL,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (id),
    UNIQUE (code, version)
);

CREATE TABLE categories (
    id uuid NOT NULL,
    rev bigint NOT NULL,
    code text COLLATE "C" NOT NULL,
    parent_id uuid REFERENCES categories (id),
    name_fa text COLLATE "C" NOT NULL,
    name_en text COLLATE "C" NOT NULL,
    synonyms jsonb NOT NULL,
    owner_id uuid REFERENCES organisations (id),
    hazard text COLLATE "C" NOT NULL,
    default_priority text COLLATE "C" NOT NULL,
    evidence jsonb NOT NULL,
    needs_inspection boolean NOT NULL,
    accept_minutes bigint NOT NULL,
    resolve_minutes bigint NOT NULL,
    evidence_radius_m double precision NOT NULL,
    checklist_id uuid REFERENCES checklists (id),
    state text COLLATE "C" NOT NULL,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (id),
    UNIQUE (code)
);

CREATE TABLE contracts (
    id uuid NOT NULL,
    rev bigint NOT NULL,
    number text COLLATE "C" NOT NULL,
    organisation_id uuid NOT NULL REFERENCES organisations (id),
    valid_from timestamptz NOT NULL,
    valid_to timestamptz NOT NULL,
    status text COLLATE "C" NOT NULL,
    daily_capacity bigint,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (id),
    UNIQUE (number)
);
CREATE INDEX contracts_organisation_id ON contracts (organisation_id);

CREATE TABLE coverages (
    id uuid NOT NULL,
    rev bigint NOT NULL,
    contract_id uuid NOT NULL REFERENCES contracts (id),
    area_id uuid NOT NULL REFERENCES areas (id),
    category_id uuid REFERENCES categories (id),
    descent text COLLATE "C" NOT NULL,
    rank bigint NOT NULL,
    valid_from timestamptz NOT NULL,
    valid_to timestamptz,
    daily_capacity bigint,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (id)
);
CREATE INDEX coverages_contract_id ON coverages (contract_id);
CREATE INDEX coverages_area_id ON coverages (area_id);

CREATE TABLE tickets (
    id uuid NOT NULL,
    rev bigint NOT NULL,
    stamp timestamptz NOT NULL,
    code text COLLATE "C" NOT NULL,
    category_id uuid NOT NULL REFERENCES categories (id),
    text text COLLATE "C" NOT NULL,
    address_text text COLLATE "C",
    lat double precision NOT NULL,
    lon double precision NOT NULL,
    accuracy_m double precision,
    point_source text COLLATE "C" NOT NULL,
    areas jsonb NOT NULL,
    leaf_areas jsonb NOT NULL,
    boundary text COLLATE "C" NOT NULL,
    priority text COLLATE "C" NOT NULL,
    hazard text COLLATE "C" NOT NULL,
    status text COLLATE "C" NOT NULL,
    status_reason text COLLATE "C",
    origin text COLLATE "C" NOT NULL,
    created_by uuid NOT NULL,
    created_device uuid,
    created_org uuid,
    created_at timestamptz NOT NULL,
    promise_at timestamptz,
    duplicate_of uuid,
    supporters bigint NOT NULL,
    source_ref text COLLATE "C",
    registers jsonb NOT NULL,
    updated_at timestamptz NOT NULL,
    text_folded text COLLATE "C" NOT NULL,
    cell bigint NOT NULL,
    PRIMARY KEY (id),
    UNIQUE (code),
    UNIQUE (source_ref)
);
CREATE INDEX tickets_cell_category_id ON tickets (cell, category_id);
CREATE INDEX tickets_status_id ON tickets (status, id);
CREATE INDEX tickets_category_id_id ON tickets (category_id, id);
CREATE INDEX tickets_duplicate_of ON tickets (duplicate_of);

CREATE TABLE ticket_areas (
    area_id uuid NOT NULL,
    ticket_id uuid NOT NULL REFERENCES tickets (id),
    PRIMARY KEY (area_id, ticket_id)
);
CREATE INDEX ticket_areas_ticket_id ON ticket_areas (ticket_id);

CREATE TABLE status_changes (
    id uuid NOT NULL,
    ticket_id uuid NOT NULL REFERENCES tickets (id),
    from_status text COLLATE "C",
    to_status text COLLATE "C" NOT NULL,
    actor uuid,
    reason text COLLATE "C",
    at timestamptz NOT NULL,
    PRIMARY KEY (id)
);
CREATE INDEX status_changes_ticket_id ON status_changes (ticket_id);

CREATE TABLE field_edits (
    id uuid NOT NULL,
    mutation_id uuid NOT NULL,
    ticket_id uuid NOT NULL REFERENCES tickets (id),
    field text COLLATE "C" NOT NULL,
    value jsonb NOT NULL,
    actor uuid NOT NULL,
    office boolean NOT NULL,
    base bigint NOT NULL,
    v bigint NOT NULL,
    eff timestamptz NOT NULL,
    PRIMARY KEY (id),
    UNIQUE (mutation_id, field)
);
CREATE INDEX field_edits_ticket_id ON field_edits (ticket_id);

CREATE TABLE calls (
    id uuid NOT NULL,
    ticket_id uuid REFERENCES tickets (id),
    outcome text COLLATE "C" NOT NULL,
    caller_hash bytea,
    caller_encrypted bytea,
    taken_by uuid NOT NULL,
    taken_at timestamptz NOT NULL,
    PRIMARY KEY (id)
);
CREATE INDEX calls_ticket_id ON calls (ticket_id);
CREATE INDEX calls_caller_hash ON calls (caller_hash);

CREATE TABLE work_orders (
    id uuid NOT NULL,
    rev bigint NOT NULL,
    stamp timestamptz NOT NULL,
    ticket_id uuid NOT NULL REFERENCES tickets (id),
    kind text COLLATE "C" NOT NULL,
    state text COLLATE "C" NOT NULL,
    epoch bigint NOT NULL,
    round bigint NOT NULL,
    assignment_id uuid,
    organisation_id uuid,
    account_id uuid,
    contract_id uuid,
    coverage_id uuid,
    explanation jsonb NOT NULL,
    evidence jsonb NOT NULL,
    flags jsonb NOT NULL,
    accept_due timestamptz,
    resolve_due timestamptz,
    reason text COLLATE "C",
    review_at timestamptz,
    submitted_by uuid,
    submitted_org uuid,
    findings jsonb,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (id)
);
CREATE INDEX work_orders_ticket_id ON work_orders (ticket_id);
CREATE INDEX work_orders_organisation_id_state_id ON work_orders (organisation_id, state, id);
CREATE INDEX work_orders_account_id_state ON work_orders (account_id, state);
CREATE INDEX work_orders_state_accept_due ON work_orders (state, accept_due);
CREATE INDEX work_orders_created_at_id ON work_orders (created_at, id);

CREATE TABLE assignments (
    id uuid NOT NULL,
    rev bigint NOT NULL,
    work_order_id uuid NOT NULL REFERENCES work_orders (id),
    ticket_id uuid NOT NULL,
    epoch bigint NOT NULL,
    until_epoch bigint NOT NULL,
    organisation_id uuid,
    account_id uuid,
    contract_id uuid,
    coverage_id uuid,
    rank bigint NOT NULL,
    offered_at timestamptz NOT NULL,
    expires_at timestamptz,
    answer text COLLATE "C",
    reason text COLLATE "C",
    answered_at timestamptz,
    PRIMARY KEY (id),
    UNIQUE (work_order_id, epoch)
);
CREATE INDEX assignments_ticket_id ON assignments (ticket_id);

CREATE TABLE work_events (
    id uuid NOT NULL,
    rev bigint NOT NULL,
    work_order_id uuid NOT NULL REFERENCES work_orders (id),
    ticket_id uuid NOT NULL,
    epoch bigint NOT NULL,
    kind text COLLATE "C" NOT NULL,
    actor uuid NOT NULL,
    organisation_id uuid,
    device_id uuid,
    visit_id uuid,
    args jsonb NOT NULL,
    at timestamptz NOT NULL,
    eff timestamptz NOT NULL,
    standing text COLLATE "C" NOT NULL,
    PRIMARY KEY (id)
);
CREATE INDEX work_events_ticket_id ON work_events (ticket_id);

CREATE TABLE rounds (
    id uuid NOT NULL,
    rev bigint NOT NULL,
    work_order_id uuid NOT NULL REFERENCES work_orders (id),
    ticket_id uuid NOT NULL,
    number bigint NOT NULL,
    epoch bigint NOT NULL,
    submitted_by uuid NOT NULL,
    submitted_org uuid,
    submitted_at timestamptz NOT NULL,
    event_id uuid NOT NULL,
    verdict text COLLATE "C" NOT NULL,
    verdict_by uuid,
    verdict_at timestamptz,
    verdict_mutation uuid,
    defects jsonb NOT NULL,
    note text COLLATE "C",
    rework_due timestamptz,
    PRIMARY KEY (id),
    UNIQUE (work_order_id, number)
);
CREATE INDEX rounds_ticket_id ON rounds (ticket_id);
CREATE INDEX rounds_submitted_at_id ON rounds (submitted_at, id);

CREATE TABLE visits (
    id uuid NOT NULL,
    rev bigint NOT NULL,
    ticket_id uuid NOT NULL REFERENCES tickets (id),
    work_order_id uuid,
    kind text COLLATE "C" NOT NULL,
    actor uuid NOT NULL,
    organisation_id uuid,
    device_id uuid,
    arrived_at timestamptz NOT NULL,
    arrived_est timestamptz NOT NULL,
    received_at timestamptz NOT NULL,
    left_est timestamptz,
    lat double precision,
    lon double precision,
    accuracy_m double precision,
    mock text COLLATE "C" NOT NULL,
    distance_m double precision,
    outcome text COLLATE "C",
    eff timestamptz NOT NULL,
    PRIMARY KEY (id)
);
CREATE INDEX visits_ticket_id ON visits (ticket_id);
CREATE INDEX visits_actor_arrived_est ON visits (actor, arrived_est);

CREATE TABLE notes (
    id uuid NOT NULL,
    rev bigint NOT NULL,
    ticket_id uuid NOT NULL REFERENCES tickets (id),
    work_order_id uuid,
    actor uuid,
    organisation_id uuid,
    audience text COLLATE "C" NOT NULL,
    text text COLLATE "C" NOT NULL,
    eff timestamptz NOT NULL,
    removed_at timestamptz,
    PRIMARY KEY (id)
);
CREATE INDEX notes_ticket_id ON notes (ticket_id);

CREATE TABLE measurements (
    id uuid NOT NULL,
    rev bigint NOT NULL,
    ticket_id uuid NOT NULL REFERENCES tickets (id),
    work_order_id uuid,
    visit_id uuid,
    epoch bigint,
    item text COLLATE "C" NOT NULL,
    quantity double precision NOT NULL,
    unit text COLLATE "C" NOT NULL,
    supersedes uuid,
    actor uuid NOT NULL,
    organisation_id uuid,
    eff timestamptz NOT NULL,
    PRIMARY KEY (id)
);
CREATE INDEX measurements_ticket_id ON measurements (ticket_id);

CREATE TABLE checklist_answers (
    id uuid NOT NULL,
    rev bigint NOT NULL,
    ticket_id uuid NOT NULL REFERENCES tickets (id),
    work_order_id uuid,
    visit_id uuid NOT NULL,
    checklist_id uuid NOT NULL,
    item text COLLATE "C" NOT NULL,
    value jsonb NOT NULL,
    actor uuid NOT NULL,
    organisation_id uuid,
    mutation_id uuid NOT NULL,
    eff timestamptz NOT NULL,
    standing text COLLATE "C" NOT NULL,
    PRIMARY KEY (id)
);
CREATE INDEX checklist_answers_ticket_id ON checklist_answers (ticket_id);

CREATE TABLE photos (
    id uuid NOT NULL,
    rev bigint NOT NULL,
    ticket_id uuid NOT NULL REFERENCES tickets (id),
    work_order_id uuid,
    visit_id uuid,
    kind text COLLATE "C" NOT NULL,
    actor uuid NOT NULL,
    organisation_id uuid,
    device_id uuid,
    sha256 text COLLATE "C" NOT NULL,
    bytes bigint NOT NULL,
    mime text COLLATE "C" NOT NULL,
    width bigint,
    height bigint,
    captured_at timestamptz NOT NULL,
    captured_est timestamptz NOT NULL,
    lat double precision,
    lon double precision,
    accuracy_m double precision,
    heading_deg double precision,
    mock text COLLATE "C" NOT NULL,
    state text COLLATE "C" NOT NULL,
    verdicts jsonb NOT NULL,
    eff timestamptz NOT NULL,
    removed_at timestamptz,
    PRIMARY KEY (id)
);
CREATE INDEX photos_ticket_id ON photos (ticket_id);
CREATE INDEX photos_sha256 ON photos (sha256);

CREATE TABLE conflicts (
    id uuid NOT NULL,
    rev bigint NOT NULL,
    key text COLLATE "C" NOT NULL,
    kind text COLLATE "C" NOT NULL,
    severity text COLLATE "C" NOT NULL,
    ticket_id uuid NOT NULL REFERENCES tickets (id),
    work_order_id uuid,
    areas jsonb NOT NULL,
    base jsonb NOT NULL,
    theirs jsonb NOT NULL,
    mine jsonb NOT NULL,
    mutation_id uuid NOT NULL,
    other_mutation_id uuid,
    default_in_force text COLLATE "C" NOT NULL,
    status text COLLATE "C" NOT NULL,
    resolution text COLLATE "C",
    resolved_by uuid,
    resolved_at timestamptz,
    note text COLLATE "C",
    raised_at timestamptz NOT NULL,
    PRIMARY KEY (id),
    UNIQUE (key)
);
CREATE INDEX conflicts_ticket_id ON conflicts (ticket_id);
CREATE INDEX conflicts_status_raised_at ON conflicts (status, raised_at, id);

CREATE TABLE audit_entries (
    id uuid NOT NULL,
    at timestamptz NOT NULL,
    actor uuid,
    action text COLLATE "C" NOT NULL,
    entity_kind text COLLATE "C" NOT NULL,
    entity_id uuid NOT NULL,
    detail jsonb NOT NULL,
    request_id uuid,
    PRIMARY KEY (id)
);
CREATE INDEX audit_entries_entity_id ON audit_entries (entity_id);
CREATE INDEX audit_entries_at ON audit_entries (at);

CREATE TABLE credentials (
    account_id uuid NOT NULL REFERENCES accounts (id),
    password_hash text COLLATE "C" NOT NULL,
    changed_at timestamptz NOT NULL,
    PRIMARY KEY (account_id)
);

CREATE TABLE sessions (
    id uuid NOT NULL,
    account_id uuid NOT NULL REFERENCES accounts (id),
    created_at timestamptz NOT NULL,
    revoked_at timestamptz,
    revoked_reason text COLLATE "C",
    PRIMARY KEY (id)
);
CREATE INDEX sessions_account_id ON sessions (account_id);

CREATE TABLE refresh_tokens (
    hash bytea NOT NULL,
    session_id uuid NOT NULL REFERENCES sessions (id),
    issued_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    used_at timestamptz,
    previous bytea,
    PRIMARY KEY (hash)
);
CREATE INDEX refresh_tokens_session_id ON refresh_tokens (session_id);

CREATE TABLE login_throttles (
    subject text COLLATE "C" NOT NULL,
    failures bigint NOT NULL,
    last_at timestamptz NOT NULL,
    blocked_until timestamptz,
    PRIMARY KEY (subject)
);

CREATE TABLE signing_keys (
    kid text COLLATE "C" NOT NULL,
    sealed bytea NOT NULL,
    created_at timestamptz NOT NULL,
    retired_at timestamptz,
    PRIMARY KEY (kid)
);

CREATE TABLE server_state (
    name text COLLATE "C" NOT NULL,
    value text COLLATE "C" NOT NULL,
    PRIMARY KEY (name)
);
-- What versions and cursors belong to; a restore of the database makes another one.
INSERT INTO server_state (name, value) VALUES ('feed_epoch', gen_random_uuid()::text);

CREATE TABLE idempotency_keys (
    account_id uuid NOT NULL,
    idem_key text COLLATE "C" NOT NULL,
    request_hash bytea NOT NULL,
    status bigint NOT NULL,
    body jsonb NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (account_id, idem_key)
);

CREATE TABLE coverage_use (
    subject uuid NOT NULL,
    day bigint NOT NULL,
    used bigint NOT NULL,
    PRIMARY KEY (subject, day)
);

CREATE TABLE mutations (
    id uuid NOT NULL,
    device_id uuid NOT NULL REFERENCES devices (id),
    seq bigint NOT NULL,
    group_id uuid,
    cmd text COLLATE "C" NOT NULL,
    version bigint NOT NULL,
    entity uuid NOT NULL,
    base bigint,
    seen_ts bigint,
    epoch bigint,
    at timestamptz NOT NULL,
    up bigint,
    boot text COLLATE "C",
    actor uuid NOT NULL,
    args jsonb NOT NULL,
    content_hash bytea NOT NULL,
    received_at timestamptz NOT NULL,
    est timestamptz NOT NULL,
    eff timestamptz NOT NULL,
    skew_us bigint NOT NULL,
    status text COLLATE "C" NOT NULL,
    code text COLLATE "C",
    conflict_id uuid,
    result_v bigint,
    detail text COLLATE "C",
    waits_for uuid,
    attempts bigint NOT NULL,
    revised_at timestamptz,
    PRIMARY KEY (id)
);
CREATE INDEX mutations_device_id_seq ON mutations (device_id, seq);
CREATE INDEX mutations_waits_for ON mutations (waits_for) WHERE waits_for IS NOT NULL;
CREATE INDEX mutations_entity ON mutations (entity);
CREATE INDEX mutations_conflict_id ON mutations (conflict_id) WHERE conflict_id IS NOT NULL;
CREATE INDEX mutations_status_received_at ON mutations (status, received_at);

CREATE TABLE channels (
    no bigint GENERATED BY DEFAULT AS IDENTITY NOT NULL,
    name text COLLATE "C" NOT NULL,
    head bigint NOT NULL,
    floor bigint NOT NULL,
    count bigint NOT NULL,
    digest bigint NOT NULL,
    PRIMARY KEY (no),
    UNIQUE (name)
);

CREATE TABLE feed (
    channel bigint NOT NULL,
    kind text COLLATE "C" NOT NULL,
    entity uuid NOT NULL,
    seq bigint NOT NULL,
    v bigint NOT NULL,
    present boolean NOT NULL,
    PRIMARY KEY (channel, kind, entity),
    UNIQUE (channel, seq)
);
CREATE INDEX feed_entity ON feed (entity);

CREATE TABLE feed_marks (
    channel bigint NOT NULL,
    seq bigint NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (channel, seq)
);
CREATE INDEX feed_marks_at ON feed_marks (at);

-- What an app of WatermelonDB had after a pull: it names a snapshot by its number.
CREATE TABLE watermelon_snapshots (
    device_id uuid NOT NULL REFERENCES devices (id),
    number bigint NOT NULL,
    taken_at timestamptz NOT NULL,
    positions text COLLATE "C" NOT NULL,
    messages jsonb NOT NULL,
    PRIMARY KEY (device_id, number)
);
