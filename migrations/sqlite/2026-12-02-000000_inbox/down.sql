DROP INDEX rounds_verdict_stored_at_id;
DROP INDEX work_orders_state_stored_at_id;
DROP TABLE inbox_claims;
