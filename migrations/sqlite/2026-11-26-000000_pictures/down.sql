DROP INDEX photos_stored_of_device;
DROP TABLE pictures;
