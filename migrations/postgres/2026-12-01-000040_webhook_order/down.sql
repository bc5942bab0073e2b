DROP INDEX webhook_deliveries_due;
