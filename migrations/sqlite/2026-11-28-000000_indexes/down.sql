DROP INDEX mutations_revised;
DROP INDEX conflicts_raised_at_id;
DROP INDEX idempotency_keys_created_at;
DROP INDEX refresh_tokens_expires_at;
