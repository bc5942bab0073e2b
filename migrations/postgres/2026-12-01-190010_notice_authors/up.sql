-- The administrator whose deed a notice tells of: somebody else is to see it. So far notices told of what administrators did for themselves.
ALTER TABLE notices ADD COLUMN raised_by uuid;
UPDATE notices SET raised_by = account_id;
