-- What is looked for again and again, and would walk through all rows: what has expired, and the newest conflicts of any kind.
CREATE INDEX refresh_tokens_expires_at ON refresh_tokens (expires_at);
CREATE INDEX idempotency_keys_created_at ON idempotency_keys (created_at);
CREATE INDEX conflicts_raised_at_id ON conflicts (raised_at, id);
-- Answers that were changed after they had been given, for all devices of who gave them.
CREATE INDEX mutations_revised ON mutations (actor, revised_at) WHERE revised_at IS NOT NULL;
