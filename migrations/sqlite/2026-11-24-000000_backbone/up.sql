CREATE TABLE organisations (
    id BLOB NOT NULL,
    rev INTEGER NOT NULL,
    code TEXT NOT NULL,
    kind TEXT NOT NULL,
    name_fa TEXT NOT NULL,
    name_en TEXT NOT NULL,
    parent_id BLOB REFERENCES organisations (id),
    state TEXT NOT NULL,
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (id),
    UNIQUE (code)
) STRICT;

CREATE TABLE accounts (
    id BLOB NOT NULL,
    rev INTEGER NOT NULL,
    login TEXT NOT NULL,
    display_name TEXT NOT NULL,
    locale TEXT NOT NULL,
    state TEXT NOT NULL,
    phone_encrypted BLOB,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    name_folded TEXT NOT NULL,
    PRIMARY KEY (id),
    UNIQUE (login)
) STRICT;

CREATE TABLE role_grants (
    id BLOB NOT NULL,
    account_id BLOB NOT NULL REFERENCES accounts (id),
    role TEXT NOT NULL,
    organisation_id BLOB REFERENCES organisations (id),
    areas TEXT NOT NULL,
    valid_from INTEGER NOT NULL,
    valid_to INTEGER,
    PRIMARY KEY (id)
) STRICT;
CREATE INDEX role_grants_account_id ON role_grants (account_id);
CREATE INDEX role_grants_organisation_id ON role_grants (organisation_id);

CREATE TABLE devices (
    id BLOB NOT NULL,
    rev INTEGER NOT NULL,
    account_id BLOB NOT NULL REFERENCES accounts (id),
    nonce TEXT NOT NULL,
    name TEXT NOT NULL,
    platform TEXT NOT NULL,
    app_version TEXT NOT NULL,
    enrolled_at INTEGER NOT NULL,
    revoked_at INTEGER,
    last_pull_at INTEGER,
    last_push_at INTEGER,
    applied_through INTEGER NOT NULL,
    chain TEXT NOT NULL,
    clock_offset_us INTEGER NOT NULL,
    clock_trust TEXT NOT NULL,
    last_eff INTEGER NOT NULL,
    pending INTEGER NOT NULL,
    acked_through INTEGER NOT NULL,
    PRIMARY KEY (id),
    UNIQUE (account_id, nonce)
) STRICT;

CREATE TABLE areas (
    id BLOB NOT NULL,
    rev INTEGER NOT NULL,
    code TEXT NOT NULL,
    kind TEXT NOT NULL,
    parent_id BLOB REFERENCES areas (id),
    name_fa TEXT NOT NULL,
    name_en TEXT NOT NULL,
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (id),
    UNIQUE (code)
) STRICT;
CREATE INDEX areas_parent_id ON areas (parent_id);

CREATE TABLE area_shapes (
    id BLOB NOT NULL,
    area_id BLOB NOT NULL REFERENCES areas (id),
    valid_from INTEGER NOT NULL,
    valid_to INTEGER,
    geometry TEXT NOT NULL,
    vertices INTEGER NOT NULL,
    source TEXT NOT NULL,
    PRIMARY KEY (id),
    UNIQUE (area_id, valid_from)
) STRICT;

CREATE TABLE checklists (
    id BLOB NOT NULL,
    rev INTEGER NOT NULL,
    code TEXT NOT NULL,
    version INTEGER NOT NULL,
    items TEXT NOT NULL,
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (id),
    UNIQUE (code, version)
) STRICT;

CREATE TABLE categories (
    id BLOB NOT NULL,
    rev INTEGER NOT NULL,
    code TEXT NOT NULL,
    parent_id BLOB REFERENCES categories (id),
    name_fa TEXT NOT NULL,
    name_en TEXT NOT NULL,
    synonyms TEXT NOT NULL,
    owner_id BLOB REFERENCES organisations (id),
    hazard TEXT NOT NULL,
    default_priority TEXT NOT NULL,
    evidence TEXT NOT NULL,
    needs_inspection INTEGER NOT NULL,
    accept_minutes INTEGER NOT NULL,
    resolve_minutes INTEGER NOT NULL,
    evidence_radius_m REAL NOT NULL,
    checklist_id BLOB REFERENCES checklists (id),
    state TEXT NOT NULL,
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (id),
    UNIQUE (code)
) STRICT;

