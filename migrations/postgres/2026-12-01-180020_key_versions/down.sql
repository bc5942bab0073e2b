DELETE FROM idempotency_keys;
UPDATE calls SET caller_hash = substring(caller_hash FROM 3) WHERE length(caller_hash) = 34;
DELETE FROM server_state WHERE name = 'master_key';
