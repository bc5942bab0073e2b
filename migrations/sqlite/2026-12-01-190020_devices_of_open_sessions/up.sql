-- Logins of a former version have no rows of the devices that they work with, so revoking a lost device would not end them. Each may have worked with
-- any device of its account.
INSERT INTO session_devices (session_id, device_id)
SELECT s.id, d.id FROM sessions s JOIN devices d ON d.account_id = s.account_id
WHERE s.revoked_at IS NULL AND (d.revoked_at IS NULL OR d.retired)
    AND NOT EXISTS (SELECT 1 FROM session_devices known WHERE known.session_id = s.id);
