-- Those that have expired are looked for every hour.
CREATE INDEX refresh_tokens_expires_at ON refresh_tokens (expires_at);
