-- Values of a mutation that could not be used, as the device was told them.
ALTER TABLE mutations ADD COLUMN warnings jsonb;