CREATE TABLE contracts (
    id BLOB NOT NULL,
    rev INTEGER NOT NULL,
    number TEXT NOT NULL,
    organisation_id BLOB NOT NULL REFERENCES organisations (id),
    valid_from INTEGER NOT NULL,
    valid_to INTEGER NOT NULL,
    status TEXT NOT NULL,
    daily_capacity INTEGER,
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (id),
    UNIQUE (number)
) STRICT;
CREATE INDEX contracts_organisation_id ON contracts (organisation_id);

CREATE TABLE coverages (
    id BLOB NOT NULL,
    rev INTEGER NOT NULL,
    contract_id BLOB NOT NULL REFERENCES contracts (id),
    area_id BLOB NOT NULL REFERENCES areas (id),
    category_id BLOB REFERENCES categories (id),
    descent TEXT NOT NULL,
    rank INTEGER NOT NULL,
    valid_from INTEGER NOT NULL,
    valid_to INTEGER,
    daily_capacity INTEGER,
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (id)
) STRICT;
CREATE INDEX coverages_contract_id ON coverages (contract_id);
CREATE INDEX coverages_area_id ON coverages (area_id);

CREATE TABLE tickets (
    id BLOB NOT NULL,
    rev INTEGER NOT NULL,
    stamp INTEGER NOT NULL,
    code TEXT NOT NULL,
    category_id BLOB NOT NULL REFERENCES categories (id),
    text TEXT NOT NULL,
    address_text TEXT,
    lat REAL NOT NULL,
    lon REAL NOT NULL,
    accuracy_m REAL,
    point_source TEXT NOT NULL,
    areas TEXT NOT NULL,
    leaf_areas TEXT NOT NULL,
    boundary TEXT NOT NULL,
    priority TEXT NOT NULL,
    hazard TEXT NOT NULL,
    status TEXT NOT NULL,
    status_reason TEXT,
    origin TEXT NOT NULL,
    created_by BLOB NOT NULL,
    created_device BLOB,
    created_org BLOB,
    created_at INTEGER NOT NULL,
    promise_at INTEGER,
    duplicate_of BLOB,
    supporters INTEGER NOT NULL,
    source_ref TEXT,
    registers TEXT NOT NULL,
    updated_at INTEGER NOT NULL,
    text_folded TEXT NOT NULL,
    cell INTEGER NOT NULL,
    PRIMARY KEY (id),
    UNIQUE (code),
    UNIQUE (source_ref)
) STRICT;
CREATE INDEX tickets_cell_category_id ON tickets (cell, category_id);
CREATE INDEX tickets_status_id ON tickets (status, id);
CREATE INDEX tickets_category_id_id ON tickets (category_id, id);
CREATE INDEX tickets_duplicate_of ON tickets (duplicate_of);

CREATE TABLE ticket_areas (
    area_id BLOB NOT NULL,
    ticket_id BLOB NOT NULL REFERENCES tickets (id),
    PRIMARY KEY (area_id, ticket_id)
) STRICT;
CREATE INDEX ticket_areas_ticket_id ON ticket_areas (ticket_id);

CREATE TABLE status_changes (
    id BLOB NOT NULL,
    ticket_id BLOB NOT NULL REFERENCES tickets (id),
    from_status TEXT,
    to_status TEXT NOT NULL,
    actor BLOB,
    reason TEXT,
    at INTEGER NOT NULL,
    PRIMARY KEY (id)
) STRICT;
CREATE INDEX status_changes_ticket_id ON status_changes (ticket_id);

