-- Devices that went out of service because they were silent for long and another device of their account needed the place.
ALTER TABLE devices ADD COLUMN retired boolean NOT NULL DEFAULT FALSE;
