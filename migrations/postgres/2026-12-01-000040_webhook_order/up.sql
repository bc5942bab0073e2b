-- What is due for a receiver, least tried first.
CREATE INDEX webhook_deliveries_due ON webhook_deliveries (webhook_id, attempts, position) WHERE state = 'pending';