CREATE TABLE field_edits (
    id BLOB NOT NULL,
    mutation_id BLOB NOT NULL,
    ticket_id BLOB NOT NULL REFERENCES tickets (id),
    field TEXT NOT NULL,
    value TEXT NOT NULL,
    actor BLOB NOT NULL,
    office INTEGER NOT NULL,
    base INTEGER NOT NULL,
    v INTEGER NOT NULL,
    eff INTEGER NOT NULL,
    PRIMARY KEY (id),
    UNIQUE (mutation_id, field)
) STRICT;
CREATE INDEX field_edits_ticket_id ON field_edits (ticket_id);

CREATE TABLE calls (
    id BLOB NOT NULL,
    ticket_id BLOB REFERENCES tickets (id),
    outcome TEXT NOT NULL,
    caller_hash BLOB,
    caller_encrypted BLOB,
    taken_by BLOB NOT NULL,
    taken_at INTEGER NOT NULL,
    PRIMARY KEY (id)
) STRICT;
CREATE INDEX calls_ticket_id ON calls (ticket_id);
CREATE INDEX calls_caller_hash ON calls (caller_hash);

CREATE TABLE work_orders (
    id BLOB NOT NULL,
    rev INTEGER NOT NULL,
    stamp INTEGER NOT NULL,
    ticket_id BLOB NOT NULL REFERENCES tickets (id),
    kind TEXT NOT NULL,
    state TEXT NOT NULL,
    epoch INTEGER NOT NULL,
    round INTEGER NOT NULL,
    assignment_id BLOB,
    organisation_id BLOB,
    account_id BLOB,
    contract_id BLOB,
    coverage_id BLOB,
    explanation TEXT NOT NULL,
    evidence TEXT NOT NULL,
    flags TEXT NOT NULL,
    accept_due INTEGER,
    resolve_due INTEGER,
    reason TEXT,
    review_at INTEGER,
    submitted_by BLOB,
    submitted_org BLOB,
    findings TEXT,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (id)
) STRICT;
CREATE INDEX work_orders_ticket_id ON work_orders (ticket_id);
CREATE INDEX work_orders_organisation_id_state_id ON work_orders (organisation_id, state, id);
CREATE INDEX work_orders_account_id_state ON work_orders (account_id, state);
CREATE INDEX work_orders_state_accept_due ON work_orders (state, accept_due);
CREATE INDEX work_orders_created_at_id ON work_orders (created_at, id);

CREATE TABLE assignments (
    id BLOB NOT NULL,
    rev INTEGER NOT NULL,
    work_order_id BLOB NOT NULL REFERENCES work_orders (id),
    ticket_id BLOB NOT NULL,
    epoch INTEGER NOT NULL,
    until_epoch INTEGER NOT NULL,
    organisation_id BLOB,
    account_id BLOB,
    contract_id BLOB,
    coverage_id BLOB,
    rank INTEGER NOT NULL,
    offered_at INTEGER NOT NULL,
    expires_at INTEGER,
    answer TEXT,
    reason TEXT,
    answered_at INTEGER,
    PRIMARY KEY (id),
    UNIQUE (work_order_id, epoch)
) STRICT;
CREATE INDEX assignments_ticket_id ON assignments (ticket_id);

CREATE TABLE work_events (
    id BLOB NOT NULL,
    rev INTEGER NOT NULL,
    work_order_id BLOB NOT NULL REFERENCES work_orders (id),
    ticket_id BLOB NOT NULL,
    epoch INTEGER NOT NULL,
    kind TEXT NOT NULL,
    actor BLOB NOT NULL,
    organisation_id BLOB,
    device_id BLOB,
    visit_id BLOB,
    args TEXT NOT NULL,
    at INTEGER NOT NULL,
    eff INTEGER NOT NULL,
    standing TEXT NOT NULL,
    PRIMARY KEY (id)
) STRICT;
CREATE INDEX work_events_ticket_id ON work_events (ticket_id);

