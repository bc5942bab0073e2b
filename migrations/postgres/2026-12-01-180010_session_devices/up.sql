-- The devices that a login registered, or pulled or pushed with: it ends when one of them is revoked.
CREATE TABLE session_devices (
    session_id uuid NOT NULL REFERENCES sessions (id),
    device_id uuid NOT NULL REFERENCES devices (id),
    PRIMARY KEY (session_id, device_id)
);
CREATE INDEX session_devices_device_id ON session_devices (device_id);
