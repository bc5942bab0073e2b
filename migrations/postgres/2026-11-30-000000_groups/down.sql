DROP INDEX mutations_group;