CREATE TABLE rounds (
    id BLOB NOT NULL,
    rev INTEGER NOT NULL,
    work_order_id BLOB NOT NULL REFERENCES work_orders (id),
    ticket_id BLOB NOT NULL,
    number INTEGER NOT NULL,
    epoch INTEGER NOT NULL,
    submitted_by BLOB NOT NULL,
    submitted_org BLOB,
    submitted_at INTEGER NOT NULL,
    event_id BLOB NOT NULL,
    verdict TEXT NOT NULL,
    verdict_by BLOB,
    verdict_at INTEGER,
    verdict_mutation BLOB,
    defects TEXT NOT NULL,
    note TEXT,
    rework_due INTEGER,
    PRIMARY KEY (id),
    UNIQUE (work_order_id, number)
) STRICT;
CREATE INDEX rounds_ticket_id ON rounds (ticket_id);
CREATE INDEX rounds_submitted_at_id ON rounds (submitted_at, id);

CREATE TABLE visits (
    id BLOB NOT NULL,
    rev INTEGER NOT NULL,
    ticket_id BLOB NOT NULL REFERENCES tickets (id),
    work_order_id BLOB,
    kind TEXT NOT NULL,
    actor BLOB NOT NULL,
    organisation_id BLOB,
    device_id BLOB,
    arrived_at INTEGER NOT NULL,
    arrived_est INTEGER NOT NULL,
    received_at INTEGER NOT NULL,
    left_est INTEGER,
    lat REAL,
    lon REAL,
    accuracy_m REAL,
    mock TEXT NOT NULL,
    distance_m REAL,
    outcome TEXT,
    eff INTEGER NOT NULL,
    PRIMARY KEY (id)
) STRICT;
CREATE INDEX visits_ticket_id ON visits (ticket_id);
CREATE INDEX visits_actor_arrived_est ON visits (actor, arrived_est);

CREATE TABLE notes (
    id BLOB NOT NULL,
    rev INTEGER NOT NULL,
    ticket_id BLOB NOT NULL REFERENCES tickets (id),
    work_order_id BLOB,
    actor BLOB,
    organisation_id BLOB,
    audience TEXT NOT NULL,
    text TEXT NOT NULL,
    eff INTEGER NOT NULL,
    removed_at INTEGER,
    PRIMARY KEY (id)
) STRICT;
CREATE INDEX notes_ticket_id ON notes (ticket_id);

CREATE TABLE measurements (
    id BLOB NOT NULL,
    rev INTEGER NOT NULL,
    ticket_id BLOB NOT NULL REFERENCES tickets (id),
    work_order_id BLOB,
    visit_id BLOB,
    epoch INTEGER,
    item TEXT NOT NULL,
    quantity REAL NOT NULL,
    unit TEXT NOT NULL,
    supersedes BLOB,
    actor BLOB NOT NULL,
    organisation_id BLOB,
    eff INTEGER NOT NULL,
    PRIMARY KEY (id)
) STRICT;
CREATE INDEX measurements_ticket_id ON measurements (ticket_id);

CREATE TABLE checklist_answers (
    id BLOB NOT NULL,
    rev INTEGER NOT NULL,
    ticket_id BLOB NOT NULL REFERENCES tickets (id),
    work_order_id BLOB,
    visit_id BLOB NOT NULL,
    checklist_id BLOB NOT NULL,
    item TEXT NOT NULL,
    value TEXT NOT NULL,
    actor BLOB NOT NULL,
    organisation_id BLOB,
    mutation_id BLOB NOT NULL,
    eff INTEGER NOT NULL,
    standing TEXT NOT NULL,
    PRIMARY KEY (id)
) STRICT;
CREATE INDEX checklist_answers_ticket_id ON checklist_answers (ticket_id);

