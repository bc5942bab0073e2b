DELETE FROM idempotency_keys;
UPDATE calls SET caller_hash = substr(caller_hash, 3) WHERE length(caller_hash) = 34;
DELETE FROM server_state WHERE name = 'master_key';