CREATE TABLE photos (
    id BLOB NOT NULL,
    rev INTEGER NOT NULL,
    ticket_id BLOB NOT NULL REFERENCES tickets (id),
    work_order_id BLOB,
    visit_id BLOB,
    kind TEXT NOT NULL,
    actor BLOB NOT NULL,
    organisation_id BLOB,
    device_id BLOB,
    sha256 TEXT NOT NULL,
    bytes INTEGER NOT NULL,
    mime TEXT NOT NULL,
    width INTEGER,
    height INTEGER,
    captured_at INTEGER NOT NULL,
    captured_est INTEGER NOT NULL,
    lat REAL,
    lon REAL,
    accuracy_m REAL,
    heading_deg REAL,
    mock TEXT NOT NULL,
    state TEXT NOT NULL,
    verdicts TEXT NOT NULL,
    eff INTEGER NOT NULL,
    removed_at INTEGER,
    PRIMARY KEY (id)
) STRICT;
CREATE INDEX photos_ticket_id ON photos (ticket_id);
CREATE INDEX photos_sha256 ON photos (sha256);

CREATE TABLE conflicts (
    id BLOB NOT NULL,
    rev INTEGER NOT NULL,
    key TEXT NOT NULL,
    kind TEXT NOT NULL,
    severity TEXT NOT NULL,
    ticket_id BLOB NOT NULL REFERENCES tickets (id),
    work_order_id BLOB,
    areas TEXT NOT NULL,
    base TEXT NOT NULL,
    theirs TEXT NOT NULL,
    mine TEXT NOT NULL,
    mutation_id BLOB NOT NULL,
    other_mutation_id BLOB,
    default_in_force TEXT NOT NULL,
    status TEXT NOT NULL,
    resolution TEXT,
    resolved_by BLOB,
    resolved_at INTEGER,
    note TEXT,
    raised_at INTEGER NOT NULL,
    PRIMARY KEY (id),
    UNIQUE (key)
) STRICT;
CREATE INDEX conflicts_ticket_id ON conflicts (ticket_id);
CREATE INDEX conflicts_status_raised_at ON conflicts (status, raised_at, id);

CREATE TABLE audit_entries (
    id BLOB NOT NULL,
    at INTEGER NOT NULL,
    actor BLOB,
    action TEXT NOT NULL,
    entity_kind TEXT NOT NULL,
    entity_id BLOB NOT NULL,
    detail TEXT NOT NULL,
    request_id BLOB,
    PRIMARY KEY (id)
) STRICT;
CREATE INDEX audit_entries_entity_id ON audit_entries (entity_id);
CREATE INDEX audit_entries_at ON audit_entries (at);

CREATE TABLE credentials (
    account_id BLOB NOT NULL REFERENCES accounts (id),
    password_hash TEXT NOT NULL,
    changed_at INTEGER NOT NULL,
    PRIMARY KEY (account_id)
) STRICT;

CREATE TABLE sessions (
    id BLOB NOT NULL,
    account_id BLOB NOT NULL REFERENCES accounts (id),
    created_at INTEGER NOT NULL,
    revoked_at INTEGER,
    revoked_reason TEXT,
    PRIMARY KEY (id)
) STRICT;
CREATE INDEX sessions_account_id ON sessions (account_id);

CREATE TABLE refresh_tokens (
    hash BLOB NOT NULL,
    session_id BLOB NOT NULL REFERENCES sessions (id),
    issued_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    used_at INTEGER,
    previous BLOB,
    PRIMARY KEY (hash)
) STRICT;
CREATE INDEX refresh_tokens_session_id ON refresh_tokens (session_id);

CREATE TABLE login_throttles (
    subject TEXT NOT NULL,
    failures INTEGER NOT NULL,
    last_at INTEGER NOT NULL,
    blocked_until INTEGER,
    PRIMARY KEY (subject)
) STRICT;

CREATE TABLE signing_keys (
    kid TEXT NOT NULL,
    sealed BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    retired_at INTEGER,
    PRIMARY KEY (kid)
) STRICT;

CREATE TABLE server_state (
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (name)
) STRICT;
-- What versions and cursors belong to; a restore of the database makes another one.
INSERT INTO server_state (name, value) VALUES ('feed_epoch', lower(hex(randomblob(16))));

CREATE TABLE idempotency_keys (
    account_id BLOB NOT NULL,
    idem_key TEXT NOT NULL,
    request_hash BLOB NOT NULL,
    status INTEGER NOT NULL,
    body TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (account_id, idem_key)
) STRICT;

CREATE TABLE coverage_use (
    subject BLOB NOT NULL,
    day INTEGER NOT NULL,
    used INTEGER NOT NULL,
    PRIMARY KEY (subject, day)
) STRICT;

CREATE TABLE mutations (
    id BLOB NOT NULL,
    device_id BLOB NOT NULL REFERENCES devices (id),
    seq INTEGER NOT NULL,
    group_id BLOB,
    cmd TEXT NOT NULL,
    version INTEGER NOT NULL,
    entity BLOB NOT NULL,
    base INTEGER,
    seen_ts INTEGER,
    epoch INTEGER,
    at INTEGER NOT NULL,
    up INTEGER,
    boot TEXT,
    actor BLOB NOT NULL,
    args TEXT NOT NULL,
    content_hash BLOB NOT NULL,
    received_at INTEGER NOT NULL,
    est INTEGER NOT NULL,
    eff INTEGER NOT NULL,
    skew_us INTEGER NOT NULL,
    status TEXT NOT NULL,
    code TEXT,
    conflict_id BLOB,
    result_v INTEGER,
    detail TEXT,
    waits_for BLOB,
    attempts INTEGER NOT NULL,
    revised_at INTEGER,
    PRIMARY KEY (id)
) STRICT;
CREATE INDEX mutations_device_id_seq ON mutations (device_id, seq);
CREATE INDEX mutations_waits_for ON mutations (waits_for) WHERE waits_for IS NOT NULL;
CREATE INDEX mutations_entity ON mutations (entity);
CREATE INDEX mutations_conflict_id ON mutations (conflict_id) WHERE conflict_id IS NOT NULL;
CREATE INDEX mutations_status_received_at ON mutations (status, received_at);

CREATE TABLE channels (
    no INTEGER NOT NULL,
    name TEXT NOT NULL,
    head INTEGER NOT NULL,
    floor INTEGER NOT NULL,
    count INTEGER NOT NULL,
    digest INTEGER NOT NULL,
    PRIMARY KEY (no),
    UNIQUE (name)
) STRICT;

CREATE TABLE feed (
    channel INTEGER NOT NULL,
    kind TEXT NOT NULL,
    entity BLOB NOT NULL,
    seq INTEGER NOT NULL,
    v INTEGER NOT NULL,
    present INTEGER NOT NULL,
    PRIMARY KEY (channel, kind, entity),
    UNIQUE (channel, seq)
) STRICT;
CREATE INDEX feed_entity ON feed (entity);

CREATE TABLE feed_marks (
    channel INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (channel, seq)
) STRICT;
CREATE INDEX feed_marks_at ON feed_marks (at);

-- What an app of WatermelonDB had after a pull: it names a snapshot by its number.
CREATE TABLE watermelon_snapshots (
    device_id BLOB NOT NULL REFERENCES devices (id),
    number INTEGER NOT NULL,
    taken_at INTEGER NOT NULL,
    positions TEXT NOT NULL,
    messages TEXT NOT NULL,
    PRIMARY KEY (device_id, number)
) STRICT;

-- The shape that these tables have once a city works with them. Without it SQLite takes every index to be equally good and
-- reads all entries of a channel, or all applied mutations, to find a few.
ANALYZE feed;
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
    ('feed', 'sqlite_autoindex_feed_1', '1000000 10000 1500 1'),
    ('feed', 'sqlite_autoindex_feed_2', '1000000 10000 1'),
    ('feed', 'feed_entity', '1000000 3'),
    ('mutations', 'sqlite_autoindex_mutations_1', '1000000 1'),
    ('mutations', 'mutations_device_id_seq', '1000000 1000 1'),
    ('mutations', 'mutations_waits_for', '1000 2'),
    ('mutations', 'mutations_entity', '1000000 8'),
    ('mutations', 'mutations_conflict_id', '10000 2'),
    ('mutations', 'mutations_status_received_at', '1000000 100000 1');
